"""The page of rules: what each holds, why, how to fix a fault, and an example of one."""

import textwrap
from pathlib import Path

import yaml

from .registry import Rule, all_rules

CASES = Path(__file__).parents[2] / "tests" / "cards" / "lint" / "cases"
_HEAD = """\
# Rules of the lint

`python -m cards rules --markdown > docs/lint-rules.md` writes this page from the rules' docstrings and from
`tests/cards/lint/cases/`, where each rule has cards that break it and cards that do not.

Choose rules with `--select` and `--ignore`: beginnings of ids, the longest that fits decides. A rule in
preview runs with `--preview` alone, until it has been right on 95% of what it found on real cards. A comment
switches a rule off for the line, table or block that it stands above:

    <!-- clinstill: ignore code.python -->

In the front matter it is `# clinstill: ignore front-matter.name`. Rules that hold a card of ours against its
ledger cannot be switched off so.
"""


def rules_page() -> str:
    """The page, in Markdown, with the first right and wrong case of each rule."""
    return "\n".join([_HEAD, *map(_section, all_rules())])


def _section(rule: Rule) -> str:
    severity = rule.severity + (", preview" if rule.preview else "")
    lines = [f"## {rule.id}", f"{rule.what} ({severity})", f"**Why:** {rule.why}", f"**Fix:** {rule.fix}"]
    file = CASES / f"{rule.id}.yaml"
    cases = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    for kind in ("wrong", "right"):
        for case in cases.get(kind, ())[:1]:
            lines += [f"{kind.capitalize()}:", textwrap.indent(_example(case), "    ")]
    return "\n\n".join(lines) + "\n"


def _example(case: dict[str, object]) -> str:
    """What a reader sees of a case: its card and files, or what is changed in a run of ours."""
    beside = {key: case[key] for key in ("files", "hub", "run") if key in case}
    written = yaml.safe_dump(beside, sort_keys=False, allow_unicode=True, width=100) if beside else ""
    return f"{case.get('card', '')}\n{written}".strip("\n")
