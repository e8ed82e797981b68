"""The published numbers of the bundled student come out again on real text: on its 50 guard documents,
which are a tenth of the test set and read the same way."""

import os
from pathlib import Path

import pytest

from cards.ledger import read_ledger
from publish.verifying import evaluation_data
from publish.verifying.agreement import compare
from publish.verifying.remeasure import measure, threads_of
from training.measuring.provenance import environment

STUDENT = Path(__file__).parents[3] / "space" / "bundled" / "student"
GUARD = "student.int8.guard.macro.f1"
DEVELOPMENT = "CDR_DevelopmentSet.PubTator.txt"


@pytest.mark.corpora
def test_the_bundled_student_s_score_holds(tmp_path):
    root = os.environ.get("CLINSTILL_DATA")
    if not root:
        pytest.skip("CLINSTILL_DATA is not set")
    ledger = read_ledger(STUDENT / "ledger.json")
    (tmp_path / DEVELOPMENT).symlink_to(Path(root, "bc5cdr", DEVELOPMENT))
    splits = evaluation_data.read_data(
        [f"bc5cdr={tmp_path}"], ledger.models["student"].labels, ledger, hub=None
    )
    assert splits.keys() == {"development", "guard"}

    here = measure(STUDENT, ledger, splits, lambda line: None)

    [row] = [
        row for row in compare(ledger, here, splits, environment(threads_of(ledger))) if row.claim == GUARD
    ]
    assert row.verdict == "holds"
    assert row.tolerance is not None  # the very documents of the claim
