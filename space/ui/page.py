"""The page: one note on the left, tabs about it and about the models on the right."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from .api import show_api
from .card import show_card
from .compare import show_comparison
from .contract import Busy, Model
from .examples import EXAMPLES
from .files import show_files
from .highlight import highlight, refusal
from .markup import note
from .provenance import measure_claims, show_provenance
from .speed import show_latency
from .theme import theme

HERE = Path(__file__).parent
TITLE = "Clinstill"
TABS = {
    "highlight": "Highlight",
    "compare": "Teacher and student",
    "files": "Files",
    "provenance": "Provenance",
    "card": "Model card",
    "api": "API",
}
# In a tab of its own: it is isolated from every other page, and a frame of another site's would not be.
PRIVATE_PAGE = '<a href="private/" target="_blank" rel="noopener">private page</a>'
# All runs of a model wait in one line, one at a time: otherwise latency would measure neighbours.
ONE_AT_A_TIME: dict[str, Any] = {
    "concurrency_id": "model",
    "concurrency_limit": 1,
    "api_visibility": "private",
    "show_progress": "minimal",
}
WAITING = 32  # requests in the queue; later ones are told that the server is busy


def script(call: str, arguments: str = "") -> str:
    """JavaScript for Gradio: a function that calls what scripts/page.js exports. The address is
    relative to the page, as Gradio's own are: a proxy may serve it under a prefix."""
    return f"async ({arguments}) => (await import(new URL('page/page.js', document.baseURI))).{call}"


# Gradio changes a result's elements in place, so the script has to be told that they are another's now.
RESULT_ARRIVED = f"const show = {script('show(element)')}; show(); watch('value', show);"


def looks() -> dict[str, Any]:
    """Theme and style, as `gr.mount_gradio_app` takes them."""
    return {
        "theme": theme(),
        "css_paths": [HERE / name for name in ("entities.css", "page.css", "files.css")],
    }


