"""The page may talk to its own server only, whatever a card or a dependency asks for."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio's front end builds functions from its own templates ('unsafe-eval') and styles in place.
POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'"


class OwnServerOnly:
    """ASGI middleware that adds a content security policy to every response."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"content-security-policy", POLICY.encode())]
            await send(message)

        await self.app(scope, receive, send_with_policy)
