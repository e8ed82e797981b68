"""`python -m lint_benchmark`: the lint over a folder of real cards, and findings for a person to read.

    python -m lint_benchmark CARDS                                findings of each rule, crashes, times
    python -m lint_benchmark CARDS --select code.python --sample 30 > READ
    python -m lint_benchmark CARDS --record READ --source OWNER/NAME/FOLDER

Whoever reads a sample replaces the `?` of each line by `right` or `wrong`. `--record` puts these verdicts and
the number of findings into precision.json, which names repository and path of each card and quotes none.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from multiprocessing import Pool
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from sources import ROOT

from cards.lint import Finding, Selection, examine

PRECISION = ROOT / "cards" / "lint" / "precision.json"


@dataclass(frozen=True)
class Linted:
    """What became of one card.

    Attributes:
        card: Its path in the folder.
        size: In bytes.
        seconds: What the lint took.
        findings: What it found.
        crash: The exception that ended it, or nothing.
    """

    card: str
    size: int
    seconds: float
    findings: tuple[Finding, ...] = ()
    crash: str = ""


class Verdicts(BaseModel):
    """How often findings of a rule were right.

    Attributes:
        read: Findings that a person read.
        right: Those that were right.
        last: The day of the last reading.
        cards: Repository and path of the card of each finding read.
        wrong: Those of `cards` where the finding was wrong.
    """

    model_config = ConfigDict(extra="forbid")

    read: int = 0
    right: int = 0
    last: date | None = None
    cards: list[str] = []
    wrong: list[str] = []


class Source(BaseModel):
    """The last run over the cards of a public repository."""

    model_config = ConfigDict(extra="forbid")

    cards: int
    findings: dict[str, int]  # by rule


class Precision(BaseModel):
    """precision.json."""

    model_config = ConfigDict(extra="forbid")

    sources: dict[str, Source] = {}  # by repository and folder
    rules: dict[str, Verdicts] = {}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m lint_benchmark",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("cards", type=Path, metavar="CARDS", help="a folder of cards (.md), at any depth")
    parser.add_argument("--select", default="", help="ids of rules, or beginnings, with commas between")
    parser.add_argument("--preview", action="store_true", help="rules in preview, too")
    parser.add_argument("--sample", type=int, metavar="N", help="print N findings to read")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--record", type=Path, metavar="READ", help="a sample with verdicts")
    parser.add_argument("--source", help="public repository, and folder in it, that CARDS is a copy of")
    options = parser.parse_args(arguments)
    if options.record and not options.source:
        parser.error("--record needs --source")
    selection = Selection(select=tuple(filter(None, options.select.split(","))), preview=options.preview)
    linted = list(lint_all(options.cards, selection))
    if options.sample:
        _print_sample(linted, options.sample, options.seed)
    else:
        _print_table(linted)
    if options.record:
        _record(linted, options.record, options.source)
    return int(any(card.crash for card in linted))


def lint_all(folder: Path, selection: Selection) -> Iterator[Linted]:
    """Lint each card by itself, on all processors."""
    cards = sorted(folder.rglob("*.md"))
    with Pool() as pool:
        results = pool.imap(partial(_lint, folder, selection), cards, chunksize=20)
        for done, linted in enumerate(results, start=1):
            if sys.stderr.isatty():
                end = "\n" if done == len(cards) else ""
                print(f"\r{done}/{len(cards)} cards", end=end, file=sys.stderr, flush=True)
            yield linted


def _lint(folder: Path, selection: Selection, card: Path) -> Linted:
    start = time.process_time()
    findings: tuple[Finding, ...] = ()
    crash = ""
    try:
        findings = examine(card, selection=selection).findings
    except Exception as problem:  # whatever it is, it is a defect of the lint
        crash = repr(problem)
    seconds = time.process_time() - start
    return Linted(card.relative_to(folder).as_posix(), card.stat().st_size, seconds, findings, crash)


def _print_sample(linted: list[Linted], size: int, seed: int) -> None:
    findings = [(card.card, finding) for card in linted for finding in card.findings]
    random.Random(seed).shuffle(findings)
    for card, finding in findings[:size]:
        print("?", finding.rule, f"{card}:{finding.place.line or ''}", finding.message, sep="\t")


def _print_table(linted: list[Linted]) -> None:
    severities = {finding.rule: finding.severity for card in linted for finding in card.findings}
    findings = Counter(finding.rule for card in linted for finding in card.findings)
    cards = Counter(rule for card in linted for rule in {finding.rule for finding in card.findings})
    print(f"{'rule':40} {'severity':8} findings  cards  card rate")
    for rule, count in findings.most_common():
        rate = cards[rule] / len(linted)
        print(f"{rule:40} {severities[rule]:8} {count:8} {cards[rule]:6} {rate:10.2%}")
    for severity in ("error", "warning"):
        count = sum(any(finding.severity == severity for finding in card.findings) for card in linted)
        print(f"cards with a finding of severity {severity}: {count} of {len(linted)}")
    rate = sum(card.seconds for card in linted) / max(1, sum(card.size for card in linted))
    print(f"time: {rate * 100_000:.3f} s for 100 kB; the slowest cards:")
    for card in sorted(linted, key=lambda card: -card.seconds)[:5]:
        print(f"  {card.seconds:6.2f} s  {card.size / 1000:7.1f} kB  {card.card}")
    print(f"crashes: {sum(bool(card.crash) for card in linted)}")
    for card in linted:
        if card.crash:
            print(f"  {card.card}: {card.crash}")


def _record(linted: list[Linted], sample: Path, source: str) -> None:
    """Add the verdicts of a sample; what is still `?` counts as not read."""
    precision = Precision.model_validate_json(PRECISION.read_text("utf-8"))
    counts = Counter(finding.rule for card in linted for finding in card.findings)
    precision.sources[source] = Source(cards=len(linted), findings=dict(sorted(counts.items())))
    for line in sample.read_text("utf-8").splitlines():
        verdict, rule, place, *_ = line.split("\t")
        if verdict not in ("right", "wrong"):
            continue
        verdicts = precision.rules.setdefault(rule, Verdicts())
        card = f"{source}/{place.rpartition(':')[0]}"
        verdicts.cards.append(card)
        verdicts.wrong += [card] * (verdict == "wrong")
        verdicts.read, verdicts.right = len(verdicts.cards), len(verdicts.cards) - len(verdicts.wrong)
        verdicts.last = date.today()
    precision.rules = dict(sorted(precision.rules.items()))
    PRECISION.write_text(precision.model_dump_json(indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
