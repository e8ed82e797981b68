"""Model folder -> README.md and card.map.json.

A card is a Jinja template over the folder's ledger. Rendering twice gives the same bytes; a claim
that the template asks for and the ledger lacks fails the rendering.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from .card import CARD_FILE, Card
from .citations import citations
from .derived import length
from .errors import CardError
from .ledger import Ledger, Model, read_ledger, slug
from .metadata import front_matter
from .numbers import CardMap, Numbers
from .sections import digests, mark
from .snippets import INSTALL, code, onnx_file

TEMPLATES = Path(__file__).parent / "templates"

VARIANT_TITLES = {
    "fp32": "ONNX FP32",
    "int8": "ONNX INT8",
    "fp16": "ONNX, stored as FP16, computed in FP32",
}


def render(model_folder: Path, repos: Mapping[str, str]) -> Card:
    """The card of a model folder, from its `ledger.json`.

    repos: model name -> Hub id, used in links and snippets. A model without one appears under its
    name, which is also the name of its folder in a run. Raises CardError.
    """
    ledger = read_ledger(Path(model_folder) / "ledger.json")
    number = Numbers(ledger)
    ids = _ids(ledger, repos)
    text = fill("model.md.j2", ledger, subject(ledger), ids, number)
    text, entries = number.place(mark(text))
    return Card(text, CardMap(repos=ids, numbers=entries, regions=digests(text)))


def subject(ledger: Ledger) -> str:
    """The model that a model folder's ledger is about. Raises CardError for the ledger of a run."""
    if ledger.subject is None:
        raise CardError(
            "this is the ledger of a run; a card is rendered from a model folder's own (cards.ledger.project)"
        )
    return ledger.subject


def fill(template: str, ledger: Ledger, name: str, repos: Mapping[str, str], number: Numbers) -> str:
    """A file of `templates/` for the model `name`, with placeholders where `number` will write.

    Raises CardError.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["slug"] = slug
    try:
        return environment.get_template(template).render(
            number=number,
            front_matter=lambda: front_matter(ledger, name, repos, number),
            **context(ledger, name, repos),
        )
    except TemplateError as error:
        raise CardError(f"{template}: {error.message}") from error


def _ids(ledger: Ledger, repos: Mapping[str, str]) -> dict[str, str]:
    return {name: repos.get(name, name) for name in (*ledger.models, *ledger.datasets)}


def context(ledger: Ledger, name: str, repos: Mapping[str, str]) -> dict:
    """What templates see besides `number`: the ledger's records, and lists of what to show."""
    model = ledger.models[name]
    return {
        "ledger": ledger,
        "has": {claim.id for claim in ledger.claims}.__contains__,  # for stages that a recipe may lack
        "name": name,
        "model": model,
        "repos": repos,
        "variants": model.variants,
        "titles": VARIANT_TITLES,
        "groups": [*model.labels, "Micro", "Macro"],
        "latencies": _latencies(ledger),
        "tested_latencies": _tested_latencies(ledger, name),
        "settings": [c for c in ledger.claims if c.id.startswith(f"{name}.setting.")],
        "splits": _splits(ledger),
        "examples": usage(model, repos[name]),
        "citations": citations(ledger, name),
    }


def _latencies(ledger: Ledger) -> list[str]:
    """Id parts `latency.LENGTH` that any file was measured at, shortest texts first: a card that
    shows one shows all, so that a measurement left out fails the rendering."""
    lengths = {length(c) for c in ledger.claims if ".latency." in c.id and c.aggregation == "median"}
    return [f"latency.{tokens}" for tokens in sorted(lengths)]


def _tested_latencies(ledger: Ledger, name: str) -> list[str]:
    """Id parts `latency.LENGTH` for which the model was tested against its teacher."""
    teacher = ledger.models[name].teacher or ""
    pattern = re.compile(
        rf"{re.escape(name)}\.[^.]+\.vs\.{re.escape(teacher)}\.[^.]+\.(latency\.\d+)\.wilcoxon_p"
    )
    found = [pattern.fullmatch(claim.id) for claim in ledger.claims]
    return list(dict.fromkeys(match[1] for match in found if match))


def _splits(ledger: Ledger) -> list[str]:
    return [
        c.id.split(".")[1]
        for c in ledger.claims
        if c.id.startswith("corpus.") and c.id.endswith(".documents")
    ]


def usage(model: Model, repo: str) -> list[dict[str, str]]:
    """The usage snippets, in the order of the tools, with the output that they printed.

    Raises CardError when the snippet of a tool was not run.
    """
    file = onnx_file(variant.file for variant in model.variants)
    outputs = {example.tool: example for example in model.examples}
    missing = [tool for tool in INSTALL if tool not in outputs]
    if missing:
        raise CardError(
            f"the ledger has no output of the snippet for {', '.join(missing)}; see cards.snippets.run"
        )
    return [
        {
            "tool": tool,
            "install": INSTALL[tool],
            "code": code(tool, repo, file, outputs[tool].text),
            "output": outputs[tool].output,
        }
        for tool in INSTALL
    ]


def render_run(run: Path, repos: Mapping[str, str]) -> list[Path]:
    """Render the card of every model of a run into its folder; returns the cards' paths.

    Raises CardError when `run` is no run folder or `repos` names a model that it has not.
    """
    folders = sorted(path.parent for path in (run / "models").glob("*/ledger.json"))
    if not folders:
        raise CardError(
            f"{run}: not a run folder, no models/NAME/ledger.json in it. `python -m training run` makes one."
        )
    unknown = sorted(set(repos) - {folder.name for folder in folders})
    if unknown:
        raise CardError(
            f"{run} has no model {', '.join(unknown)}; it has {', '.join(f.name for f in folders)}"
        )
    cards = [(folder, render(folder, repos)) for folder in folders]  # all or none is written
    for folder, card in cards:
        card.write(folder)
    return [folder / CARD_FILE for folder, _ in cards]
