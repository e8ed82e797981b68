"""The command line of `publish/push.py`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from .edge import at_the_edge, say
from .hub import Hub
from .pushing import Settings, dry_run, read_run, resolve_targets
from .pushing import push as push_run

PUSH_EXAMPLES = """\
examples:
  see what a push would change, with the card's diff; nothing is sent
    python publish/push.py runs/bundled --repo-id me/clinical-ner --dry-run
  push student, teacher (me/clinical-ner-teacher) and the Space that shows them
    python publish/push.py runs/bundled --repo-id me/clinical-ner --space-id me/clinical-ner-demo
  propose the change as pull requests
    python publish/push.py runs/bundled --repo-id lab/clinical-ner --create-pr
  push one model of a run on its own
    python publish/push.py runs/bundled --model student=me/tiny-ner

The token is the one of `hf auth login`, or HF_TOKEN. HF_ENDPOINT names another Hub.
exit codes: 0 done, 2 could not be done (the message says why)
"""


def push(arguments: Sequence[str] | None = None) -> int:
    """Run `push.py`. Returns its exit code."""
    options = _push_parser().parse_args(arguments)
    return at_the_edge(lambda: _push(options))


def _push(options: argparse.Namespace) -> int:
    ledger = read_run(options.run)
    targets = resolve_targets(
        ledger, options.repo_id, options.teacher_repo_id, dict(options.model), options.space_id
    )
    settings = Settings(options.private, options.create_pr, options.revision)
    (dry_run if options.dry_run else push_run)(options.run, targets, settings, Hub(), say)
    if options.private and targets.space and not options.dry_run:
        say("The models are private: give the Space a secret HF_TOKEN that may read them.")
    return 0


def _push_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="push.py",
        description="Push the models of a run, their cards and the Space to the Hugging Face Hub: "
        "one commit per repository, none without a change.",
        epilog=PUSH_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="run folder that training made")
    parser.add_argument("--repo-id", metavar="ID", help="the student's repository, e.g. me/model")
    parser.add_argument(
        "--teacher-repo-id", metavar="ID", help="the teacher's (default: the student's plus -teacher)"
    )
    parser.add_argument(
        "--model",
        type=_name_and_repo,
        action="append",
        default=[],
        metavar="NAME=REPO",
        help="repository of another model of the run; repeatable",
    )
    parser.add_argument(
        "--space-id", metavar="ID", help="also push the Space, pinned to the models just pushed"
    )
    parser.add_argument(
        "--private", action="store_true", help="make new repositories private; refuse to push to public ones"
    )
    parser.add_argument(
        "--create-pr",
        action="store_true",
        help="open a pull request in each repository instead of committing",
    )
    parser.add_argument(
        "--revision",
        default="main",
        metavar="BRANCH",
        help="branch to commit to, made when missing (default: main)",
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="show what would change, with the cards' diffs, and send nothing",
    )
    return parser


def _name_and_repo(text: str) -> tuple[str, str]:
    name, equals, repo_id = text.partition("=")
    if not (name and equals and repo_id):
        raise argparse.ArgumentTypeError(f"expected NAME=REPO, found {text!r}")
    return name, repo_id
