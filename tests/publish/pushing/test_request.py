"""Which model of a run goes where."""

import pytest
from tiny_ledger import make_ledger

from publish.errors import PublishError
from publish.pushing.request import resolve_targets


@pytest.fixture(scope="module")
def ledger(finished_run):
    return make_ledger(finished_run)


def resolve(ledger, repo_id=None, *, teacher=None, models=None, space=None):
    return resolve_targets(ledger, repo_id, teacher, models or {}, space)


def test_teacher_defaults_to_the_students_id_and_goes_first(ledger):
    targets = resolve(ledger, "me/model", space="me/demo")

    assert list(targets.models.items()) == [("teacher", "me/model-teacher"), ("student", "me/model")]
    assert targets.space == "me/demo"


def test_teacher_may_have_an_id_of_its_own(ledger):
    assert resolve(ledger, "me/model", teacher="lab/big").models["teacher"] == "lab/big"


def test_model_option_overrides_and_stands_alone(ledger):
    assert resolve(ledger, "me/model", models={"teacher": "me/t"}).models["teacher"] == "me/t"
    assert dict(resolve(ledger, models={"student": "me/s"}).models) == {"student": "me/s"}


@pytest.mark.parametrize(
    ("repo_id", "part"),
    [
        ("model", "lacks the namespace. Write it as NAME/model"),
        ("me/my model", "not a repo id"),
        ("me/a/b", "not a repo id"),
        ("me/a--b", "Cannot have -- or .."),
        ("me/model.git", "cannot end by '.git'"),
        ("https://huggingface.co/me/model", "not a repo id"),
    ],
)
def test_bad_repo_id(ledger, repo_id, part):
    with pytest.raises(PublishError) as error:
        resolve(ledger, repo_id)
    assert part in str(error.value)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"repo_id": "me/model", "teacher": "me/model"}, "student=me/model, teacher=me/model"),
        ({"models": {"pruned": "me/pruned"}}, "the run has no model pruned; it has teacher, student"),
        ({}, "nothing to push: give --repo-id"),
        (
            {"models": {"student": "me/model"}, "space": "me/demo"},
            "both must be pushed with it, found student",
        ),
        ({"repo_id": "me/model", "space": "demo"}, "lacks the namespace"),
    ],
)
def test_targets_that_make_no_sense(ledger, options, part):
    with pytest.raises(PublishError) as error:
        resolve(ledger, **options)
    assert part in str(error.value)
