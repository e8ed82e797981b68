"""Masthead of the page: which model this is, how good and how large, and where a text goes."""

from ..contract import Model
from .file_claims import genre, qualities
from .markup import escape, megabytes

TITLE = "Clinstill"
# In a tab of its own: it is isolated from every other page, and a frame of another site's would not be.
PRIVATE_PAGE = '<a href="private/" target="_blank" rel="noopener">private page</a>'
CAUTION = "Not for decisions about patients."


def show_masthead(student: Model, *, space_id: str | None) -> str:
    """The head as HTML."""
    return (
        f'<header><div class="title"><h1>{TITLE}</h1><p class="motto">{escape(_purpose(student))}</p>'
        "</div>"
        f"{_links(student, space_id)}"
        f'<dl class="model">{_facts(student)}</dl>'
        f'<p class="terms"><strong>{caution(student)}</strong> {_privacy(space_id)}</p></header>'
    )


def show_foot() -> str:
    """The last line of the page, as HTML."""
    return (
        "<footer>Not a medical device. Made with "
        '<a href="https://www.gradio.app" target="_blank">Gradio</a>, ONNX Runtime and IBM Plex.</footer>'
    )


def summary(student: Model) -> str:
    """The page in two sentences of plain text, for search engines and previews of links."""
    return f"{_purpose(student)} {caution(student)}"


def caution(student: Model) -> str:
    """What the model learned from and is not for."""
    texts = genre(student)
    return f"Learned from {texts}; {CAUTION[0].lower()}{CAUTION[1:]}" if texts else CAUTION


def _purpose(student: Model) -> str:
    if student.ledger:
        summary = student.ledger["models"][student.ledger["subject"]].get("summary")
        if summary:
            return str(summary)
    return f"Finds mentions of these kinds in a text: {', '.join(student.tagger.labels)}."


def _facts(student: Model) -> str:
    file = student.tagger.file
    facts = [_fact("Model", escape(student.id), f"{megabytes(file.stat().st_size)}, {escape(file.name)}")]
    best = next((claim for claim in qualities(student) if claim["id"].endswith(".macro.f1")), None)
    if best is None:
        facts.append(_fact("F1", "not known", "it comes without a ledger"))
    else:
        interval, data = best["interval"], best["data"]
        where = f"{escape(best['split'])} of {escape(data['id'])}, {data['documents']:,} documents"
        within = f"95%: {interval['low']:.3f} to {interval['high']:.3f}"
        facts.append(_fact(escape(best["name"]), f"{best['value']:.3f}", f"{within}; {where}"))
    # The page's script fills this one in (scripts/running.js).
    facts.append(_fact("This answer", '<span id="took">–</span>', '<span id="took-whole"></span>'))
    return "".join(facts)


def _fact(term: str, value: str, more: str) -> str:
    return f"<div><dt>{term}</dt><dd>{value}<small>{more}</small></dd></div>"


def _links(student: Model, space_id: str | None) -> str:
    links = {"private/": "Private page", "openapi.json": "API description"}
    if not student.revision.startswith("sha256:"):  # it comes from the Hub
        links[f"https://huggingface.co/{student.id}/tree/{student.revision}"] = "Model on the Hub"
    if space_id:
        links[f"https://huggingface.co/spaces/{space_id}/tree/main"] = "Repository"
    items = [
        f'<a href="{escape(to)}" target="_blank" rel="noopener">{title}</a>' for to, title in links.items()
    ]
    return f'<nav aria-label="Elsewhere">{"".join(items)}</nav>'


def _privacy(space_id: str | None) -> str:
    if space_id:
        return (
            "<strong>This is a remote server</strong> on huggingface.co: what you enter is sent there. It "
            "is neither logged nor kept, but do not enter patients' data here. The "
            f"{PRIVATE_PAGE} runs the same small model in your own browser, and sends nothing; or run this "
            "page on your own machine."
        )
    return (
        "What you enter goes to the machine that serves this page and no further. It is neither logged nor "
        f"kept. On the {PRIVATE_PAGE} it does not even leave the browser."
    )
