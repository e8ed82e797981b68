"""What the stand-in Hub keeps, and the rules by which it refuses: repositories, commits, LFS
objects, front matter. No HTTP here; `hub_standin` serves it."""

import base64
import fnmatch
import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cache

import yaml

DEFAULT_ATTRIBUTES = "".join(
    f"{pattern} filter=lfs diff=lfs merge=lfs -text\n"
    for pattern in ("*.bin", "*.h5", "*.onnx", "*.parquet", "*.pt", "*.safetensors", "*.zip")
).encode()
DEFAULT_SPACE_CARD = b"---\ntitle: New Space\nsdk: gradio\n---\n\nSee the configuration reference.\n"
REGULAR_LIMIT = 10_000_000  # bytes; larger files must be LFS
DATASET_TYPE = re.compile(r"^(?:[\w-]+\/)?[\w\-.]+$")
COLORS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


class RefusalError(Exception):
    """An answer other than 200: HTTP status, message, the Hub's X-Error-Code, and the commit asked about."""

    def __init__(
        self,
        status: int,
        message: str,
        code: str | None = None,
        body: dict | None = None,
        commit: str | None = None,
        headers: dict[str, str] | None = None,
    ):
        super().__init__(message)
        self.status, self.message, self.code, self.commit = status, message, code, commit
        self.headers = headers or {}
        self.body = body or {"error": message}


@dataclass(frozen=True)
class Blob:
    """One version of one file."""

    content: bytes
    lfs: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def git_sha1(self) -> str:
        """The oid of a file that git stores itself; of an LFS file, that of its pointer."""
        content = self.pointer if self.lfs else self.content
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()

    @property
    def pointer(self) -> bytes:
        spec = "version https://git-lfs.github.com/spec/v1"
        return f"{spec}\noid sha256:{self.sha256}\nsize {len(self.content)}\n".encode()

    @property
    def oid(self) -> str:
        """What preupload tells the client, so that an unchanged file is not sent again."""
        return self.sha256 if self.lfs else self.git_sha1


@dataclass(frozen=True)
class Commit:
    oid: str
    parent: str | None
    title: str
    files: dict[str, Blob]


@dataclass
class Proposal:
    """A pull request."""

    title: str
    description: str
    author: str
    status: str = "open"


