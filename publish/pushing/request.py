"""The request behind a push: which model of a run goes where, and how to write to the Hub."""

from collections.abc import Mapping
from graphlib import TopologicalSorter
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cards.ledger import Ledger

from ..errors import PublishError
from ..hub.repo_ids import check_part, check_reference, check_repo_id
from .staging import SHOWN


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Targets(Strict):
    """Where things go: models in the order in which they are pushed, then data sets, then the Space."""

    models: dict[str, str]  # model name -> repo id, a teacher before its student
    datasets: dict[str, str] = Field(default_factory=dict)
    space: str | None = None

    @model_validator(mode="after")
    def _check(self) -> "Targets":
        """Raises PublishError for a name or id that is none, wherever the targets come from."""
        for group in (self.models, self.datasets):
            for name, repo_id in group.items():
                check_part(name)
                check_repo_id(repo_id)
        if self.space:
            check_repo_id(self.space)
        return self

    @property
    def repos(self) -> dict[str, str]:
        """Name of each model and data set, and "space" -> repo id, as cards link them."""
        return self.models | self.datasets | ({"space": self.space} if self.space else {})


class Settings(Strict):
    """How to write to the Hub."""

    private: bool = False
    create_pr: bool = False
    revision: str = "main"
    tag: str | None = None  # None: derived from the content
    collection: bool = False
    templates: str | None = None  # a folder of card templates that replace ours
    overwrite: tuple[str, ...] = ()  # patterns: paths, or parts of a card, whose edits may be lost

    @model_validator(mode="after")
    def _check(self) -> "Settings":
        for name in (self.revision, self.tag):
            if name is not None:
                check_reference(name)
        return self


class Request(Strict):
    """A push. run: the run folder, as the user gave it; restore: instead of it, the tag whose content the
    repositories are to have again."""

    run: str | None
    restore: str | None = None
    targets: Targets
    settings: Settings = Settings()

    @model_validator(mode="after")
    def _check(self) -> "Request":
        if bool(self.run) == bool(self.restore):
            raise PublishError("a push takes its content from a run or from a tag: name one of them.")
        return self

    @property
    def run_folder(self) -> Path:
        """The run folder; only a restoration has none."""
        return Path(self.run or "")


def resolve_targets(
    ledger: Ledger,
    repo_id: str | None = None,
    teacher_repo_id: str | None = None,
    models: Mapping[str, str] | None = None,
    space_id: str | None = None,
    datasets: Mapping[str, str] | None = None,
) -> Targets:
    """Decide which model and data set of the run goes to which repository.

    Args:
        ledger: The run's.
        repo_id: The student's repository.
        teacher_repo_id: The teacher's; `<repo_id>-teacher` where there is a teacher.
        models: Name of a model -> repository, besides those or instead.
        space_id: The Space's repository.
        datasets: Name of a labelled corpus -> repository; the name "" stands for the only one.

    Raises:
        PublishError: The run has no such thing, or an id is bad or repeated.
    """
    wanted = {"student": check_repo_id(repo_id)} if repo_id else {}
    if teacher_repo_id or (repo_id and "teacher" in ledger.models):
        wanted["teacher"] = teacher_repo_id or f"{repo_id}-teacher"
    wanted |= models or {}
    corpora = _named(ledger, datasets or {})
    if not wanted and not corpora:
        raise PublishError("nothing to push: give --repo-id for the student, or --model NAME=REPO.")
    unknown = sorted(set(wanted) - set(ledger.models))
    if unknown:
        raise PublishError(
            f"the run has no model {', '.join(unknown)}; it has {', '.join(ledger.models)}. "
            "Name one with --model NAME=REPO."
        )
    for group in (wanted, corpora):
        if len(set(group.values())) < len(group):
            raise PublishError(
                "each model needs a repository of its own, found "
                + ", ".join(f"{name}={target}" for name, target in sorted(group.items()))
            )
    if space_id and not set(SHOWN) <= set(wanted):
        raise PublishError(
            f"the Space compares {' and '.join(SHOWN)}: both must be pushed with it, "
            f"found {', '.join(wanted)}."
        )
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name in wanted:
        sorter.add(name, *(other for other in ledger.models[name].origins if other in wanted))
    ordered = {name: wanted[name] for name in sorter.static_order()}
    return Targets(models=ordered, datasets=corpora, space=space_id)


def _named(ledger: Ledger, datasets: Mapping[str, str]) -> dict[str, str]:
    has = f"it has {', '.join(ledger.datasets)}" if ledger.datasets else "it has none"
    if "" in datasets and len(ledger.datasets) != 1:
        raise PublishError(
            f"--dataset-id without a name needs a run with one labelled corpus; {has}. Write NAME=REPO."
        )
    named = {name or next(iter(ledger.datasets)): repo for name, repo in datasets.items()}
    unknown = sorted(set(named) - set(ledger.datasets))
    if unknown:
        raise PublishError(f"the run has no labelled corpus {', '.join(unknown)}; {has}.")
    return named
