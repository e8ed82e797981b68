"""Pages that browsers get: the private page, the scripts of both pages, the Gradio page unless it is off."""

import os
from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.routing import Mount

from .contract import Model
from .engine import cpu
from .private_page import mount_private_page
from .service.admission.site import DATA, JOIN, Site
from .service.monitoring.tracing import INSTALL
from .service.settings import Settings, SettingsError
from .ui.pictures import pictures_app
from .ui.sample_notes import EXAMPLES

SCRIPTS = Path(__file__).resolve().parent / "ui" / "scripts"


def create_pages(student: Model, teacher: Model, settings: Settings, *, space_id: str | None) -> Site:
    """Raises SettingsError when the page's tool is asked for and its package is missing."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/page/pictures", pictures_app((student, teacher)))
    app.mount("/page", StaticFiles(directory=SCRIPTS))
    mount_private_page(app, student, EXAMPLES)
    if not settings.page:
        # It runs the model in the visitor's browser, so it costs nothing; but it gives the model away.
        return Site(app, {}, private=settings.token is None)
    if settings.mcp and find_spec("mcp") is None:
        raise SettingsError("CLINSTILL_MCP is on, but the package mcp is missing: " + INSTALL)
    import gradio as gr  # it takes seconds, and a service without the page needs none of it

    from .ui.forgetting import Answers, forget_sessions
    from .ui.html_head import set_head
    from .ui.masthead import summary
    from .ui.page import build, looks
    from .ui.resting import rest_without_events

    set_head(summary(student))
    page = build(
        student,
        teacher,
        space_id=space_id,
        file_bytes=settings.file_bytes,
        instructions=cpu.instruction_set(),
        mcp=settings.mcp,
    )
    # Only then does Gradio ask which files an event's data may name; mounting leaves it unset.
    page.has_launched = True
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        root_path=os.environ.get("GRADIO_ROOT_PATH"),  # set by a reverse proxy that strips a prefix
        show_error=False,  # an error's message could quote the text
        run_history=False,  # would write texts to the browser's storage
        footer_links=[],
        ssr_mode=False,
        mcp_server=settings.mcp,
        **looks(),
    )
    mounted = app.routes[-1]
    assert isinstance(mounted, Mount) and isinstance(mounted.app, gr.routes.App)
    forget_sessions(mounted.app, page)
    rest_without_events(page._queue)
    functions = {number: len(one.inputs) for number, one in page.fns.items() if one.fn is not None}
    return Site(Answers(app, page, join=JOIN, data=DATA), functions, tool=settings.mcp)
