"""Rules over a card and the files beside it: cards of others, right and wrong, and each fault alone."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from lint_folders import CARDS, card_of, change, folder
from safetensors.numpy import save_file

from cards.lint import catalogue, lint
from cards.lint.repository import REPOSITORY_RULES
from cards.lint.repository.own import own_names


def found(path: Path, severities: tuple[str, ...] = ("error", "warning")) -> set[str]:
    return {finding.rule for finding in lint(path) if finding.severity in severities}


@pytest.fixture
def reef(tmp_path) -> Path:
    """A repository whose card is right."""
    return folder(tmp_path, "reef-ner", card_of("reef"))


def test_a_right_card_draws_no_error(reef):
    assert [str(finding) for finding in lint(reef) if finding.severity != "note"] == []


def test_a_wrong_card_is_found_out_in_everything(tmp_path):
    made = folder(tmp_path, "coral-ner", card_of("coral"))
    assert found(made) >= {
        "front-matter.name",
        "front-matter.task",
        "repo.format",
        "repo.link",
        "repo.file",
        "weights.parameters",
        "weights.size",
        "labels.listed",
        "labels.id",
        "licence.upstream",
        "privacy.hosted",
        "privacy.patient",
        "code.file",
        "code.task",
        "code.window",
        "code.label",
        "code.python",
        "code.data",
    }


def test_a_card_alone_draws_only_what_needs_no_files(tmp_path):
    path = shutil.copy(CARDS / "files_coral.md", tmp_path / "card.md")
    rules = found(path)
    assert {"code.python", "privacy.patient", "front-matter.name"} <= rules
    assert not {rule for rule in rules if rule.startswith(("weights.", "labels.", "repo."))}


# What may be said without a finding: placeholders, other models, other meanings.
FINE = [
    ("# reef-ner\n", "# reef-ner\n\nThe teacher has 110M parameters and takes 440 MB.\n"),
    ("# reef-ner\n", "# reef-ner\n\nIts labels: what doctors call drugs, and problems of patients.\n"),
    ("drugs = [", 'login(token="hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")\ndrugs = ['),
    ("drugs = [", "... # any other lines\n!pip install transformers\ndrugs = ["),
    ("# reef-ner\n", "# reef-ner\n\nWrite to someone@clinic.org or call 555-0100.\n"),
    (
        "# reef-ner\n",
        "# reef-ner\n\n[Limits](#limits), [paper](https://example.org/a), ![](data:image/png;base64,aa)\n",
    ),
    (
        "# reef-ner\n",
        "# reef-ner\n\nText never leaves the device, unlike with the hosted demo, made for a first look.\n",
    ),
    ("# reef-ner\n", "# reef-ner\n\nContact: Ann Lee, lee@clinic.org, phone +1 212 555 0188.\n"),
    ('from_pretrained("someone/reef-ner")', 'from_pretrained("my-company/base-encoder")'),
    ("license: mit\n", "license: mit\nmodel-index:\n- name: reef\n  results: []\n"),
]


# What a reader would have to ask about: a part of the model, a page of the Hub, an example of nobody.
ASKED = [
    ("1.0M parameters; the FP32 weights take 4.0 MB", "0.6M active parameters", "weights.parameters"),
    ("# reef-ner\n", "# reef-ner\n\n[Download](someone/reef-ner/tree/main) it.\n", "repo.link"),
    ("An invented example: Ms Doe", "Seen today: Jane Doe", "privacy.patient"),
    ("An invented example: Ms Doe", "For de-identification. Seen today: Ms Doe", "privacy.patient"),
]


@pytest.mark.parametrize(("old", "new", "rule"), ASKED)
def test_what_may_have_been_meant_otherwise_is_a_warning(reef, old, new, rule):
    change(reef, old, new)
    assert {(f.rule, f.severity) for f in lint(reef) if f.severity != "note"} == {(rule, "warning")}


@pytest.mark.parametrize(("old", "new"), FINE)
def test_what_is_fine_draws_nothing(reef, old, new):
    change(reef, old, new)
    ours = {info.id for check in REPOSITORY_RULES for info in check.rules}
    assert found(reef) & ours == set()


def test_a_secret_is_not_repeated_in_the_report(reef):
    token = "hf_" + "aB3dE5fG7h" * 3 + "iJ9k"
    change(reef, "drugs = [", f'login(token="{token}")\ndrugs = [')
    assert not any(token in str(finding) for finding in lint(reef))


def test_parameters_of_all_shards_are_counted(reef):
    (reef / "model.safetensors").unlink()
    for number in (1, 2):
        save_file(
            {f"w{number}": np.zeros((500, 1000), np.float16)},
            reef / f"model-0000{number}-of-00002.safetensors",
        )
    index = {
        "weight_map": {"w1": "model-00001-of-00002.safetensors", "w2": "model-00002-of-00002.safetensors"}
    }
    (reef / "model.safetensors.index.json").write_text(json.dumps(index))
    change(reef, "the FP32 weights take 4.0 MB, ", "")
    assert found(reef) == set()
    (reef / "model-00002-of-00002.safetensors").unlink()
    assert "weights.readable" in found(reef)


def test_every_rule_that_is_reported_is_listed(tmp_path, reef):
    known = {info.id for info in catalogue()}
    made = folder(tmp_path, "coral-ner", card_of("coral"))
    assert found(made, ("error", "warning", "note")) <= known
    assert len(known) == len(catalogue())
    assert all(info.holds.endswith(".") for info in catalogue())


def test_what_a_card_calls_its_model_is_found_out_once(reef):
    """A card may compare hundreds of models, and each number asks whose it is."""
    rows = "".join(f"| Model-{number} | {number + 5}M | {number + 20} MB |\n" for number in range(40))
    change(reef, "# reef-ner\n", f"# reef-ner\n\n| Model | Params | Size |\n|---|---|---|\n{rows}")
    own_names.cache_clear()
    assert found(reef) == set()
    assert own_names.cache_info().misses == 1
