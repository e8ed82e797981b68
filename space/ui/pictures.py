"""Pictures of the page: icon, preview, and the figures that the models' cards show."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ..contract import Model

STATIC = Path(__file__).parent / "static"
ICON = STATIC / "icon.svg"
PREVIEW = STATIC / "preview.png"
CACHED = {"cache-control": "public, max-age=3600"}


def pictures_app(models: Sequence[Model]) -> Starlette:
    """Serves icon.svg, preview.png, and student/PATH and teacher/PATH for what the cards show."""
    shown: Mapping[str, Mapping[str, bytes]] = {model.name.lower(): model.pictures for model in models}

    def figure(request: Request) -> Response:
        content = shown.get(request.path_params["role"], {}).get(request.path_params["path"])
        if content is None:
            return Response(status_code=404)
        return Response(content, media_type="image/png", headers=CACHED)

    own = [
        Route(f"/{file.name}", lambda _, file=file: FileResponse(file, headers=CACHED))
        for file in (ICON, PREVIEW)
    ]
    return Starlette(routes=[*own, Route("/{role}/{path:path}", figure)])
