"""The files of a labelled corpus against the ledger beside them."""

import hashlib
import itertools
from pathlib import Path

import pytest
from random_ledgers import random_ledger

from cards.ledger import write_ledger
from cards.lint import examine
from cards.render import render
from cards.render.card_map import write_map

CONTENT = b'{"text": "Aspirin helps."}\n'


@pytest.fixture
def corpus(tmp_path) -> Path:
    """The folder of a labelled corpus of one file."""
    ledger = next(
        made for seed in itertools.count() if (made := random_ledger(seed)).subject in made.datasets
    )
    held = ledger.datasets[ledger.subject]
    files = tuple(
        file.model_copy(update={"sha256": hashlib.sha256(CONTENT).hexdigest()}) for file in held.files
    )
    held = held.model_copy(update={"files": files})
    write_ledger(ledger.model_copy(update={"datasets": {ledger.subject: held}}), tmp_path / "ledger.json")
    for file in files:
        (tmp_path / file.file).parent.mkdir(exist_ok=True)
        (tmp_path / file.file).write_bytes(CONTENT)
    card = render(tmp_path, {ledger.subject: "someone/weak"})
    (tmp_path / "README.md").write_text(card.text, encoding="utf-8")
    write_map(card.map, tmp_path / "card.map.json")
    return tmp_path


def found(folder: Path) -> list[str]:
    return [finding.message for finding in examine(folder).findings if finding.rule == "file.data"]


def test_files_as_they_were_counted_draw_nothing(corpus):
    assert found(corpus) == []


def test_a_file_that_was_changed_or_left_out_is_found(corpus):
    (file,) = (corpus / "data").iterdir()
    file.write_bytes(CONTENT * 2)
    assert found(corpus)[0].startswith("another SHA-256")
    file.unlink()
    assert found(corpus)[0].endswith("is not here")
