"""Sources of the Space's two models: environment variables, models.json, or bundled/."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROLES = ("student", "teacher")
FIELDS = {"repo", "revision", "file", "sha256"}
REMEDY = "Publish the Space again, or remove the file to use the bundled models."


class SourceError(Exception):
    """A model cannot be found. The message says what was found and what to do next."""


@dataclass(frozen=True)
class Source:
    """One model to load. `model` is a folder or a Hub id; what is None is the engine's default."""

    role: str  # "student" or "teacher"
    model: str
    chosen_by: str  # for error messages: what named this model
    revision: str | None = None
    file: str | None = None  # which ONNX file, relative to the model
    sha256: str | None = None  # that file must have


def find_sources(home: Path, environment: Mapping[str, str]) -> list[Source]:
    """The student and the teacher, in this order.

    home: the Space's folder; environment: as `os.environ`. For each role in turn the environment
    comes first, then `models.json`, then `bundled/`.

    Raises SourceError when models.json is malformed or nothing names a model.
    """
    published = _published(home / "models.json")
    return [_source(role, home, published.get(role), environment) for role in ROLES]


def _source(
    role: str, home: Path, published: Mapping[str, str] | None, environment: Mapping[str, str]
) -> Source:
    variable = f"CLINSTILL_{role.upper()}"
    if model := environment.get(variable):
        return Source(role, model, variable, revision=environment.get(f"{variable}_REVISION") or None)
    if published is not None:
        return Source(
            role,
            published["repo"],
            "models.json",
            published["revision"],
            published["file"],
            published["sha256"],
        )
    bundled = home / "bundled" / role
    if not bundled.is_dir():
        raise SourceError(
            f"no {role} to load: {bundled} does not exist and there is no models.json. "
            f"Set {variable} to a model folder or a Hub id."
        )
    return Source(role, str(bundled), "bundled/")


def _published(path: Path) -> dict[str, dict[str, str]]:
    if not path.exists():
        return {}
    try:
        published = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SourceError(f"{path}: not valid JSON ({error}). {REMEDY}") from error
    for role in ROLES:
        entry = published.get(role) if isinstance(published, dict) else None
        if not isinstance(entry, dict) or set(entry) != FIELDS:
            raise SourceError(
                f"{path}: {role!r} must be an object with exactly {', '.join(sorted(FIELDS))}; "
                f"found {entry!r}. {REMEDY}"
            )
    return published
