"""Each task has one record, and only records know what differs between tasks."""

import re
from dataclasses import replace
from typing import get_args

import pytest
import transformers
from sources import ROOT, imports, sources

from cards.ledger import Task as Tag
from cards.render import snippets
from training.graph import graph
from training.recipe import Recipe, load_recipe
from training.tasks.entities import ENTITIES
from training.tasks.lookup import TASKS, import_named

NAMED = re.compile(r"For(Token|Sequence)Classification|ForMaskedLM|\b(token|text)-classification\b|fill-mask")


def test_every_task_of_a_recipe_has_a_record():
    assert set(TASKS) == set(get_args(Recipe.model_fields["task"].annotation))


@pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
def test_what_a_record_names_is_there(task):
    assert hasattr(transformers, task.head)
    assert task.tag in get_args(Tag) and snippets.TOOLS[task.tag]
    wanted = {
        "learn_from_labels": [task.finetuning],
        "learn_from_teachers": [task.distillation],
        "document_counts": [task.metric],
        "run": [task.calibration, task.pipelines, task.scores, task.comparison],
    }
    for function, modules in wanted.items():
        for name in modules:
            assert callable(getattr(import_named(name), function)), name


def test_the_tags_of_entities_are_o_then_b_and_i_of_each_label():
    assert ENTITIES.outputs(("Drug", "Disease")) == ["O", "B-Drug", "I-Drug", "B-Disease", "I-Disease"]


def test_nodes_run_what_the_record_of_their_task_names(monkeypatch):
    other = replace(
        ENTITIES,
        finetuning="others.finetuning",
        distillation="others.distillation",
        metric="others.metric",
        calibration="others.calibration",
        pipelines="others.pipelines",
        scores="others.scores",
        comparison="others.comparison",
    )
    monkeypatch.setitem(TASKS, "entities", other)
    nodes = {node.name: node for node in graph(load_recipe("smoke"))}
    assert nodes["teacher"].runs == ("others.finetuning",)
    assert nodes["student"].runs == ("others.distillation",)
    assert nodes["student.int8"].runs == ("others.metric",)
    found = {name: node.module for name, node in nodes.items() if node.module.startswith("others.")}
    of_student = ("calibrate", "pipelines", "scores")
    assert [found[f"student.{name}"] for name in of_student] == [
        "others.calibration",
        "others.pipelines",
        "others.scores",
    ]
    assert found["comparison"] == "others.comparison"


def test_records_alone_name_heads_and_tags():
    naming = {
        path.relative_to(ROOT).as_posix()
        for path in sources("training")
        if NAMED.search(path.read_text(encoding="utf-8"))
    }
    assert "training/tasks/entities.py" in naming
    assert [name for name in naming if not name.startswith("training/tasks/")] == []


def test_records_import_nothing_that_trains_or_measures():
    for path in sources("training/tasks"):
        place = path.relative_to(ROOT)
        for imported in imports(path.read_text(encoding="utf-8"), place):
            ours = imported.module.startswith(("training.tasks.", "cards.ledger."))
            assert ours or imported.top not in ("training", "cards", "torch", "transformers"), imported
