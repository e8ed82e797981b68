"""The HTTP API as one ASGI application: routes, error handlers and OpenAPI description put together."""

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from ..errors import Refusal, on_error
from .file_tagging import add_files
from .openapi import DescribedAPI
from .routes import Service, add_models, add_operations, add_work

ABOUT = (
    "Clinical text to entities with exact offsets. Offsets count Unicode code points: "
    "`text == input[start:end]` in Python."
)


def create_api(service: Service) -> FastAPI:
    """Build the API; admission/gate.py stands before it."""
    app = DescribedAPI(
        token=service.settings.token is not None,
        title="Clinstill",
        version="1",
        description=ABOUT,
        docs_url=None,  # would load scripts from elsewhere
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # they record what errors say
    )
    for kind in (Refusal, HTTPException, ClientDisconnect, Exception):
        app.add_exception_handler(kind, on_error)
    add_work(app, service)
    add_files(app, service)
    add_models(app, service)
    add_operations(app, service)
    return app
