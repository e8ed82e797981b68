"""The lint: whether a card, its ledger and the files that it speaks of agree.

report.py     findings and where they stand
registry.py   what a rule is
input/        what is checked: a card, a folder, a run, a repository on the Hub
read/         a card's front matter, blocks and code, with their lines
rules/        the rules, by the first part of their ids
check.py      the chosen rules over a target
output.py     a report as text, JSON or SARIF; rules_page.py the rules as a page
"""

from .check import Selection, examine
from .registry import Rule, all_rules
from .report import Finding, Place, Report

__all__ = ["Finding", "Place", "Report", "Rule", "Selection", "all_rules", "examine"]
