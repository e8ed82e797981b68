"""Gradio page: one note on the left, tabs about it and about the models on the right."""

import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from ..contract import Busy, Model
from .api_tab import show_api
from .card_tab import show_card
from .compare_tab import show_comparison
from .file_claims import meaning_of_scores
from .files_tab import show_files
from .gradio_blocks import html, script
from .highlight_tab import highlight, refusal, show_entities
from .markup import note
from .masthead import TITLE, show_foot, show_masthead
from .provenance_tab import measure_claims, show_provenance
from .running import Work, in_thread
from .sample_notes import EXAMPLES
from .speed import show_latency
from .theme import theme

HERE = Path(__file__).parent
TABS = {
    "highlight": "Highlight",
    "compare": "Compare",
    "files": "Files",
    "provenance": "Provenance",
    "card": "Model card",
    "api": "API",
}
EVENT: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
# Texts wait in the service's queue, which is fair to all; this many of the page's may be in it.
NOTES: dict[str, Any] = {"concurrency_id": "notes", "concurrency_limit": 4, **EVENT}
# Timings wait for one another: otherwise each would measure the others.
TIMINGS: dict[str, Any] = {"concurrency_id": "timing", "concurrency_limit": 1, **EVENT}
WAITING = 32  # requests in the queue; later ones are told that the server is busy


def looks() -> dict[str, Any]:
    """Theme and style, as `gr.mount_gradio_app` takes them."""
    return {
        "theme": theme(),
        "css_paths": [HERE / name for name in ("entities.css", "page.css", "files.css")],
    }


def build(
    student: Model,
    teacher: Model,
    *,
    space_id: str | None,
    file_bytes: int,
    instructions: str,
    mcp: bool = False,
) -> gr.Blocks:
    """The page for two loaded models.

    space_id: set where the page is served by huggingface.co
    file_bytes: what a file may have
    instructions: this machine's instruction set, as ledgers name it
    mcp: whether to add the function that is offered as a tool of the Model Context Protocol
    """
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(3600, 3600)) as page:
        html(show_masthead(student, space_id=space_id), "masthead")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="input"):
                text, samples, about, run = _note()
            with gr.Column(elem_id="output"), gr.Tabs(elem_id="tabs", overflow_behavior="wrap") as tabs:
                with _tab("highlight"):
                    threshold, shown, marked, work = _highlight_tab(student)
                with _tab("compare"):
                    _compare_tab(text, student, teacher)
                with _tab("files"):
                    html(show_files(file_bytes), "files")
                with _tab("provenance"):
                    _provenance_tab(student, teacher, instructions)
                with _tab("card"):
                    _card_tab(student, teacher)
                with _tab("api"):
                    html(show_api(mcp=mcp), "snippets")
        html(show_foot(), "foot")

        async def run_own(written: str) -> tuple[str, gr.HTML]:
            return await highlight(written, student), gr.HTML(visible=False)

        async def run_example(index: int) -> tuple[str, str, gr.HTML]:
            example = EXAMPLES[index]
            return (
                await highlight(example.text, student),
                example.text,
                gr.HTML(note(example.about), visible=True),
            )

        work.run([run.click, text.submit], run_own, text, [marked, about], **NOTES)
        work.run([samples.click], run_example, samples, [marked, text, about], **NOTES)
        text.change(None, js=script("edited()"))
        _settings(page, student.tagger.labels, threshold, shown, tabs)
        if mcp:
            # Not queued: the service's own queue decides, and the text does not travel once more.
            gr.api(_tool(student), api_name="find_entities", queue=False)
    return page.queue(max_size=WAITING, api_open=False)


def _note() -> tuple[gr.Textbox, gr.Dataset, gr.HTML, gr.Button]:
    text = gr.Textbox(
        EXAMPLES[0].text,
        label="Medical text",
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
    return text, samples, html(note(EXAMPLES[0].about), "about"), run


def _tab(name: str) -> gr.Tab:
    tab = gr.Tab(TABS[name], id=name)
    tab.select(None, js=script(f"selected({json.dumps(name)})"))
    return tab


def _highlight_tab(student: Model) -> tuple[gr.Slider, gr.CheckboxGroup, gr.HTML, Work]:
    labels = student.tagger.labels
    with gr.Row(elem_id="filters"):
        # At 0, since on development data no other value gave a better F1 that was told apart from chance.
        label, means = "Lowest score shown", meaning_of_scores(student)
        threshold = gr.Slider(0, 1, 0, step=0.01, label=label, info=means, elem_id="threshold")
        shown = gr.CheckboxGroup(labels, value=labels, label="Labels shown", elem_id="labels")
    work = Work("marked", "run", "Highlight", "Highlighting")
    text = EXAMPLES[0].text
    student.tagger([text])  # a model's first text is slow, and tells nothing of the next
    began = time.perf_counter()
    [entities] = student.tagger([text])
    first = show_entities(text, student, entities, time.perf_counter() - began)
    return threshold, shown, html(first, "marked"), work


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
    work = Work("compared", "compare", "Compare on this text", "Comparing")
    explained = "Runs both models on the text and marks what only one of them finds."
    compared = html(note(explained), "compared")

    async def run_both(written: str) -> str:
        return await show_comparison(written, teacher, student)

    work.run([run.click], run_both, text, compared, **NOTES)
    html("<h2>Speed and size</h2>", "speed")
    time_both = gr.Button("Time both on this text", elem_id="time")
    work = Work("timed", "time", "Time both on this text", "Timing")
    timed = html(note("Times each model alone, then whole requests. Takes some seconds."), "timed")
    requests = html("", "requests")

    async def run_timing(written: str) -> str:
        return await in_thread(partial(show_latency, written, teacher, student))

    def then_requests(event: gr.events.Dependency) -> gr.events.Dependency:
        return event.success(None, text, requests, js=script("timeRequests(text)", "text"))

    work.run([time_both.click], run_timing, text, timed, then_requests, **TIMINGS)


def _provenance_tab(student: Model, teacher: Model, instructions: str) -> None:
    pair = (student, teacher)
    check = gr.Button("Measure here", elem_id="measure")
    work = Work("provenance", "measure", "Measure here", "Measuring")
    shown = html(show_provenance(pair, (None, None), instructions), "provenance")

    async def run_measurement() -> str:
        return show_provenance(pair, await in_thread(partial(measure_claims, pair)), instructions)

    work.run([check.click], run_measurement, None, shown, **TIMINGS)


def _card_tab(student: Model, teacher: Model) -> None:
    with gr.Tabs():
        for model in (student, teacher):
            with gr.Tab(model.name):
                facts, body = show_card(model)
                html(facts, f"facts-{model.name.lower()}")
                gr.Markdown(body, elem_id=f"card-{model.name.lower()}", elem_classes="card")


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
