"""Paths of the site and what its pages may send; nothing else is there.

Gradio has routes that read, fetch, write and keep what they are given, and the page needs none of them.
"""

import re
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .. import bounded_json, errors
from ..errors import Refusal

READ, SEND, TALK = ("GET", "HEAD"), ("POST",), ("GET", "POST", "DELETE")
_FILE = r"[0-9A-Za-z_-][0-9A-Za-z_.-]*"  # neither hidden nor a folder above
JOIN, CANCEL, RESET, DATA = (
    f"/gradio_api/{name}" for name in ("queue/join", "cancel", "reset", "queue/data")
)
PRIVATE = {r"/private/?": READ, rf"/private/({_FILE}/)?{_FILE}": READ, rf"/page/{_FILE}": READ}
PAGE = {
    r"/": READ,
    rf"/page/pictures/({_FILE}/){{0,3}}{_FILE}": READ,
    r"/config": READ,  # what / holds, as data: for programs that press its buttons
    r"/theme\.css": READ,
    r"/favicon\.ico": READ,
    rf"/assets/{_FILE}": READ,
    rf"/static/(fonts|img|js)/({_FILE}/)?{_FILE}": READ,
    r"/gradio_api/app_id": READ,  # asked when the connection broke: is it the same server
    DATA: READ,
    JOIN: SEND,
    CANCEL: SEND,
    RESET: SEND,
}
TOOL = {r"/gradio_api/mcp/?": TALK}
_ID = r"[0-9A-Za-z]{1,64}"  # of a session or an event; Gradio keeps those of the last ten thousand events
SESSION, ID = re.compile(rf"session_hash={_ID}"), re.compile(_ID)
# Of one body: an event has one flat list, a message of the Model Context Protocol objects within objects.
EVENT_VALUES, MESSAGE_VALUES = 20, 500
EVENT_CHARACTERS = 400_000  # more than a note may have, which the page explains better; the queue holds many
_EVENT = {"data": list, "fn_index": int, "session_hash": str}
_EVENT_TOO = {"trigger_id": int | None, "event_data": None}
_ENDING = {"event_id": str | None, "session_hash": str | None, "fn_index": int | None}
# What a client of the page's tool asks for: the tool, and what else there is, which is nothing. Gradio
# answers others, such as resources/read, by asking itself under the name that the request gives it, which
# may be anybody's.
_MESSAGES = frozenset(
    {
        *("initialize", "ping", "tools/list", "tools/call"),
        *("prompts/list", "resources/list", "resources/templates/list"),
    }
)
_TOLD = "notifications/"


class Site:
    """The pages as one ASGI application, and what may reach it.

    Args:
        functions: How many inputs each function has that the page's events may call, by its number; empty
            where there is no Gradio page.
        private: Whether the private page is there.
        tool: Whether the page's tool for language models is.
    """

    def __init__(
        self, app: ASGIApp, functions: Mapping[int, int], *, private: bool = True, tool: bool = False
    ):
        self.app, self._functions = app, functions
        routes = {**(PRIVATE if private else {}), **(PAGE if functions else {}), **(TOOL if tool else {})}
        self._routes = [(re.compile(path), methods) for path, methods in routes.items()]

    def admit(self, scope: Scope) -> None:
        """Let a request pass. Raises Refusal when there is nothing at its path, or not for its method."""
        methods = next((m for path, m in self._routes if path.fullmatch(scope["path"])), None)
        if methods is None:
            raise errors.of_status(404)
        if scope["method"] not in methods:
            raise errors.of_status(405, {"allow": ", ".join(methods)})
        if scope["path"] != DATA:  # Gradio's own parameters can name what a visitor once kept
            scope["query_string"] = b""
        elif not SESSION.fullmatch(scope["query_string"].decode("latin-1")):
            raise errors.of_status(404)

    def check(self, path: str, body: bytes) -> None:
        """Let a body pass that our page would send to this path.

        It holds strings and numbers, and no objects: Gradio would take them for files to copy or fetch.

        Raises:
            Refusal: The page sends no such body.
        """
        if path == JOIN:
            self._check_event(_read(body, EVENT_VALUES))
        elif path in (CANCEL, RESET):
            _fit(_read(body, EVENT_VALUES), {}, _ENDING)
        else:
            _check_message(_read(body, MESSAGE_VALUES))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the pages do; they do not see a body that they would not send."""
        if scope["method"] == "POST":
            message = await receive()
            try:
                self.check(scope["path"], message["body"])
            except Refusal as refusal:  # not the gate's, which would wait for more of a body that is read
                await errors.response(refusal, scope)(scope, receive, send)
                return
            receive = _replay(message, receive)
        await self.app(scope, receive, _in_one_shape(scope, receive, send))

    def _check_event(self, event: Any) -> None:
        _fit(event, _EVENT, _EVENT_TOO)
        inputs = self._functions.get(event["fn_index"])
        if inputs != len(event["data"]) or not all(type(one) in (str, int, float) for one in event["data"]):
            raise _unexpected()
        if sum(len(one) for one in event["data"] if isinstance(one, str)) > EVENT_CHARACTERS:
            message = f"an event may hold {EVENT_CHARACTERS:,} characters; cut the text into parts"
            raise Refusal(413, "too_large", message)


def _replay(message: Message, receive: Receive) -> Receive:
    """Make a `receive` that gives `message` first."""
    again = [message]

    async def first() -> Message:
        return again.pop() if again else await receive()

    return first


def _in_one_shape(scope: Scope, receive: Receive, send: Send) -> Send:
    """Make a `send` with our words in place of a library's errors, some of which quote what was sent."""
    instead: Refusal | None = None

    async def replaced(message: Message) -> None:
        nonlocal instead
        starts = message["type"] == "http.response.start"
        if starts and message["status"] in errors.REWORDED:
            instead = errors.of_status(message["status"])
        if instead is None:
            await send(message)
        elif not starts and not message.get("more_body"):
            await errors.response(instead, scope)(scope, receive, send)

    return replaced


def _read(body: bytes, most: int) -> Any:
    try:
        return bounded_json.loads(body, most)
    except ValueError:
        raise _unexpected() from None


def _fit(found: Any, needed: Mapping[str, Any], more: Mapping[str, Any]) -> None:
    """Raise Refusal unless `found` is an object of these keys, with values of these types, strings ids."""
    types = {**needed, **more}
    if not isinstance(found, dict) or not needed.keys() <= found.keys() <= types.keys():
        raise _unexpected()
    for name, value in found.items():
        if isinstance(value, bool) or not isinstance(value, types[name] or type(None)):
            raise _unexpected()
        if isinstance(value, str) and not ID.fullmatch(value):
            raise _unexpected()


def _check_message(message: Any) -> None:
    """Raise Refusal unless a tool needs this kind of message, with nothing but strings as arguments."""
    method = message.get("method") if isinstance(message, dict) else None
    if not isinstance(method, str) or not (method in _MESSAGES or method.startswith(_TOLD)):
        raise _unexpected()
    parameters = message.get("params", {})
    given = parameters.get("arguments", {}) if isinstance(parameters, dict) else None
    if not isinstance(given, dict) or not all(isinstance(one, str) for one in given.values()):
        raise _unexpected()


def _unexpected() -> Refusal:
    return errors.invalid("the page sends no such event; /openapi.json describes the service for programs")
