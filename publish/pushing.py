"""The push: stage everything, have everything checked, then one commit per repository.

Models go first and the Space last, since the Space names the revisions that it shows. Nothing is
sent before every card has passed the lint and the Hub's own validation.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from cards.ledger import Ledger, read_ledger

from .errors import PublishError, UnreachableError
from .hub import Hub, Pushed, check_repo_id
from .plan import Plan, Remote, compare, show
from .runtime import ensure_runtime
from .staging import SHOWN, SPACE, Staged, model_entry, stage_model, stage_space

Say = Callable[[str], None]  # one line, or several, for the person at the terminal
PENDING = "(the commit that the push will make)"


@dataclass(frozen=True)
class Targets:
    """Where the models of a run go, in the order in which they are pushed, and the Space."""

    models: Mapping[str, str]  # model name -> repo id, a teacher before its student
    space: str | None


@dataclass(frozen=True)
class Settings:
    """How to write to the Hub."""

    private: bool = False
    create_pr: bool = False
    revision: str = "main"


def resolve_targets(
    ledger: Ledger,
    repo_id: str | None,
    teacher_repo_id: str | None,
    models: Mapping[str, str],
    space_id: str | None,
) -> Targets:
    """Decide which model of the run goes to which repository.

    `repo_id` is the student's; the teacher's defaults to `<repo_id>-teacher`; `models` names others
    or overrides. Raises PublishError for a model that the run does not have, a bad or repeated id.
    """
    wanted = {"student": repo_id} if repo_id else {}
    if teacher_repo_id or (repo_id and "teacher" in ledger.models):
        wanted["teacher"] = teacher_repo_id or f"{repo_id}-teacher"
    wanted |= models
    if not wanted:
        raise PublishError("nothing to push: give --repo-id for the student, or --model NAME=REPO.")
    unknown = sorted(set(wanted) - set(ledger.models))
    if unknown:
        raise PublishError(
            f"the run has no model {', '.join(unknown)}; it has {', '.join(ledger.models)}. "
            "Name one with --model NAME=REPO."
        )
    for target in wanted.values():
        check_repo_id(target)
    if len(set(wanted.values())) < len(wanted):
        raise PublishError(
            "each model needs a repository of its own, found "
            + ", ".join(f"{name}={target}" for name, target in sorted(wanted.items()))
        )
    if space_id and not set(SHOWN) <= set(wanted):
        raise PublishError(
            f"the Space compares {' and '.join(SHOWN)}: both must be pushed with it, "
            f"found {', '.join(wanted)}."
        )
    lineage = {name: {ledger.models[name].teacher} & set(wanted) for name in wanted}
    ordered = TopologicalSorter(lineage).static_order()
    return Targets({name: wanted[name] for name in ordered}, check_repo_id(space_id) if space_id else None)


def read_run(run: Path) -> Ledger:
    """The ledger of a run folder. Raises PublishError when it is none or holds no models,
    CardError when the ledger cannot be read."""
    if not run.is_dir():
        raise PublishError(
            f"{run}: no such run folder. `python -m training run RECIPE --out {run}` makes one."
        )
    ledger = read_ledger(run / "ledger.json")
    if not ledger.models or not any((run / "models").glob("*/config.json")):
        raise PublishError(
            f"{run}: a run without models. Finish it with `python -m training run RECIPE --out {run}`, "
            "then push."
        )
    return ledger


def push(run: Path, targets: Targets, settings: Settings, hub: Hub, say: Say) -> list[Pushed]:
    """Push the run's models, then the Space. A repository without change gets no commit."""
    hub.require_token()
    with _staged_models(run, targets) as (models, folder):
        checked = [*models.values()]
        if targets.space:
            ensure_runtime(SPACE / "private", say, fetch=True)
            checked.append(stage_space(targets.space, {}, folder / "space-unpinned"))
        for staged in checked:
            hub.validate_card(staged)
        done = [_push_one(staged, settings, hub, say) for staged in models.values()]
        if targets.space:
            pins = _pins(models, [pushed.revision for pushed in done])
            done.append(_push_one(stage_space(targets.space, pins, folder / "space"), settings, hub, say))
    return done


