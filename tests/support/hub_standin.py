"""A stand-in for the Hugging Face Hub: a real HTTP server on loopback that answers what
`huggingface_hub` asks and refuses what the Hub refuses.

    with serve() as hub:                       # user "me" holds the token "hf_me"
        HfApi(endpoint=hub.url, token="hf_me").create_repo("me/model")
        hub.model("me/model").head.files       # what is stored
        hub.requests                           # [("POST", "/api/repos/create"), ...]
        hub.faults.append(lambda request: RefusalError(503, "down"))   # refuse, or act between requests

It speaks plain LFS; clients must run with HF_HUB_DISABLE_XET=1, since `huggingface_hub` 1.x no longer
asks the server whether it has Xet.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from hub_store import Blob, RefusalError, Repo, refuse_bad_card

KINDS = {"models": "model", "spaces": "space", "datasets": "dataset"}
API = r"/api/(?P<kinds>models|spaces|datasets)/(?P<repo_id>[^/]+/[^/]+)"
PAGE = r"/(?:(?P<kinds>spaces|datasets)/)?(?P<repo_id>[^/]+/[^/]+?)"


@dataclass
class Request:
    method: str
    path: str  # without the query, still quoted
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)


@dataclass
class Answer:
    body: bytes | dict | list
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Hub:
    """The state of the stand-in. Tests read and change it directly."""

    url: str = ""
    users: dict[str, str] = field(
        default_factory=lambda: {"hf_me": "me", "hf_other": "other"}
    )  # token -> namespace
    repos: dict[tuple[str, str], Repo] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Callable[[Request], RefusalError | None]] = field(
        default_factory=list
    )  # called before each request
    lock: threading.Lock = field(default_factory=threading.Lock)

    def model(self, repo_id: str) -> Repo:
        return self.repos["model", repo_id]

    def space(self, repo_id: str) -> Repo:
        return self.repos["space", repo_id]

    def count(self, method: str, path_part: str) -> int:
        return sum(m == method and path_part in p for m, p in self.requests)

    def answer(self, request: Request) -> Answer:
        with self.lock:
            self.requests.append((request.method, request.path))
            for fault in list(self.faults):
                refusal = fault(request)
                if refusal:
                    raise refusal
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
            raise RefusalError(404 if user else 401, "Repository not found", "RepoNotFound" if user else None)
        return repo

    def writable(self, request: Request, kinds: str | None, repo_id: str, pull: bool = False) -> Repo:
        self.require_user(request)
        repo = self.readable(request, kinds, repo_id)
        if not pull:
            self.require_owner(request, repo_id.split("/")[0])
        return repo

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


def create_repo(hub: Hub, request: Request) -> Answer:
    asked = request.json
    namespace = asked.get("organization") or hub.require_user(request)
    hub.require_owner(request, namespace)
    kind, repo_id = asked.get("type") or "model", f"{namespace}/{asked['name']}"
    prefix = "" if kind == "model" else f"{kind}s/"
    address = {"url": f"{hub.url}/{prefix}{repo_id}", "id": repo_id}
    if (kind, repo_id) in hub.repos:
        raise RefusalError(
            409, "You already created this repo", body={"error": "You already created this repo", **address}
        )
    if kind == "space" and not asked.get("sdk"):
        raise RefusalError(400, "a Space needs an sdk")
    private = asked.get("visibility") == "private" or bool(asked.get("private"))
    hub.repos[kind, repo_id] = Repo(kind, repo_id, private, asked.get("sdk"))
    return Answer(address)


def validate_yaml(hub: Hub, request: Request) -> Answer:
    refuse_bad_card(request.json["content"], request.json.get("repoType", "model"))
    return Answer({"errors": [], "warnings": []})


def repo_info(hub: Hub, request: Request, kinds: str, repo_id: str, revision: str | None = None) -> Answer:
    repo = hub.readable(request, kinds, repo_id)
    commit = repo.commit(revision or "main")
    siblings = [{"rfilename": path} for path in sorted(commit.files)]
    return Answer(
        {
            "id": repo_id,
            "sha": commit.oid,
            "private": repo.private,
            "sdk": repo.sdk,
            "siblings": siblings,
            "tags": [],
        }
    )


def tree(hub: Hub, request: Request, kinds: str, repo_id: str, revision: str) -> Answer:
    commit = hub.readable(request, kinds, repo_id).commit(revision)
    return Answer([_entry(path, blob) for path, blob in sorted(commit.files.items())])


def _entry(path: str, blob: Blob) -> dict:
    entry = {"type": "file", "path": path, "size": len(blob.content), "oid": blob.git_sha1}
    if blob.lfs:
        entry["lfs"] = {"oid": blob.sha256, "size": len(blob.content), "pointerSize": len(blob.pointer)}
    return entry


def preupload(hub: Hub, request: Request, kinds: str, repo_id: str, revision: str) -> Answer:
    repo = hub.writable(request, kinds, repo_id, pull="create_pr" in request.query)
    commit, files = repo.commit(revision), []
    for asked in request.json["files"]:
        there = commit.files.get(asked["path"])
        mode = repo.upload_mode(revision, asked["path"], asked["size"])
        files.append(
            {"path": asked["path"], "uploadMode": mode, "shouldIgnore": False, "oid": there and there.oid}
        )
    return Answer({"files": files})


def lfs_batch(hub: Hub, request: Request, kinds: str | None, repo_id: str) -> Answer:
    hub.require_user(request)
    repo, objects = hub.readable(request, kinds, repo_id), []
    for asked in request.json["objects"]:
        entry = {"oid": asked["oid"], "size": asked["size"]}
        if asked["oid"] not in repo.objects:
            address = f"{hub.url}/lfs/{repo.kind}s/{repo_id}/{asked['oid']}"
            entry["actions"] = {
                "upload": {"href": f"{address}?size={asked['size']}"},
                "verify": {"href": f"{address}/verify"},
            }
        objects.append(entry)
    return Answer({"transfer": "basic", "objects": objects})


def lfs_upload(hub: Hub, request: Request, kinds: str, repo_id: str, oid: str) -> Answer:
    hub.repos[KINDS[kinds], repo_id].store_object(oid, int(request.query["size"][0]), request.body)
    return Answer(b"")


def lfs_verify(hub: Hub, request: Request, kinds: str, repo_id: str, oid: str) -> Answer:
    content = hub.writable(request, kinds, repo_id, pull=True).objects.get(oid)
    if content is None or request.json != {"oid": oid, "size": len(content)}:
        raise RefusalError(422, "object is not there with that size")
    return Answer({})


def commit(hub: Hub, request: Request, kinds: str, repo_id: str, revision: str) -> Answer:
    create_pr = "create_pr" in request.query
    repo = hub.writable(request, kinds, repo_id, pull=create_pr)
    made, ref = repo.apply(revision, [json.loads(line) for line in request.body.splitlines()], create_pr)
    prefix = "" if repo.kind == "model" else f"{repo.kind}s/"
    answer = {
        "success": True,
        "commitOid": made.oid,
        "commitUrl": f"{hub.url}/{prefix}{repo_id}/commit/{made.oid}",
    }
    if ref:
        answer["pullRequestUrl"] = f"{hub.url}/{prefix}{repo_id}/discussions/{ref.rsplit('/', 1)[-1]}"
    return Answer(answer)


def branch(hub: Hub, request: Request, kinds: str, repo_id: str, name: str) -> Answer:
    repo = hub.writable(request, kinds, repo_id)
    if name in repo.refs:
        raise RefusalError(409, f"Reference already exists: {name}")
    asked = request.json if request.body else {}
    repo.refs[name] = repo.commit(asked.get("startingPoint") or "main").oid
    return Answer({})


def tag(hub: Hub, request: Request, kinds: str, repo_id: str, revision: str) -> Answer:
    repo = hub.writable(request, kinds, repo_id)
    if request.json["tag"] in repo.refs:
        raise RefusalError(409, f"Tag reference already exists: {request.json['tag']}")
    repo.refs[request.json["tag"]] = repo.commit(revision).oid
    return Answer({})


def resolve(hub: Hub, request: Request, kinds: str | None, repo_id: str, revision: str, path: str) -> Answer:
    commit = hub.readable(request, kinds, repo_id).commit(revision)
    if path not in commit.files:
        raise RefusalError(404, "Entry not found", "EntryNotFound")
    blob = commit.files[path]
    return Answer(blob.content, {"X-Repo-Commit": commit.oid, "ETag": f'"{blob.oid}"'})


ROUTES = (
    ("POST", "/api/repos/create", create_repo),
    ("POST", "/api/validate-yaml", validate_yaml),
    ("GET", API, repo_info),
    ("GET", API + "/revision/(?P<revision>[^/]+)", repo_info),
    ("GET", API + "/tree/(?P<revision>[^/]+)", tree),
    ("POST", API + "/preupload/(?P<revision>[^/]+)", preupload),
    ("POST", API + "/commit/(?P<revision>[^/]+)", commit),
    ("POST", API + "/branch/(?P<name>[^/]+)", branch),
    ("POST", API + "/tag/(?P<revision>[^/]+)", tag),
    ("POST", PAGE + r"\.git/info/lfs/objects/batch", lfs_batch),
    ("PUT", "/lfs/(?P<kinds>[^/]+)/(?P<repo_id>[^/]+/[^/]+)/(?P<oid>[0-9a-f]{64})", lfs_upload),
    ("POST", "/lfs/(?P<kinds>[^/]+)/(?P<repo_id>[^/]+/[^/]+)/(?P<oid>[0-9a-f]{64})/verify", lfs_verify),
    ("GET HEAD", PAGE + "/resolve/(?P<revision>[^/]+)/(?P<path>.+)", resolve),
)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
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
        except RefusalError as refusal:
            status, content = refusal.status, json.dumps(refusal.body).encode()
            headers = {"X-Error-Message": refusal.message} | (
                {"X-Error-Code": refusal.code} if refusal.code else {}
            )
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
