"""The command line of `publish/verify.py`."""

import argparse
from collections.abc import Sequence

from ..edge import at_the_edge, say
from ..hub import Hub
from .checks import show
from .checks import verify as verify_repo

EXAMPLES = """\
examples:
  python publish/verify.py me/clinical-ner
  python publish/verify.py me/clinical-ner --revision 8c9e48a0c0b1d2e3f405162738495a6b7c8d9e0f

exit codes: 0 all checks hold, 1 a check fails, 2 could not be checked (the message says why)
"""


def verify(arguments: Sequence[str] | None = None) -> int:
    """Run `verify.py`. Returns its exit code."""
    options = _parser().parse_args(arguments)
    return at_the_edge(lambda: _verify(options))


def _verify(options: argparse.Namespace) -> int:
    checks = verify_repo(options.repo_id, options.revision, Hub())
    say(show(checks))
    return 0 if all(check.holds for check in checks) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="verify.py",
        description="Download a published model and check it against what its ledger and card say.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("repo_id", metavar="REPO_ID", help="model repository, e.g. me/model")
    parser.add_argument("--revision", metavar="REV", help="branch, tag or commit (default: main)")
    return parser
