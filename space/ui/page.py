"""The page: one note on the left, three tabs about it on the right."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from .card import show_card
from .compare import show_comparison, show_latency
from .contract import Model
from .examples import EXAMPLES
from .highlight import highlight
from .markup import note
from .theme import theme

HERE = Path(__file__).parent
TITLE = "Clinstill"
# All runs of a model wait in one line, one at a time: otherwise latency would measure neighbours.
ONE_AT_A_TIME: dict[str, Any] = {
    "concurrency_id": "model",
    "concurrency_limit": 1,
    "api_visibility": "private",
    "show_progress": "minimal",
}
# Gradio changes a result's elements in place, so page.js has to be told that they are another's now.
RESULT_ARRIVED = "const show = () => window.clinstill?.show(); show(); watch('value', show);"
# Relative, as Gradio's own addresses are: a proxy may serve the page under a prefix.
SCRIPT = '<script type="module" src="page/page.js"></script>'
WAITING = 32  # requests in the queue; later ones are told that the server is busy


def looks() -> dict[str, Any]:
    """Theme, style and script, as `gr.mount_gradio_app` takes them."""
    return {
        "theme": theme(),
        "css_paths": [HERE / "entities.css", HERE / "page.css"],
        "head": SCRIPT,
    }


def build(student: Model, teacher: Model, *, space_id: str | None) -> gr.Blocks:
    """The page for two loaded models. `space_id` is set where the page is served by huggingface.co."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(3600, 3600)) as page:
        _html(_header(space_id), "masthead")
        with gr.Row(elem_id="desk"):
            with gr.Column(scale=4, min_width=320):
                text, samples, run = _note()
            with gr.Column(scale=7, min_width=320), gr.Tabs(elem_id="tabs") as tabs:
                with gr.Tab("Highlight", id="highlight"):
                    marked = _highlight_tab(student)
                with gr.Tab("Teacher and student"):
                    _compare_tab(text, student, teacher)
                with gr.Tab("Model card"):
                    _card_tab(student, teacher)

        def run_highlight(written: str) -> tuple[str, gr.Tabs]:
            return highlight(written, student), gr.Tabs(selected="highlight")

        def run_example(index: int) -> tuple[str, str]:
            return EXAMPLES[index].text, highlight(EXAMPLES[index].text, student)

        gr.on([run.click, text.submit], run_highlight, text, [marked, tabs], **ONE_AT_A_TIME)
        samples.click(run_example, samples, [text, marked], **ONE_AT_A_TIME)
        text.change(None, js="() => window.clinstill?.edited()")
    return page.queue(max_size=WAITING, api_open=False)


def _note() -> tuple[gr.Textbox, gr.Dataset, gr.Button]:
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
    return text, samples, run


def _highlight_tab(student: Model) -> gr.HTML:
    labels = student.tagger.labels
    with gr.Row(elem_id="filters"):
        threshold = gr.Slider(0, 1, 0, step=0.01, label="Lowest score shown", elem_id="threshold")
        shown = gr.CheckboxGroup(labels, value=labels, label="Labels shown", elem_id="labels")
    marked = _html(highlight(EXAMPLES[0].text, student), "marked")
    # No Python function: the filters work on what the page already shows.
    gr.on(
        [threshold.change, shown.change],
        None,
        [threshold, shown],
        js="(threshold, labels) => window.clinstill?.filter(threshold, labels)",
    )
    return marked


def _compare_tab(text: gr.Textbox, student: Model, teacher: Model) -> None:
    run = gr.Button("Compare on this text", elem_id="compare")
    compared = _html(
        note("Runs both models on the text, marks what only one of them finds, and times them."), "compared"
    )
    timed = _html("", "timed")

    def answer(written: str) -> Iterator[tuple[str, str]]:
        yield show_comparison(written, teacher, student), note("Timing both models …")
        yield gr.skip(), show_latency(written, teacher, student)

    run.click(answer, text, [compared, timed], **ONE_AT_A_TIME)


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


def _header(space_id: str | None) -> str:
    if space_id:
        privacy = (
            "<strong>This is a remote server</strong> on huggingface.co: what you enter is sent there. It "
            "is neither logged nor kept, but do not enter patients' data: the same page runs on your own "
            "machine."
        )
    else:
        privacy = (
            "What you enter goes to the machine that serves this page and no further. It is neither logged "
            "nor kept."
        )
    return (
        f'<header><h1>{TITLE}</h1><p class="motto">A small clinical tagger, beside the teacher it learned '
        f'from.</p><p class="privacy">{privacy}</p></header>'
    )
