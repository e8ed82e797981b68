"""The pages of the stand-in Hub: each route is a function of the Hub's state and a request."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub_store import Blob, RefusalError, Repo, refuse_bad_card

if TYPE_CHECKING:
    from hub_standin import Hub

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
        raise RefusalError(404, "Entry not found", "EntryNotFound", commit=commit.oid)
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
