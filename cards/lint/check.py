"""Checking: the rules that were chosen, over the parts of a target, without what a card switches off."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from ..errors import CardError
from .input.card import Card
from .input.opening import open_target
from .input.parts import Folder, HubCheck, Repository
from .registry import Rule, all_rules
from .report import Finding, Report

# <!-- clinstill: ignore code.python -->; in the front matter # clinstill: ignore front-matter.name
_IGNORE = re.compile(r"(?:<!--|#)\s*clinstill:\s*ignore\s+([\w.,\s-]+?)\s*(?:-->|$)", re.MULTILINE)


@dataclass(frozen=True)
class Selection:
    """Which rules run: ids, or beginnings of ids, as in ruff. The longest that fits a rule decides."""

    select: tuple[str, ...] = ()  # only these; all where it is empty
    ignore: tuple[str, ...] = ()
    preview: bool = False  # also rules that have not yet been right on enough real cards

    def rules(self) -> list[Rule]:
        """The chosen rules. Raises CardError where a choice fits none."""
        for chosen in (*self.select, *self.ignore):
            if not any(rule.id.startswith(chosen) for rule in all_rules()):
                raise CardError(f"{chosen}: no rule begins so; `python -m cards rules` lists them")
        return [rule for rule in all_rules() if self._has(rule)]

    def _has(self, rule: Rule) -> bool:
        wanted = max((len(chosen) for chosen in self.select if rule.id.startswith(chosen)), default=-1)
        unwanted = max((len(chosen) for chosen in self.ignore if rule.id.startswith(chosen)), default=-1)
        chosen = wanted > unwanted or (not self.select and unwanted < 0)
        return chosen and (self.preview or not rule.preview)


def examine(
    target: str | Path,
    revision: str | None = None,
    selection: Selection | None = None,
    online: bool = False,
) -> Report:
    """Check a card, a folder with its files, a run, or a repository on the Hub.

    Args:
        target: A path, or an id or address on the Hub.
        revision: Branch, tag or commit of a repository.
        selection: Which rules run; all but those in preview without it.
        online: Whether the Hub's own check decides about the front matter of a card that lies here, too; of a
            repository on the Hub it always does.

    Raises:
        CardError: `target` is none of them or cannot be reached, or the selection fits no rule.
    """
    rules = (selection or Selection()).rules()
    opened = open_target(target, revision, online)
    decided = {part.card.file for part in opened.parts if isinstance(part, HubCheck)}
    found = [finding for part in opened.parts for rule in rules for finding in _run(rule, part, decided)]
    for card in opened.cards:
        found = _kept(card, found)
    return Report(str(target), opened.base, opened.commit, tuple(sorted(set(found), key=_order)))


def _run(rule: Rule, part: object, decided: set[str]) -> list[Finding]:
    """What a rule finds in a part; where the Hub's own check has answered, it decides over ours."""
    if rule.hub_decides and isinstance(part, Card) and part.file in decided:
        return []
    return list(rule.run(part))


def _kept(card: Card, found: list[Finding]) -> list[Finding]:
    """The findings but those that the card switches off, and of a rule in one table all but the first.

    A comment on a line, or right above it or its block, switches rules off there; never those that hold a
    card of ours against its ledger.
    """
    lines, starts = card.text.split("\n"), [block.line for block in card.blocks]
    mutable = {rule.id for rule in all_rules() if rule.reads in (Card, Folder, Repository)}
    seen: set[tuple[str, int]] = set()
    kept = []
    for finding in sorted(found, key=_order):
        line = finding.place.line
        if finding.place.file == card.file and line is not None:
            at = bisect_right(starts, line) - 1
            block = card.blocks[at] if at >= 0 and line <= card.blocks[at].last_line else None
            above = (block.line if block else line) - 2
            while above > 0 and not lines[above].strip():
                above -= 1
            near = "\n".join([lines[max(above, 0)], *lines[max(0, line - 2) : line]])
            ids = [each for match in _IGNORE.finditer(near) for each in re.split(r"[,\s]+", match[1])]
            if finding.rule in mutable and any(each and finding.rule.startswith(each) for each in ids):
                continue
            if block and block.kind == "table" and (finding.rule, at) in seen:
                continue
            seen.add((finding.rule, at))
        kept.append(finding)
    return kept


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    place = finding.place
    return (place.file, place.line or 0, place.column or 0, finding.rule, finding.message)
