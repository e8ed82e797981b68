"""What OpenAPI says of every route beyond its own bodies: headers, and the token where one is asked for."""

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


def describe(app: FastAPI, *, token: bool) -> None:
    """Complete the app's description; token: whether /v1 asks for one."""
    described = app.openapi()
    for path, operations in described["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                own = HEADERS.get(status, {}) if path in WORK or status == "401" else {}
                response["headers"] = IDENTITY | own
                if int(status) >= 400:  # errors are JSON whatever the route answers otherwise
                    response["content"] = {"application/json": next(iter(response["content"].values()))}
            if path.startswith("/v1/"):
                _protect(operation, token)
    if token:
        described["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}


def _protect(operation: dict[str, Any], token: bool) -> None:
    if token:
        operation["security"] = [{"bearer": []}]
    else:
        operation["responses"].pop("401", None)