@dataclass
class Repo:
    """One repository: commits by oid, branches, tags and pull requests as refs."""

    kind: str  # "model", "space" or "dataset"
    id: str
    private: bool
    sdk: str | None = None
    commits: dict[str, Commit] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)  # LFS: sha256 -> content
    uploads: list[str] = field(default_factory=list)  # sha256 of each LFS upload that arrived whole
    proposals: dict[int, "Proposal"] = field(default_factory=dict)  # pull requests by number

    def __post_init__(self) -> None:
        files = {".gitattributes": Blob(DEFAULT_ATTRIBUTES, lfs=False)}
        if self.kind == "space":
            files["README.md"] = Blob(DEFAULT_SPACE_CARD, lfs=False)
        self.add_commit("main", "initial commit", files)

    @property
    def head(self) -> Commit:
        return self.commit("main")

    @property
    def history(self) -> list[Commit]:
        """Commits of main, newest first, without the one that creating the repository made."""
        return self.log("main")[:-1]

    def log(self, revision: str) -> list[Commit]:
        """All commits of a revision, newest first."""
        found = [self.commit(revision)]
        while found[-1].parent:
            found.append(self.commits[found[-1].parent])
        return found

    @property
    def pulls(self) -> list[str]:
        return [ref for ref in self.refs if ref.startswith("refs/pr/")]

    def commit(self, revision: str) -> Commit:
        oid = self.refs.get(revision, revision)
        if oid not in self.commits:
            raise RefusalError(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return self.commits[oid]

    def add_commit(self, ref: str, title: str, files: dict[str, Blob], parent: str | None = None) -> Commit:
        seed = json.dumps(
            [
                self.kind,
                self.id,
                len(self.commits),
                parent,
                title,
                sorted((p, b.oid) for p, b in files.items()),
            ]
        )
        made = Commit(hashlib.sha1(seed.encode()).hexdigest(), parent, title, files)
        self.commits[made.oid] = made
        self.refs[ref] = made.oid
        return made

    def edit(self, path: str, content: bytes) -> Commit:
        """What a person does in the Hub's web editor."""
        return self.add_commit(
            "main", f"Update {path}", self.head.files | {path: Blob(content, lfs=False)}, self.head.oid
        )

    def upload_mode(self, revision: str, path: str, size: int) -> str:
        lfs = size >= REGULAR_LIMIT
        attributes = self.commit(revision).files.get(".gitattributes")
        for line in attributes.content.decode().splitlines() if attributes else ():
            pattern, *settings = line.split() or [""]
            if fnmatch.fnmatch(path, pattern) or fnmatch.fnmatch(path.rsplit("/", 1)[-1], pattern):
                lfs = "filter=lfs" in settings
        return "lfs" if lfs else "regular"

    def store_object(self, oid: str, size: int, content: bytes) -> None:
        """Take an LFS upload, if it is what was announced."""
        if hashlib.sha256(content).hexdigest() != oid or len(content) != size:
            raise RefusalError(422, "Uploaded content does not match its oid and size")
        self.objects[oid] = content
        self.uploads.append(oid)

    def ignored(self, revision: str, path: str) -> bool:
        """Whether the .gitignore there would drop the file (patterns without "!" are enough here)."""
        ignore = self.commit(revision).files.get(".gitignore")
        lines = ignore.content.decode().split() if ignore else []
        return any(
            fnmatch.fnmatch(path, line) or fnmatch.fnmatch(path.split("/")[-1], line) for line in lines
        )

    def apply(
        self, revision: str, lines: list[dict], create_pr: bool, author: str
    ) -> tuple[Commit, str | None]:
        """Apply a commit's operations. Returns the commit and, for a pull request, its ref."""
        base = self.commit(revision)
        header = next(line["value"] for line in lines if line["key"] == "header")
        stated = header.get("parentCommit")
        if stated and not create_pr and not base.oid.startswith(stated):
            raise RefusalError(412, "A commit has happened since. Please refresh and try again.")
        if stated and create_pr:
            base = self.commit(stated)
        files = dict(base.files)
        for line in lines:
            if line["key"] != "header":
                self._operate(files, line["key"], line["value"])
        if "README.md" in files:
            refuse_bad_card(files["README.md"].content.decode(), self.kind)
        if not create_pr:
            return self.add_commit(revision, header["summary"], files, base.oid), None
        number = len(self.proposals) + 1
        self.proposals[number] = Proposal(header["summary"], header.get("description", ""), author)
        ref = f"refs/pr/{number}"
        return self.add_commit(ref, header["summary"], files, base.oid), ref

    def _operate(self, files: dict[str, Blob], key: str, value: dict) -> None:
        path = value["path"]
        if key == "file":
            content = base64.b64decode(value["content"])
            if len(content) >= REGULAR_LIMIT:
                raise RefusalError(400, f"{path}: files of more than 10 MB must be stored with LFS")
            files[path] = Blob(content, lfs=False)
        elif key == "lfsFile":
            content = self.objects.get(value["oid"])
            if content is None or value.get("size", len(content)) != len(content):  # a copy states no size
                raise RefusalError(
                    400, f"{path}: LFS object {value['oid']} was never uploaded with that size"
                )
            files[path] = Blob(content, lfs=True)
        elif key == "deletedFile":
            if files.pop(path, None) is None:
                raise RefusalError(404, f"{path}: A file with this name doesn't exist", "EntryNotFound")
        else:
            raise RefusalError(400, f"unknown operation {key}")


def refuse_bad_card(text: str, kind: str) -> None:
    """Raise the Hub's 400 when the front matter of a README is not one it accepts."""
    errors = _card_errors(text, kind)
    if errors:
        raise RefusalError(
            400,
            "Invalid metadata in README.md",
            body={"errors": [{"message": e} for e in errors], "warnings": []},
        )


@cache
def _card_errors(text: str, kind: str) -> tuple[str, ...]:
    """Read once: a push has the same card checked three times."""
    errors = [] if text.startswith("---\n") else ["empty or missing yaml metadata"]
    found = re.match(r"---\n(.*?)\n---(\n|$)", text, re.DOTALL)
    try:
        data = yaml.safe_load(found[1]) if found else {}
    except yaml.YAMLError as error:
        data, errors = {}, [f"bad YAML: {error}"]
    if not isinstance(data, dict):
        data, errors = {}, ["metadata must be a mapping"]
    errors += _space_errors(data) if kind == "space" else _model_errors(data)
    return tuple(errors)


def _space_errors(data: dict) -> list[str]:
    errors = []
    if data.get("sdk") not in ("gradio", "docker", "static", "streamlit"):
        errors.append('"sdk" must be one of [gradio, docker, static, streamlit]')
    errors += [
        f'"{key}" must be a Hub colour'
        for key in ("colorFrom", "colorTo")
        if data.get(key, "red") not in COLORS
    ]
    errors += [
        f'"{key}" must be a string'
        for key in ("sdk_version", "python_version")
        if not isinstance(data.get(key, ""), str)
    ]
    if len(data.get("short_description", "")) > 60:
        errors.append('"short_description" length must be less than or equal to 60 characters long')
    return errors


def _model_errors(data: dict) -> list[str]:
    errors = []
    if not isinstance(data.get("license", ""), str):
        errors.append('"license" must be a string')
    base = data.get("base_model", [])
    errors += [
        f'"base_model" {item!r} is not a repo id'
        for item in ([base] if isinstance(base, str) else base)
        if not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", item)
    ]
    for index in data.get("model-index", []):
        for result in index.get("results", []):
            dataset, metrics = result.get("dataset", {}), result.get("metrics", [])
            if not result.get("task", {}).get("type") or not dataset.get("name") or not metrics:
                errors.append('"model-index" needs task.type, dataset.name and metrics')
            if not DATASET_TYPE.match(str(dataset.get("type", ""))):
                errors.append(
                    '"model-index[0].results[0].dataset.type" with value fails to match the required pattern'
                )
            errors += [
                '"model-index" metric needs type and value'
                for metric in metrics
                if "type" not in metric or "value" not in metric
            ]
    return errors
