"""Fenced code on a card is what was run, what it printed, or a citation; nothing else."""

from collections.abc import Iterator

from ..errors import CardError
from ..render.citations import citations
from ..render.exempt import covering, fences
from ..render.sections import outside
from ..render.variables import usage
from .finding import Finding, error, rule
from .subject import Subject


@rule("code.known", "Fenced code in our own parts is a usage snippet, its output, or a citation.")
@rule("code.shown", "Every usage snippet of the ledger is shown with its output.")
def fenced_code(subject: Subject) -> Iterator[Finding]:
    """Our own blocks are known, and every usage snippet of the ledger is shown with its output."""
    repo = subject.map.repos.get(subject.name, subject.name)
    try:
        examples = [] if subject.holds_corpus else usage(subject.model, repo)
    except CardError as problem:
        yield error("code.shown", subject.ledger_file, str(problem), "the output of every usage snippet")
        return
    shown = {part for example in examples for part in (example["code"], example["output"])}
    installs = {example["install"] + "\n" for example in examples}
    is_theirs = covering(outside(subject.text))
    blocks = [block for block in fences(subject.text) if not is_theirs(block.span())]
    for block in blocks:
        if block[2] not in shown | installs | set(citations(subject.ledger, subject.name)):
            right = "a usage snippet, its output as the ledger keeps it, or a citation"
            yield error("code.known", subject.at(block.start()), repr(block[2].split("\n")[0]), right)
    for missing in sorted(shown - {block[2] for block in blocks}):
        yield error("code.shown", subject.card, "no such block", repr(missing))
