"""Work in progress, as a visitor sees it: the button says so, seconds count, and Cancel ends the work.

The script (scripts/running.js) shows it; Gradio ends the event, and with it the coroutine that waits for the
model, which takes the text back from the queue.
"""

import asyncio
import json
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import gradio as gr

from .gradio_blocks import html, script

Trigger = Callable[..., Any]
T = TypeVar("T")


async def in_thread(call: Callable[[Callable[[], bool]], T]) -> T:
    """Run `call` beside the server's loop. It is handed a function that says when nobody waits any more."""
    stopped = threading.Event()
    try:
        return await asyncio.to_thread(call, stopped.is_set)
    finally:
        stopped.set()


class Work:
    """The panel of one place of the page where results appear; create it where the panel belongs.

    place: elem_id of the result, which is gone while something runs
    button: elem_id of the button that starts it, which says `doing` meanwhile and `idle` before and after
    """

    def __init__(self, place: str, button: str, idle: str, doing: str):
        self.place = place
        html(
            f'<div class="running" data-place="{place}" data-button="{button}" data-idle="{idle}" '
            f'data-doing="{doing}" hidden><progress aria-label="{doing}"></progress><p><span role="status">'
            '</span> <span class="clock" aria-hidden="true"></span></p>'
            '<button type="button" class="quiet cancel">Cancel</button></div>',
            f"work-{place}",
        )
        self._cancel = gr.Button(visible="hidden", elem_id=f"cancel-{place}")

    def run(
        self,
        triggers: Sequence[Trigger],
        call: Callable[..., Any],
        given: gr.components.Component | None,
        outputs: gr.components.Component | Sequence[gr.components.Component],
        then: Callable[[gr.events.Dependency], gr.events.Dependency] = lambda event: event,
        **options: Any,
    ) -> None:
        """Let `triggers` run `call` with what is `given`; `then` adds what still belongs to the work."""
        place = json.dumps(self.place)
        # Gradio takes what `begin` returns for the event's data.
        start = script(f"begin({place})", "") if given is None else script(f"begin({place}, given)", "given")
        # "multiple": Gradio may take what was cancelled for pending. The script lets nothing run twice.
        event = gr.on(triggers, call, given, outputs, js=start, trigger_mode="multiple", **options)
        event.failure(None, js=script(f"failed({place})"))
        then(event).success(None, js=script(f"end({place})"))
        self._cancel.click(None, cancels=[event])