def dry_run(run: Path, targets: Targets, settings: Settings, hub: Hub, say: Say) -> list[Plan]:
    """Show what `push` would do. Without an answer from the Hub everything counts as new."""
    with _staged_models(run, targets) as (models, folder):
        remotes, note = _read_remotes(targets, settings, hub)
        plans = [compare(staged, remotes[staged.repo_id]) for staged in models.values()]
        if targets.space:
            ensure_runtime(SPACE / "private", say, fetch=False)
            pins = _pins(models, [plan.head if plan.empty else PENDING for plan in plans])
            space = stage_space(targets.space, pins, folder / "space")
            plans.append(compare(space, remotes[targets.space]))
    for plan in plans:
        say(show(plan, diff=True) + "\n")
    say(f"{note}Dry run: nothing was sent.")
    return plans


def _pins(models: Mapping[str, Staged], revisions: list[str]) -> dict[str, dict]:
    """models.json: the models that the Space shows, each at its revision (in the order of `models`)."""
    pairs = zip(models.items(), revisions, strict=True)
    return {name: model_entry(staged, revision) for (name, staged), revision in pairs if name in SHOWN}


def _push_one(staged: Staged, settings: Settings, hub: Hub, say: Say) -> Pushed:
    plan = compare(staged, _prepared(staged, settings, hub))
    say(show(plan, diff=False))
    if plan.empty:
        say(f"  unchanged at {plan.head}")
        return Pushed(staged.repo_id, plan.head, hub.url(staged.kind, staged.repo_id), made_commit=False)
    pushed = hub.commit(staged, plan, revision=settings.revision, create_pr=settings.create_pr)
    say(f"  committed {pushed.revision}\n  {pushed.url}")
    return pushed


def _prepared(staged: Staged, settings: Settings, hub: Hub) -> Remote:
    """The repository to push to, made when it is not there yet."""
    remote = hub.read(staged.kind, staged.repo_id, settings.revision)
    if remote is None:
        hub.create(staged.kind, staged.repo_id, private=settings.private)
        remote = hub.read(staged.kind, staged.repo_id, settings.revision)
    if remote is None:
        raise PublishError(
            f"{staged.repo_id}: exists on the Hub, but this token may not see it. "
            "Use a token with access to it."
        )
    if settings.private and not remote.private:
        raise PublishError(
            f"{staged.repo_id}: is public, and --private does not change that. Make it private at "
            f"{hub.url(staged.kind, staged.repo_id)}/settings, or push without --private."
        )
    return remote


def _read_remotes(targets: Targets, settings: Settings, hub: Hub) -> tuple[dict[str, Remote | None], str]:
    """What is on the Hub under each repo id, and a remark on what could not be compared."""
    wanted = [("model", repo_id) for repo_id in targets.models.values()]
    wanted += [("space", targets.space)] if targets.space else []
    try:
        return {repo_id: hub.read(kind, repo_id, settings.revision) for kind, repo_id in wanted}, ""
    except UnreachableError as error:
        note = f"The remote was not compared, so every file counts as new: {error}\n"
        return dict.fromkeys((repo_id for _, repo_id in wanted), None), note


@contextmanager
def _staged_models(run: Path, targets: Targets) -> Iterator[tuple[dict[str, Staged], Path]]:
    """The staged models by name, and the temporary folder that holds them."""
    with tempfile.TemporaryDirectory(prefix="clinstill-push-") as temporary:
        models = Path(temporary, "models")
        staged = {
            name: stage_model(run / "models" / name, targets.models, models / name) for name in targets.models
        }
        yield staged, Path(temporary)
