"""What the pages may do in a browser: each may talk to its own server only, the private page to nobody
once it has loaded, whatever a card or a dependency asks for."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio's front end builds functions from its own templates ('unsafe-eval') and styles in place.
GRADIO = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'"
# The private page fetches the model; then it forbids itself every connection (private/proof.js).
PRIVATE_PAGE = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self'; "
    "font-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Its worker holds the text and gets all bytes by message: it may connect to nothing from the start. What
# starts threads is again a worker with this policy.
PRIVATE_WORKER = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'"
# Isolated from every other page, so that a browser allows the memory that threads share.
ISOLATED = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def headers_for(path: str) -> dict[str, str]:
    """Headers of a response to `path`, names in lower case."""
    if not path.startswith("/private/"):
        return {"content-security-policy": GRADIO}
    policy = PRIVATE_WORKER if path.endswith((".js", ".mjs")) else PRIVATE_PAGE
    return {"content-security-policy": policy, **ISOLATED}


class SecurityHeaders:
    """ASGI middleware that adds to every response what `headers_for` says."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [
                    (name.encode(), value.encode()) for name, value in headers_for(scope["path"]).items()
                ]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self.app(scope, receive, send_with_headers)
