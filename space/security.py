"""Security headers: each page may talk to its own server only, the private page to nobody once it has loaded.

That holds whatever a card or a dependency asks for.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Whatever is no page loads nothing and stands in no frame.
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Gradio's front end builds functions from its own templates ('unsafe-eval') and styles in place.
GRADIO = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'none'; frame-ancestors 'self'"
)
SPACES = " https://huggingface.co https://*.hf.space"  # where a Space's page is shown in a frame
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
}
KEPT = ("/private/", "/page/", "/assets/", "/static/", "/theme.css", "/favicon.ico")  # the same for everybody


def headers_for(path: str, *, framed: bool = False) -> dict[str, str]:
    """Headers of a response to `path`, names in lower case; `framed`: whether huggingface.co frames it."""
    always = {"x-content-type-options": "nosniff"}
    if path.startswith("/private/"):
        policy = PRIVATE_WORKER if path.endswith((".js", ".mjs")) else PRIVATE_PAGE
        return {"content-security-policy": policy, **ISOLATED, **always}
    policy = NOTHING if path != "/" else GRADIO + SPACES if framed else GRADIO
    stored = {} if path.startswith(KEPT) else {"cache-control": "no-store"}
    return {"content-security-policy": policy, **stored, **always}


class SecurityHeaders:
    """ASGI middleware that sets on every response what `headers_for` says; errors are kept nowhere."""

    def __init__(self, app: ASGIApp, *, framed: bool = False):
        self.app, self._framed = app, framed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = headers_for(scope["path"], framed=self._framed)
                if message["status"] >= 400:
                    added["cache-control"] = "no-store"
                ours = [(name.encode(), value.encode()) for name, value in added.items()]
                given = message.get("headers", ())
                message["headers"] = [pair for pair in given if pair[0].lower().decode() not in added] + ours
            await send(message)

        await self.app(scope, receive, send_with_headers)
