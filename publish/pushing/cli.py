"""The command line of `publish/push.py`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from ..errors import PublishError
from ..hub.client import Hub
from ..hub.repo_ids import check_repo_id
from ..terminal import Parser, run_command, say
from .actions import apply_plan, dry_run, write_plan
from .actions import push as push_run
from .finished_run import read_run
from .plan import read_plan
from .request import Request, Settings, Targets, resolve_targets

PUSH_EXAMPLES = """\
examples:
  see what a push would change, and on the cards too; nothing is sent
    python publish/push.py runs/bundled --repo-id me/clinical-ner --dry-run
    python publish/push.py runs/bundled --repo-id me/clinical-ner --dry-run --diff
  push student, teacher (me/clinical-ner-teacher) and the Space that shows them
    python publish/push.py runs/bundled --repo-id me/clinical-ner --space-id me/clinical-ner-demo
  write the plan, review it, then do exactly that
    python publish/push.py runs/bundled --repo-id me/clinical-ner --plan plan.json
    python publish/push.py --apply plan.json
  propose the change as pull requests
    python publish/push.py runs/bundled --repo-id lab/clinical-ner --create-pr
  give up what people changed in a file, and in a part of the card
    python publish/push.py runs/bundled --repo-id me/clinical-ner --overwrite config.json --overwrite limits
  push one model of a run on its own
    python publish/push.py runs/bundled --model student=me/tiny-ner
  bring back what an earlier push had put there
    python publish/push.py --restore push-2026-05-01-0a1b2c3d4e --repo-id me/clinical-ner