def build(
    student: Model, teacher: Model, *, space_id: str | None, file_bytes: int, mcp: bool = False
) -> gr.Blocks:
    """The page for two loaded models. `space_id` is set where the page is served by huggingface.co;
    `file_bytes`: what a file may have; `mcp` adds the function that is offered as a tool of the Model
    Context Protocol."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(3600, 3600)) as page:
        _html(_header(space_id), "masthead")
        with gr.Row(elem_id="desk"):
            with gr.Column(scale=4, min_width=320):
                text, samples, about, run = _note()
            with gr.Column(scale=7, min_width=320), gr.Tabs(elem_id="tabs") as tabs:
                with _tab("highlight"):
                    threshold, shown, marked = _highlight_tab(student)
                with _tab("compare"):
                    _compare_tab(text, student, teacher)
                with _tab("files"):
                    _html(show_files(file_bytes), "files")
                with _tab("provenance"):
                    _provenance_tab(student, teacher)
                with _tab("card"):
                    _card_tab(student, teacher)
                with _tab("api"):
                    _html(show_api(mcp=mcp), "snippets")

        def run_highlight(written: str) -> tuple[str, gr.Tabs]:
            return highlight(written, student), gr.Tabs(selected="highlight")

        def run_example(index: int) -> tuple[str, gr.HTML, str, gr.Tabs]:
            example = EXAMPLES[index]
            lesson = gr.HTML(note(example.about), visible=bool(example.about))
            return example.text, lesson, *run_highlight(example.text)

        def run_own(written: str) -> tuple[str, gr.Tabs, gr.HTML]:
            return *run_highlight(written), gr.HTML(visible=False)

        gr.on([run.click, text.submit], run_own, text, [marked, tabs, about], **ONE_AT_A_TIME)
        samples.click(run_example, samples, [text, about, marked, tabs], **ONE_AT_A_TIME)
        text.change(None, js=script("edited()"))
        _settings(page, student.tagger.labels, threshold, shown, tabs)
        if mcp:
            # Not queued: the service's own queue decides, and the text does not travel once more.
            gr.api(_tool(student), api_name="find_entities", queue=False)
    return page.queue(max_size=WAITING, api_open=False)


def _note() -> tuple[gr.Textbox, gr.Dataset, gr.HTML, gr.Button]:
    text = gr.Textbox(
        EXAMPLES[0].text,
        label="Clinical text",
        info="Shift + Enter highlights it.",
        lines=9,
        max_lines=18,
        elem_id="note",
    )
    run = gr.Button("Highlight", variant="primary", elem_id="run")
    samples = gr.Dataset(
        label="Examples (invented)",
        components=[gr.Textbox(visible=False)],
        samples=[[example.text] for example in EXAMPLES],
        sample_labels=[example.title for example in EXAMPLES],
        type="index",
        elem_id="examples",
    )
    return text, samples, _html("", "about"), run


def _tab(name: str) -> gr.Tab:
    tab = gr.Tab(TABS[name], id=name)
    tab.select(None, js=script(f"selected({json.dumps(None if name == next(iter(TABS)) else name)})"))
    return tab


def _highlight_tab(student: Model) -> tuple[gr.Slider, gr.CheckboxGroup, gr.HTML]:
    labels = student.tagger.labels
    with gr.Row(elem_id="filters"):
        threshold = gr.Slider(0, 1, 0, step=0.01, label="Lowest score shown", elem_id="threshold")
        shown = gr.CheckboxGroup(labels, value=labels, label="Labels shown", elem_id="labels")
    return threshold, shown, _html(highlight(EXAMPLES[0].text, student), "marked")


def _settings(
    page: gr.Blocks, labels: list[str], threshold: gr.Slider, shown: gr.CheckboxGroup, tabs: gr.Tabs
) -> None:
    """Filters work on what the page already shows, and the address keeps them: no Python function."""
    everything = json.dumps(labels)
    gr.on(
        [threshold.change, shown.change],
        None,
        [threshold, shown],
        js=script(f"filter(threshold, labels, {everything})", "threshold, labels"),
    )
    restore = gr.Button(visible="hidden", elem_id="restore")
    gr.on(
        [page.load, restore.click],
        None,
        None,
        [threshold, shown, tabs],
        js=script(f"restore({json.dumps(list(TABS))}, {everything})"),
    )


def _compare_tab(text: gr.Textbox, student: Model, teacher: Model) -> None:
    run = gr.Button("Compare on this text", elem_id="compare")
    compared = _html(note("Runs both models on the text and marks what only one of them finds."), "compared")
    run.click(lambda written: show_comparison(written, teacher, student), text, compared, **ONE_AT_A_TIME)
    _html("<h2>Speed and size</h2>", "speed")
    time = gr.Button("Time both on this text", elem_id="time")
    timed = _html(note("Times each model alone, then whole requests. Takes some seconds."), "timed")
    requests = _html("", "requests")
    time.click(
        lambda written: (show_latency(written, teacher, student), note("Timing whole requests …")),
        text,
        [timed, requests],
        **ONE_AT_A_TIME,
    ).then(None, text, requests, js=script("timeRequests(text)", "text"))


def _provenance_tab(student: Model, teacher: Model) -> None:
    pair = (student, teacher)
    check = gr.Button("Measure here", elem_id="measure")
    shown = _html(show_provenance(pair, (None, None)), "provenance")
    check.click(lambda: show_provenance(pair, measure_claims(pair)), None, shown, **ONE_AT_A_TIME)


def _card_tab(student: Model, teacher: Model) -> None:
    with gr.Tabs():
        for model in (student, teacher):
            with gr.Tab(model.name):
                facts, body = show_card(model)
                _html(facts, f"facts-{model.name.lower()}")
                gr.Markdown(body, elem_id=f"card-{model.name.lower()}", elem_classes="card")


def _html(value: str, elem_id: str) -> gr.HTML:
    """HTML of ours, in our own style alone."""
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=RESULT_ARRIVED)


def _tool(student: Model) -> Callable[[str], str]:
    def find_entities(text: str) -> str:
        """Find the clinical entities of a text.

        Args:
            text: The text, at most 200,000 characters.

        Returns:
            JSON with model, revision, offset_unit and entities, each with start, end (exclusive), label,
            score and text. Offsets count Unicode code points from 0.
        """
        if reason := refusal(text):
            raise gr.Error(reason)
        try:
            [entities] = student.tagger([text])
        except Busy as busy:
            raise gr.Error(str(busy)) from busy
        names = ("start", "end", "label", "score", "text")
        return json.dumps(
            {
                "model": student.id,
                "revision": student.revision,
                "offset_unit": "code_point",
                "entities": [{name: getattr(entity, name) for name in names} for entity in entities],
            }
        )

    return find_entities


def _header(space_id: str | None) -> str:
    if space_id:
        privacy = (
            "<strong>This is a remote server</strong> on huggingface.co: what you enter is sent there. It "
            f"is neither logged nor kept, but do not enter patients' data here. The {PRIVATE_PAGE} runs the "
            "same small model in your own browser, and sends nothing; or run this page on your own machine."
        )
    else:
        privacy = (
            "What you enter goes to the machine that serves this page and no further. It is neither logged "
            f"nor kept. On the {PRIVATE_PAGE} it does not even leave the browser."
        )
    return (
        f'<header><h1>{TITLE}</h1><p class="motto">A small clinical tagger, beside the teacher it learned '
        f'from.</p><p class="privacy">{privacy}</p></header>'
    )
