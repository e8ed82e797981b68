"""The pages of the stand-in Hub: each route is a function of the Hub's state and a request."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from hub_store import Blob, Proposal, RefusalError, Repo, refuse_bad_card

if TYPE_CHECKING:
    from hub_standin import Hub

MOMENT = "2026-01-01T00:00:00.000Z"  # when everything happens here
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
            "tags": _licence_tags(commit.files.get("README.md")),
        }
    )


def _licence_tags(card: Blob | None) -> list[str]:
    """The Hub makes tags of the front matter; of those only the licence."""
    found = re.search(rb"^license: *(\S+)", card.content, re.MULTILINE) if card else None
    return [f"license:{found[1].decode()}"] if found else []


def tree(hub: Hub, request: Request, kinds: str, repo_id: str, revision: str) -> Answer:
    commit = hub.readable(request, kinds, repo_id).commit(revision)
    return Answer([_entry(path, blob) for path, blob in sorted(commit.files.items())])


def _entry(path: str, blob: Blob) -> dict:
    entry = {"type": "file", "path": path, "size": len(blob.content), "oid": blob.git_sha1}
    if blob.lfs:
        entry["lfs"] = {"oid": blob.sha256, "size": len(blob.content), "pointerSize": len(blob.pointer)}
    return entry


def preupload(hub: Hub, request: Request, kinds: str, repo_id: str, revision: str) -> Answer:
    repo = hub.committable(request, kinds, repo_id, revision)
    commit, files = repo.commit(revision), []
    for asked in request.json["files"]:
        there = commit.files.get(asked["path"])
        mode = repo.upload_mode(revision, asked["path"], asked["size"])
        files.append(
            {
                "path": asked["path"],
                "uploadMode": mode,
                "shouldIgnore": repo.ignored(revision, asked["path"]),
                "oid": there and there.oid,
            }
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
    repo = hub.committable(request, kinds, repo_id, revision)
    lines = [json.loads(line) for line in request.body.splitlines()]
    made, ref = repo.apply(revision, lines, create_pr, hub.require_user(request))
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


def commits(hub: Hub, request: Request, kinds: str, repo_id: str, revision: str) -> Answer:
    made = hub.readable(request, kinds, repo_id).log(revision)
    about = {"authors": [], "date": MOMENT, "message": ""}
    return Answer([{"id": commit.oid, "title": commit.title, **about} for commit in made])


def paths_info(hub: Hub, request: Request, kinds: str, repo_id: str, revision: str) -> Answer:
    files = hub.readable(request, kinds, repo_id).commit(revision).files
    asked = parse_qs(request.body.decode()).get("paths", [])
    return Answer([_entry(path, files[path]) for path in asked if path in files])


def discussions(hub: Hub, request: Request, kinds: str, repo_id: str) -> Answer:
    repo = hub.readable(request, kinds, repo_id)
    author, status = request.query.get("author"), request.query.get("status", ["all"])[0]
    found = [
        _summary(repo, repo_id, number, proposal)
        for number, proposal in sorted(repo.proposals.items(), reverse=True)
        if (not author or proposal.author == author[0]) and status in ("all", proposal.status)
    ]
    return Answer({"count": len(found), "start": 0, "discussions": found})


def discussion(hub: Hub, request: Request, kinds: str, repo_id: str, number: str) -> Answer:
    repo = hub.readable(request, kinds, repo_id)
    proposal = repo.proposals[int(number)]
    return Answer(
        _summary(repo, repo_id, int(number), proposal)
        | {
            "changes": {"base": "main"},
            "filesWithConflicts": [],
            "events": [_comment(proposal)] if proposal.description else [],
        }
    )


def _summary(repo: Repo, repo_id: str, number: int, proposal: Proposal) -> dict:
    """What lists and details of pull requests have in common."""
    return {
        "num": number,
        "title": proposal.title,
        "author": {"name": proposal.author},
        "createdAt": MOMENT,
        "status": proposal.status,
        "repo": {"name": repo_id, "type": repo.kind},
        "isPullRequest": True,
    }


def _comment(proposal: Proposal) -> dict:
    """The first comment, which is the description."""
    latest = {"raw": proposal.description, "html": "", "updatedAt": MOMENT}
    data = {"edited": False, "hidden": False, "latest": latest, "history": []}
    author = {"name": proposal.author}
    return {"id": "ab12", "type": "comment", "createdAt": MOMENT, "author": author, "data": data}


def describe(hub: Hub, request: Request, kinds: str, repo_id: str, number: str) -> Answer:
    """A first comment, or the first edited."""
    proposal = hub.readable(request, kinds, repo_id).proposals[int(number)]
    if hub.require_user(request) != proposal.author:
        raise RefusalError(403, "You cannot edit comments of others")
    proposal.description = request.json.get("content") or request.json["comment"]
    return Answer({"updatedComment": _comment(proposal), "newMessage": _comment(proposal)})


def whoami(hub: Hub, request: Request) -> Answer:
    return Answer({"type": "user", "name": hub.require_user(request)})


def create_collection(hub: Hub, request: Request) -> Answer:
    asked = request.json
    hub.require_owner(request, asked["namespace"])
    slug = f"{asked['namespace']}/{re.sub(r'[^a-z0-9]+', '-', asked['title'].lower())}-0123456789abcdef"
    if slug in hub.collections:
        raise RefusalError(409, "Collection already exists", body={"error": "exists", "slug": slug})
    hub.collections[slug] = {
        "slug": slug,
        "title": asked["title"],
        "description": asked.get("description"),
        "owner": {"name": asked["namespace"]},
        "items": [],
        "lastUpdated": MOMENT,
        "position": 0,
        "private": asked["private"],
        "theme": "green",
        "upvotes": 0,
    }
    return Answer(hub.collections[slug])


def collection(hub: Hub, request: Request, slug: str) -> Answer:
    if slug not in hub.collections:
        raise RefusalError(404, "Collection not found")
    return Answer(hub.collections[slug])


def add_to_collection(hub: Hub, request: Request, slug: str) -> Answer:
    hub.require_owner(request, slug.split("/")[0])
    kept, asked = hub.collections[slug], request.json["item"]
    if any(item["id"] == asked["id"] and item["type"] == asked["type"] for item in kept["items"]):
        raise RefusalError(409, "Item already in collection")
    kept["items"].append({"_id": f"{len(kept['items']):024x}", "position": len(kept["items"]), **asked})
    return Answer(kept)


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
    ("GET", API + "/commits/(?P<revision>[^/]+)", commits),
    ("POST", API + "/paths-info/(?P<revision>[^/]+)", paths_info),
    ("GET", API + "/discussions", discussions),
    ("GET", API + r"/discussions/(?P<number>\d+)", discussion),
    ("POST", API + r"/discussions/(?P<number>\d+)/comment(?:/ab12/edit)?", describe),
    ("GET", "/api/whoami-v2", whoami),
    ("POST", "/api/collections", create_collection),
    ("GET", "/api/collections/(?P<slug>[^/]+/[^/]+)", collection),
    ("POST", "/api/collections/(?P<slug>[^/]+/[^/]+)/items", add_to_collection),
    ("POST", PAGE + r"\.git/info/lfs/objects/batch", lfs_batch),
    ("PUT", "/lfs/(?P<kinds>[^/]+)/(?P<repo_id>[^/]+/[^/]+)/(?P<oid>[0-9a-f]{64})", lfs_upload),
    ("POST", "/lfs/(?P<kinds>[^/]+)/(?P<repo_id>[^/]+/[^/]+)/(?P<oid>[0-9a-f]{64})/verify", lfs_verify),
    ("GET HEAD", PAGE + "/resolve/(?P<revision>[^/]+)/(?P<path>.+)", resolve),
)
