"""`python -m cards`: render, lint and readme."""

import argparse
import sys
from pathlib import Path

from .errors import CardError
from .lint import lint
from .readme import update
from .render import render_run

EPILOG = """\
examples:
  python -m cards render runs/bundled --repo student=me/model --repo teacher=me/model-teacher
  python -m cards lint runs/bundled
  python -m cards lint runs/bundled/models/student/README.md
  python -m cards readme README.md space/bundled/student --check

exit codes: 0 all well, 1 the lint found an error or --check a difference, 2 the command cannot be run
"""


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except CardError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m cards",
        description="Model cards rendered from a ledger of measured claims, and the lint that checks them.",
        epilog=EPILOG,
        formatter_class=raw,
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    render = verbs.add_parser(
        "render",
        help="write README.md and card.map.json into each model of a run",
        description="Write README.md and card.map.json into each models/NAME of a run, from its ledger.json.",
    )
    render.add_argument(
        "run_folder", type=Path, metavar="RUN", help="a run folder, as `python -m training run` makes it"
    )
    render.add_argument(
        "--repo",
        action="append",
        default=[],
        type=_repo,
        metavar="NAME=ID",
        help="Hub id of a model, for links and snippets; without one the card names the model's folder",
    )
    render.set_defaults(run=_render)

    check = verbs.add_parser(
        "lint",
        help="check a card, a model folder or a run",
        description="One line for each finding: severity, rule, place, what was found, what would be right.",
    )
    check.add_argument("path", type=Path, metavar="PATH", help="a card (.md), a model folder or a run folder")
    check.set_defaults(run=_lint)

    readme = verbs.add_parser(
        "readme",
        help="write the results section of a README from a model folder's ledger",
        description="Replace what stands between the results markers of a README by results from a ledger.",
    )
    readme.add_argument("readme", type=Path, metavar="README")
    readme.add_argument("model", type=Path, metavar="MODEL", help="a model folder with its ledger.json")
    readme.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 when the section is out of date"
    )
    readme.set_defaults(run=_readme)
    return parser


def _repo(value: str) -> tuple[str, str]:
    name, equals, repo = value.partition("=")
    if not (name and equals and repo):
        raise argparse.ArgumentTypeError(f"expected NAME=ID, e.g. student=me/model, found {value!r}")
    return name, repo


def _render(options: argparse.Namespace) -> int:
    for card in render_run(options.run_folder, dict(options.repo)):
        print(card)
    return 0


def _lint(options: argparse.Namespace) -> int:
    findings = lint(options.path)
    for finding in findings:
        print(finding)
    errors = sum(finding.severity == "error" for finding in findings)
    print(f"{options.path}: {errors} errors, {len(findings) - errors} warnings", file=sys.stderr)
    return int(errors > 0)


def _readme(options: argparse.Namespace) -> int:
    changed = update(options.readme, options.model, write=not options.check)
    if changed and options.check:
        print(
            f"{options.readme}: its results are out of date; run the same command without --check",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
