"""`python -m cards`: render, quote, lint, rules and readme."""

import argparse
import os
import sys
from pathlib import Path

from .errors import CardError
from .ledger.quoted import quote_all
from .lint import Selection, all_rules, examine
from .lint.output import FORMATS
from .lint.rules_page import rules_page
from .render import copy_templates, render_run
from .render.readme import update

EPILOG = """\
examples:
  python -m cards render runs/bundled --repo student=me/model --repo teacher=me/model-teacher
  python -m cards lint runs/bundled --format sarif > lint.sarif
  python -m cards readme README.md space/bundled/student --check

exit codes: 0 all well, 1 the lint found an error or --check a difference, 2 the command cannot be run
"""

RENDER_EPILOG = """\
examples:
  python -m cards render runs/bundled --repo student=me/model --repo weak=me/corpus
  python -m cards templates --copy my-templates
  python -m cards render runs/bundled --templates my-templates

A template writes numbers with number("CLAIM"); one typed by hand is an error of the lint. A template that
begins with {% extends "ours/model.md.j2" %} changes single blocks of ours.
"""

LINT_EPILOG = """\
examples:
  python -m cards lint README.md
  python -m cards lint path/to/model
  python -m cards lint namespace/name --revision v1.0 --format json
  python -m cards lint https://huggingface.co/spaces/namespace/name
  python -m cards lint README.md --select front-matter,code.python --ignore front-matter.name

severities: an error is practically never wrong, a warning makes a reader look
a comment above a line or table, <!-- clinstill: ignore RULE -->, switches a rule off there; in the front
matter a YAML comment, # clinstill: ignore RULE
exit codes: 0 no error, 1 an error was found, 2 the command cannot be run
"""


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except CardError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader has left (`| head`). Nothing more can be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cards",
        description="Model cards rendered from a ledger of measured claims, and the lint that checks them.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    _add_render(verbs)
    _add_lint(verbs)

    quote = verbs.add_parser(
        "quote",
        help="put into the ledgers what others published on their data",
        description="Put the figures of cards/ledger/quoted.yaml that are on a run's data into its ledgers, "
        "in place of those that are there; training does so too. Then render the cards again.",
    )
    quote.add_argument("run_folder", type=Path, metavar="RUN", help="as for `render`")
    quote.set_defaults(run=lambda options: _print_all(quote_all(options.run_folder)))

    readme = verbs.add_parser(
        "readme",
        help="write the generated section of a README from a model folder's ledger",
        description="Replace what stands between the markers of a README: the results of the project's, the "
        "models of the Space's.",
    )
    readme.add_argument("readme", type=Path, metavar="README")
    readme.add_argument("model", type=Path, metavar="MODEL", help="a model folder with its ledger.json")
    readme.add_argument("--check", action="store_true", help="write nothing; exit with 1 if out of date")
    readme.set_defaults(run=_readme)
    return parser


def _add_render(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    render = verbs.add_parser(
        "render",
        help="write the card of each model and labelled corpus of a run",
        description="Write README.md, card.map.json and figures into each models/NAME and datasets/NAME of a "
        "run, from its ledger.json.",
        epilog=RENDER_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run_help = "a run folder, as `python -m training run` makes it, or a bundled pair (space/bundled)"
    render.add_argument("run_folder", type=Path, metavar="RUN", help=run_help)
    render.add_argument(
        "--repo",
        action="append",
        default=[],
        type=_repo,
        metavar="NAME=ID",
        help="Hub id of a model or corpus, for links and snippets (without one a card names its folder), or "
        "of the Space that shows them: space=me/demo",
    )
    render.add_argument("--templates", type=Path, metavar="DIR", help="your own; see the verb `templates`")
    render.set_defaults(run=lambda o: _print_all(render_run(o.run_folder, dict(o.repo), o.templates)))

    own = verbs.add_parser(
        "templates",
        help="copy our templates, to start your own from",
        description="Copy our templates into a folder. Change those that you need and delete the others.",
    )
    own.add_argument("--copy", type=Path, metavar="DIR", required=True, help="a folder without templates")
    own.set_defaults(run=lambda options: _print_all(copy_templates(options.copy)))


def _add_lint(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    check = verbs.add_parser(
        "lint",
        help="check a card, a folder, a run or a repository on the Hub, whoever made it",
        description="One line for each finding: severity, rule, place, what is wrong.\n"
        "Any card is checked for what it says, and against its files where they are known; a card of ours\n"
        "also against its ledger and map. Of a repository on the Hub only what the rules ask for is\n"
        "fetched (HF_ENDPOINT and HF_TOKEN hold).",
        epilog=LINT_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument(
        "target",
        metavar="PATH_OR_REPO_ID",
        help="a card (.md), a folder with README.md, a run folder, or namespace/name on the Hub "
        "(datasets/..., spaces/... and addresses too); what exists as a path is a path",
    )
    check.add_argument("--revision", help="branch, tag or commit of the repository (default: main)")
    check.add_argument("--format", choices=FORMATS, default="text", help="how findings are written")
    for option, which in (("--select", "only"), ("--ignore", "no")):
        chosen = f"{which} rules whose ids begin so (a,b)"
        check.add_argument(option, action="append", default=[], metavar="RULES", help=chosen)
    check.add_argument("--preview", action="store_true", help="also rules too new to be known to be right")
    check.add_argument("--online", action="store_true", help="let the Hub check a local front matter, too")
    check.set_defaults(run=_lint)

    listed = verbs.add_parser(
        "rules",
        help="list the lint's rules",
        description="One line for each rule: id, severity (or preview), and what must hold.",
    )
    listed.add_argument("--markdown", action="store_true", help="as a page, with why, fix and an example")
    listed.set_defaults(run=_rules)


def _repo(value: str) -> tuple[str, str]:
    name, equals, repo = value.partition("=")
    if not (name and equals and repo):
        raise argparse.ArgumentTypeError(f"expected NAME=ID, e.g. student=me/model, found {value!r}")
    return name, repo


def _lint(options: argparse.Namespace) -> int:
    select, ignore = (
        tuple(rule_id for given in each for rule_id in given.split(",") if rule_id)
        for each in (options.select, options.ignore)
    )
    selection = Selection(select, ignore, options.preview)
    report = examine(options.target, options.revision, selection, options.online)
    print(FORMATS[options.format](report), end="")
    errors = len(report.errors)
    print(f"{report.target}: {errors} errors, {len(report.findings) - errors} warnings", file=sys.stderr)
    return int(errors > 0)


def _rules(options: argparse.Namespace) -> int:
    if options.markdown:
        print(rules_page(), end="")
    for rule in () if options.markdown else all_rules():
        print(f"{rule.id:24} {'preview' if rule.preview else rule.severity:8} {rule.what}")
    return 0


def _print_all(paths: list[Path]) -> int:
    for path in paths:
        print(path)
    return 0


def _readme(options: argparse.Namespace) -> int:
    changed = update(options.readme, options.model, write=not options.check)
    if changed and options.check:
        print(f"{options.readme}: out of date; run the same command without --check", file=sys.stderr)
        return 1
    return 0
