"""A stand-in for the Hugging Face Hub: a real HTTP server on loopback that answers what
`huggingface_hub` asks and refuses what the Hub refuses.

    with serve() as hub:                       # user "me" holds the token "hf_me"
        HfApi(endpoint=hub.url, token="hf_me").create_repo("me/model")
        hub.model("me/model").head.files       # what is stored
        hub.requests                           # [("POST", "/api/repos/create"), ...]
        hub.faults.append(lambda request: RefusalError(503, "down"))   # refuse, or act between requests
        hub.faults.append(lambda request: Fault(acts=True))            # done, but the answer is lost

It speaks plain LFS; clients must run with HF_HUB_DISABLE_XET=1, since `huggingface_hub` 1.x no longer
asks the server whether it has Xet.
"""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from hub_routes import KINDS, ROUTES, Answer, Request
from hub_store import RefusalError, Repo


@dataclass(eq=False)
class Fault(Exception):  # noqa: N818 (a fault that a test asks for, not an error of the stand-in)
    """What goes wrong with one request: whether it is done all the same, and what the client sees."""

    acts: bool = False
    refusal: RefusalError | None = None  # None: the connection ends without an answer


@dataclass
class Hub:
    """The state of the stand-in. Tests read and change it directly."""

    url: str = ""
    users: dict[str, str] = field(
        default_factory=lambda: {"hf_me": "me", "hf_other": "other"}
    )  # token -> namespace
    repos: dict[tuple[str, str], Repo] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Callable[[Request], RefusalError | Fault | None]] = field(
        default_factory=list
    )  # called before each request
    collections: dict[str, dict] = field(default_factory=dict)  # by slug
    lock: threading.Lock = field(default_factory=threading.Lock)

    def model(self, repo_id: str) -> Repo:
        return self.repos["model", repo_id]

    def space(self, repo_id: str) -> Repo:
        return self.repos["space", repo_id]

    def dataset(self, repo_id: str) -> Repo:
        return self.repos["dataset", repo_id]

    def count(self, method: str, path_part: str) -> int:
        return sum(m == method and path_part in p for m, p in self.requests)

    def answer(self, request: Request) -> Answer:
        with self.lock:
            self.requests.append((request.method, request.path))
            for fault in list(self.faults):
                wrong = fault(request)
                if isinstance(wrong, Fault):
                    if wrong.acts:
                        self._route(request)
                    raise wrong.refusal or wrong
                if wrong:
                    raise wrong
            return self._route(request)

    def _route(self, request: Request) -> Answer:
        for methods, pattern, route in ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and request.method in methods.split():
                return route(
                    self, request, **{k: unquote(v) if v else v for k, v in found.groupdict().items()}
                )
        raise RefusalError(404, f"no such page: {request.method} {request.path}")

    def user(self, request: Request) -> str | None:
        """Who asks. Raises 401 for a token that nobody holds."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not token:
            return None
        if token not in self.users:
            raise RefusalError(401, "Invalid credentials in Authorization header")
        return self.users[token]

    def readable(self, request: Request, kinds: str | None, repo_id: str) -> Repo:
        user = self.user(request)
        repo = self.repos.get((KINDS[kinds or "models"], repo_id))
        if repo is None or (repo.private and user != repo_id.split("/")[0]):
            # As the Hub does: who may not see a repository is not told whether it is there.
            raise RefusalError(404 if user else 401, "Repository not found", "RepoNotFound")
        return repo

    def writable(self, request: Request, kinds: str | None, repo_id: str, pull: bool = False) -> Repo:
        self.require_user(request)
        repo = self.readable(request, kinds, repo_id)
        if not pull:
            self.require_owner(request, repo_id.split("/")[0])
        return repo

    def committable(self, request: Request, kinds: str, repo_id: str, revision: str) -> Repo:
        """As `writable`, but anybody may propose, and write to what they proposed."""
        repo, number = self.readable(request, kinds, repo_id), revision.removeprefix("refs/pr/")
        own = number.isdigit() and repo.proposals[int(number)].author == self.require_user(request)
        return self.writable(request, kinds, repo_id, pull=own or "create_pr" in request.query)

    def require_user(self, request: Request) -> str:
        user = self.user(request)
        if user is None:
            raise RefusalError(401, "Invalid username or password.")
        return user

    def require_owner(self, request: Request, namespace: str) -> None:
        if self.require_user(request) != namespace:
            raise RefusalError(
                403,
                f"You don't have the rights to create or change repositories of {namespace}",
            )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body go out apart: each answer would wait 40 ms
    hub: Hub

    def _serve(self) -> None:
        address = urlsplit(self.path)
        request = Request(
            self.command,
            address.path,
            parse_qs(address.query),
            {name.lower(): value for name, value in self.headers.items()},
            self._read_body(),
        )
        try:
            answer = self.hub.answer(request)
            status, headers, content = 200, answer.headers, answer.content
        except Fault:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        except RefusalError as refusal:
            status, content = refusal.status, json.dumps(refusal.body).encode()
            named = {"X-Error-Code": refusal.code, "X-Repo-Commit": refusal.commit}
            headers = {"X-Error-Message": refusal.message} | {n: v for n, v in named.items() if v}
            headers |= refusal.headers
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    do_GET = do_HEAD = do_POST = do_PUT = _serve  # noqa: N815 (names that http.server looks for)

    def log_message(self, *args) -> None:
        """Silent: tests read `hub.requests`."""


@contextmanager
def serve() -> Iterator[Hub]:
    """Run the stand-in on a free port of loopback until the block ends."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
