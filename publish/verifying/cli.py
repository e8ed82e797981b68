"""The command line of `publish/verify.py`."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..errors import PublishError
from ..hub.client import Hub
from ..hub.repo_ids import check_repo_id
from ..terminal import Parser, progress, run_command, say
from .evaluation_data import check_given
from .report import show
from .verification import VerifyRequest, verify
from .write_back import refuse_unwritable, write

EXAMPLES = """\
examples:
  files, card and loaders of a model, at the head of its main branch
    python publish/verify.py me/clinical-ner
  measure every score again, on a corpus in a folder, on one labelled file, on a Hub data set
    python publish/verify.py me/clinical-ner --data bc5cdr=PATH/bc5cdr --data maccrobat=PATH/maccrobat
    python publish/verify.py someone/other-ner --data mine=notes.jsonl
    python publish/verify.py someone/other-ner --data theirs=someone/corpus@COMMIT
  an earlier state: a tag, a branch, a commit; without starting other programs, and keeping the result here
    python publish/verify.py me/clinical-ner --revision v1 --no-loaders --report result.json
  measure, and commit the result to the repository as verification.json
    python publish/verify.py me/clinical-ner --data bc5cdr=PATH/bc5cdr --write

--data NAME=SOURCE: under the NAME that the model's recipe.yaml gives a corpus, SOURCE is its folder, or one
of its files, and is read as that recipe says; under another, SOURCE is one labelled file (.jsonl, .conll,
.iob2, .tsv, PubTator .txt), a folder with one or with brat's .ann files, or a data set OWNER/NAME on the Hub,
whose test split is taken.
A model with a ledger is checked against it, any other against its card; only entity recognisers are measured.
Weights in formats that no check needs stay on the Hub, and are named. Where transformers, optimum or
transformers.js is not installed, its line says "not run"; `make loaders` installs all three.
exit codes: 0 all that was checked holds, 1 a check fails or a number differs, 2 could not be checked
(the message says why)
"""


def verify_command(arguments: Sequence[str] | None = None) -> int:
    """Run `verify.py`. Returns its exit code."""
    options = _parser().parse_args(arguments)
    return run_command(lambda: _verify(options))


def _verify(options: argparse.Namespace) -> int:
    check_repo_id(options.repo_id)
    check_given(options.data)
    if options.report:
        with _writing(options.report):  # before anything is measured
            there = options.report.exists()
            options.report.open("ab").close()
            if not there:
                options.report.unlink()
    hub = Hub()
    commit = hub.find("model", options.repo_id, options.revision)
    if options.write:
        refuse_unwritable(options.repo_id, commit, hub)
    request = VerifyRequest(options.repo_id, commit, options.data, options.loaders)
    verified = verify(request, hub, progress)
    say(show(verified))
    if options.report:
        with _writing(options.report):
            options.report.write_bytes(verified.content)
    if options.write:
        written = write(verified, hub)
        done = "is in" if written.made_commit else "said the same already, so nothing was committed: it is in"
        say(f"verification.json {done} {written.revision}\n  {written.url}")
    return 1 if verified.failures else 0


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PublishError(
            f"--report {path}: cannot be written ({error.strerror}). Name a file in a folder that is there "
            "and that you may write to."
        ) from error


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="verify.py",
        description="Download a published model, check its files, card and loaders, and measure its numbers "
        "again.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("repo_id", metavar="REPO_ID", help="model repository, e.g. me/model")
    parser.add_argument("--revision", metavar="REV", help="branch, tag or commit (default: main)")
    parser.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="NAME=SOURCE",
        help="measure again on this data: the name of a corpus, and its folder, its test file, or a Hub data "
        "set OWNER/NAME[@REV]; repeatable",
    )
    parser.add_argument(
        "--no-loaders",
        dest="loaders",
        action="store_false",
        help="do not start transformers, optimum and transformers.js (a minute less)",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="also write the result as JSON")
    parser.add_argument(
        "--write", action="store_true", help="commit the result as verification.json, whatever it says"
    )
    return parser
