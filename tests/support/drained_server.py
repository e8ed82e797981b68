"""A program: service/server.py around a small application that tests hold and release.

python drained_server.py PORT DRAIN_S: /work answers once /release was asked for; /state says what there
is; /stream never ends by itself, as an open page's events do not.
"""

import asyncio
import sys

from space.service.server import Server, configure
from space.service.settings import Settings


class Application:
    def __init__(self):
        self.released = asyncio.Event()
        self.active, self.streams, self.draining = 0, 0, False

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        status = 503 if self.draining and scope["path"] != "/release" else 200
        if status == 200:
            await getattr(self, scope["path"].strip("/"))(send)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": f"{self.active} {self.streams}".encode()})

    async def live(self, receive, send):
        for _ in range(2):
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})

    async def work(self, send):
        self.active += 1
        await self.released.wait()
        self.active -= 1

    async def release(self, send):
        self.released.set()

    async def state(self, send):
        pass

    async def stream(self, send):
        self.streams += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": b": heartbeat\n\n", "more_body": True})
            await asyncio.sleep(0.05)

    def drain(self):
        self.draining = True


if __name__ == "__main__":
    application = Application()
    server = Server(
        configure(application, "127.0.0.1", int(sys.argv[1]), Settings()),
        drain=application.drain,
        idle=lambda: application.active == 0,
        drain_s=float(sys.argv[2]),
    )
    server.run()
    sys.exit(server.exit_code)