RUN is the folder that `python -m training run RECIPE --out RUN` finished (ledger.json, models/), not one of
its models. An ID is NAME/REPOSITORY, NAME being your user or organisation.
A push that was interrupted is finished by the same command; docs/publishing.md says what holds meanwhile.
The token is that of `hf auth login`, or HF_TOKEN; no option takes it. HF_ENDPOINT names another Hub.
exit codes: 0 done, 1 a plan or dry run has conflicts, 2 could not be done (the message says why)
"""


def push(arguments: Sequence[str] | None = None) -> int:
    """Run `push.py`. Returns its exit code."""
    options = _push_parser().parse_args(arguments)
    return run_command(lambda: _push(options))


def _push(options: argparse.Namespace) -> int:
    if options.apply:
        if options.run or options.repo_id or options.restore or options.plan:
            raise PublishError("--apply takes everything from the plan: give no run, id or other action.")
        apply_plan(read_plan(options.apply), Hub(), say)
        return 0
    if options.diff and not (options.dry_run or options.plan):
        raise PublishError("--diff goes with --dry-run or --plan: a push shows no card.")
    request = _request(options)
    if options.dry_run:
        return int(dry_run(request, Hub(), say, diff=options.diff).conflicts)
    if options.plan:
        return int(write_plan(request, Hub(), say, options.plan, diff=options.diff).conflicts)
    push_run(request, Hub(), say)
    if options.private and options.space_id:
        say("The models are private: give the Space a secret HF_TOKEN that may read them.")
    return 0


def _request(options: argparse.Namespace) -> Request:
    settings = Settings(
        private=options.private,
        create_pr=options.create_pr,
        revision=options.revision,
        tag=options.tag,
        overwrite=tuple(options.overwrite),
        collection=options.collection,
        templates=str(options.templates) if options.templates else None,
    )
    if options.restore:
        if options.run or options.tag:
            raise PublishError("--restore takes content from the Hub: give no run and no --tag.")
        return Request(run=None, restore=options.restore, targets=_restored(options), settings=settings)
    if options.run is None:
        raise PublishError("no run folder given. `push.py --help` shows examples.")
    targets = resolve_targets(
        read_run(options.run),
        options.repo_id,
        options.teacher_repo_id,
        dict(options.model),
        options.space_id,
        dict(options.dataset_id),
    )
    return Request(run=str(options.run), targets=targets, settings=settings)


def _restored(options: argparse.Namespace) -> Targets:
    """The repositories to restore, in the order of pushing. The teacher's default id counts where it has the
    tag: a run may have had none."""
    models, student = {}, options.repo_id
    if options.teacher_repo_id:
        models["teacher"] = options.teacher_repo_id
    elif student and Hub().commit_of("model", f"{check_repo_id(student)}-teacher", options.restore):
        models["teacher"] = f"{student}-teacher"
    models |= {"student": student} if student else {}
    models |= dict(options.model)
    datasets = {name or "dataset": repo for name, repo in options.dataset_id}
    if not (models or datasets or options.space_id):
        raise PublishError("nothing to restore: give --repo-id, and --space-id where there is a Space.")
    return Targets(models=models, datasets=datasets, space=options.space_id)


def _push_parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="push.py",
        description="Push the models of a run, their cards, its labelled corpora and the Space to the "
        "Hugging Face Hub: one commit per repository, none without a change.",
        epilog=PUSH_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", type=Path, nargs="?", metavar="RUN", help="run folder that training made")
    _add_targets(parser.add_argument_group("where to"))
    _add_settings(parser.add_argument_group("how"))
    instead = parser.add_argument_group("instead of pushing")
    _add_actions(instead.add_mutually_exclusive_group())
    instead.add_argument(
        "--diff", action="store_true", help="with --dry-run or --plan: show what changes on the cards as well"
    )
    parser.add_argument(
        "--restore",
        metavar="TAG",
        help="no run: give the repositories the content that they had at TAG; people's files stay",
    )
    return parser


def _add_targets(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--repo-id", metavar="ID", help="the student's repository, e.g. me/model")
    group.add_argument(
        "--teacher-repo-id", metavar="ID", help="the teacher's (default: the student's plus -teacher)"
    )
    group.add_argument(
        "--model",
        type=_name_and_repo,
        action="append",
        default=[],
        metavar="NAME=REPO",
        help="repository of another model of the run; repeatable",
    )
    group.add_argument(
        "--dataset-id",
        type=lambda text: _name_and_repo(text) if "=" in text else ("", text),
        action="append",
        default=[],
        metavar="[NAME=]ID",
        help="also push a labelled corpus of the run; repeatable",
    )
    group.add_argument(
        "--space-id", metavar="ID", help="also push the Space, pinned to the models just pushed"
    )


def _add_settings(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--private", action="store_true", help="make new repositories private; refuse to push to public ones"
    )
    group.add_argument(
        "--create-pr",
        action="store_true",
        help="open a pull request in each repository instead of committing; a rerun updates it",
    )
    group.add_argument(
        "--revision",
        default="main",
        metavar="BRANCH",
        help="branch to commit to, made when missing (default: main)",
    )
    group.add_argument(
        "--tag", metavar="NAME", help="tag to set once all is pushed (default: push-DATE-HASH of the content)"
    )
    group.add_argument(
        "--overwrite",
        action="append",
        default=[],
        metavar="PATH_OR_PART",
        help="give up what people changed in this file or part of the card, named by a conflict; "
        "repeatable, * and ? as in a shell",
    )

    group.add_argument(
        "--templates", type=Path, metavar="DIR", help="card templates of your own that replace ours by name"
    )
    group.add_argument(
        "--collection",
        action="store_true",
        help="once all is pushed, gather the repositories in a collection named after the recipe",
    )


def _add_actions(group: argparse._MutuallyExclusiveGroup) -> None:
    group.add_argument("--dry-run", action="store_true", help="show what would change, and send nothing")
    group.add_argument("--plan", type=Path, metavar="FILE", help="write the plan as JSON, and send nothing")
    group.add_argument(
        "--apply", type=Path, metavar="FILE", help="do what a plan says; refuse where files or Hub differ"
    )


def _name_and_repo(text: str) -> tuple[str, str]:
    name, equals, repo_id = text.partition("=")
    if not (name and equals and repo_id):
        raise argparse.ArgumentTypeError(f"expected NAME=REPO, found {text!r}")
    return name, repo_id
