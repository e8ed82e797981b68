"""The card's snippets for transformers and optimum, run on a staged model folder."""

import pytest
import tiny_ledger

from cards import snippets


@pytest.mark.parametrize("tool", ["transformers", "optimum"])
def test_a_snippet_prints_what_the_card_shows(tool, tmp_path):
    run = tiny_ledger.make_run(tmp_path / "run")
    assert snippets.run(tool, run / "models" / "student", tiny_ledger.TEXT) == tiny_ledger.OUTPUT
