"""OpenAPI description of every route beyond its own bodies: headers, and the token where one is asked for."""

from typing import Any

from fastapi import FastAPI

from ..admission.gate import WORK

IDENTITY = {
    "X-Request-Id": {"description": "Names the request in the server's log.", "schema": {"type": "string"}}
}
RETRY = {
    "Retry-After": {
        "description": "Seconds to wait before the request is sent again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    }
}
CHALLENGE = {"WWW-Authenticate": {"required": True, "schema": {"type": "string", "const": "Bearer"}}}
HEADERS = {"401": CHALLENGE, "429": RETRY, "503": RETRY}


class DescribedAPI(FastAPI):
    """A FastAPI application that describes itself when first asked; `token`: whether /v1 asks for one."""

    def __init__(self, *, token: bool, **about: Any):
        super().__init__(**about)
        self._token = token

    def openapi(self) -> dict[str, Any]:
        """Describe the API."""
        if self.openapi_schema is None:
            _complete(super().openapi(), self._token)
        return super().openapi()


def _complete(described: dict[str, Any], token: bool) -> None:
    for path, operations in described["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                own = HEADERS.get(status, {}) if path in WORK or status == "401" else {}
                response["headers"] = IDENTITY | own
                if int(status) >= 400:  # errors are JSON whatever the route answers otherwise
                    response["content"] = {"application/json": next(iter(response["content"].values()))}
            if path.startswith("/v1/") and token:
                operation["security"] = [{"bearer": []}]
            elif path.startswith("/v1/"):
                operation["responses"].pop("401", None)
    if token:
        described["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
