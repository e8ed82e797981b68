"""The front matter as the Hub reads it: what it refuses is an error, at its line; what it takes is none."""

import re
from pathlib import Path

import pytest

from cards.lint import Finding, examine

RIGHT = """\
---
language: en
license: apache-2.0
library_name: transformers
pipeline_tag: token-classification
tags:
- ner
datasets:
- someone/abstracts
metrics:
- f1
widget:
- text: Aspirin caused renal failure.
  example_title: Example
model-index:
- name: demo
  results:
  - task:
      type: token-classification
    dataset:
      type: bc5cdr
      name: BC5CDR
      config: default
      split: test
      revision: abcdef0
    metrics:
    - type: f1
      value: 0.84
      name: Micro F1
    source:
      name: A table
      url: https://example.org
---

# Demo tagger

Tags chemicals. Research use only.
"""

# What stands on the right card, what is put there, and words of the finding.
NO_TEXTS = [
    ("      config: default", "      config: 2020", "dataset.config: YAML reads 2020"),
    ("      config: default", "      config: 2020-01-01", "dataset.config: YAML reads 2020-01-01 as a date"),
    ("      config: default", "      config: 1.0", "dataset.config: YAML reads 1.0"),
    ("      split: test", "      split: on", "dataset.split: YAML reads True as a truth value"),
    ("      split: test", "      split: 017", "dataset.split: YAML reads 15 as a number"),
    ("      name: BC5CDR", "      name: 2010", "dataset.name: YAML reads 2010"),
    ("      type: bc5cdr", "      type: 2010", "dataset.type: YAML reads 2010"),
    ("      revision: abcdef0", "      revision: 1234567", "dataset.revision: YAML reads 1234567"),
    ("      revision: abcdef0", "      revision: 1.2e+03", "dataset.revision: YAML reads 1200"),
    ("      type: token-classification", "      type: yes", "task.type: YAML reads True"),
    ("    - type: f1", "    - type: 1", r"metrics\[0\].type: YAML reads 1"),
    ("      name: Micro F1", "      name: 1", r"metrics\[0\].name: YAML reads 1"),
    ("      name: A table", "      name: 2024-05-05", "source.name: YAML reads 2024-05-05"),
    ("- name: demo", "- name: 7", r"model-index\[0\].name: YAML reads 7"),
    ("- ner", "- 2024", r"tags\[0\]: YAML reads 2024"),
    ("- ner", "- yes", r"tags\[0\]: YAML reads True"),
    ("- ner", "-", r"tags\[0\]: the list has an empty entry"),
    ("- f1", "- 1", r"metrics\[0\]: YAML reads 1"),
    ("license: apache-2.0", "license: 2.0", "license: YAML reads 2.0"),
    ("license: apache-2.0", "license:\n- apache-2.0\n- 4", r"license\[1\]: YAML reads 4"),
    ("library_name: transformers", "library_name: 4", "library_name: YAML reads 4"),
    ("pipeline_tag: token-classification", "pipeline_tag: no", "pipeline_tag: YAML reads False"),
    ("  example_title: Example", "  example_title: 1", r"widget\[0\].example_title: YAML reads 1"),
    ("- someone/abstracts", "- 2010", r"datasets\[0\]: 2010 is no id"),
]
WIDGET = "widget:\n- text: Aspirin caused renal failure.\n  example_title: Example"
WRONG_SHAPES = [
    (WIDGET, "widget: {text: a}", "no list"),
    (WIDGET, "widget: a", "no list"),
    ("tags:\n- ner", "tags: ner", "no list"),
    ("tags:\n- ner", "tags: {ner: 1}", "no list"),
    ("- name: demo\n", "-\n", r"model-index\[0\]: .*no name"),
    ("  results:\n  - task:", "  results:\n    task:", "results: this is no list"),
    ("    metrics:\n    - type: f1\n", "    metrics:\n      type: f1\n", "metrics: this is no list"),
    ("      value: 0.84", "      value: 2024-05-05", "is no value"),
    ("      value: 0.84", "      value: on", "is no value"),
    ("language: en", "language: no", "YAML reads no as a truth value"),
    ("language: en", "language: [en, 1]", "is no code of a language"),
    ("license: apache-2.0", "license: apache-2.0\nlibrary_version: 2024-01-01", "put it in quotes"),
]
TWICE = [
    ("- ner", "- ner\ntags:\n- clinical", "'tags' twice, on lines 6 and 8"),
    ("- ner", "- ner\nlicense: mit", "'license' twice, on lines 3 and 8"),
    ("      split: test", "      split: test\n      name: X", "'name' twice, on lines 22 and 25"),
    ("      value: 0.84", "      value: 0.84\n      value: 0.85", "'value' twice, on lines 28 and 29"),
]
FINE = [
    ("      config: default", "      config: '2020-01-01'"),
    ("      config: default\n", "      config:\n"),
    ("      split: test", "      split: 'on'"),
    ("      name: BC5CDR", '      name: "2010"'),
    ("      value: 0.84", "      value: 84.0 ± 0.3"),
    ("      value: 0.84", "      value: [[3, 1], [0, 4]]\n      args: {split: 1, config: 2020-01-01}"),
    ("- ner", "- '2024'\n- ner"),
    ("license: apache-2.0", "license: [apache-2.0, mit]"),
    ("language: en", "language: ['no', en]"),
    (WIDGET, "widget: false"),
    ("license: apache-2.0", "license: apache-2.0\ntrained: {on: 2024-01-01, split: 3, config: true}"),
]


def errors(folder: Path, old: str, new: str) -> list[Finding]:
    assert RIGHT.count(f"{old}\n") == 1 or old.endswith("\n")
    card = folder / "README.md"
    card.write_text(RIGHT.replace(old, new, 1), encoding="utf-8")
    return examine(card).errors


@pytest.mark.parametrize(("old", "new", "said"), [*NO_TEXTS, *WRONG_SHAPES])
def test_what_the_hub_refuses_is_an_error_at_its_line(tmp_path, old, new, said):
    found = errors(tmp_path, old, new)
    assert {finding.rule.partition(".")[0] for finding in found} <= {"front-matter", "model-index"}
    [first, *_] = [finding for finding in found if re.search(said, finding.message)]
    at = RIGHT[: RIGHT.index(old)].count("\n") + 1
    assert at <= first.place.line <= at + new.count("\n") + 1


@pytest.mark.parametrize(("old", "new", "said"), TWICE)
def test_a_key_given_twice_is_an_error_that_names_both_lines(tmp_path, old, new, said):
    [finding] = errors(tmp_path, old, new)
    assert finding.rule == "front-matter.yaml"
    assert said in finding.message


@pytest.mark.parametrize(("old", "new"), [("language: en", "language: en"), *FINE])
def test_what_the_hub_takes_is_no_error(tmp_path, old, new):
    assert [str(finding) for finding in errors(tmp_path, old, new)] == []
