"""Rules over a card and the files beside it: cards of others, right and wrong, and each fault alone."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from cards.lint import catalogue, lint
from cards.lint.repository import REPOSITORY_RULES

CARDS = Path(__file__).parent / "cards_of_others"
LABELS = ["O", "B-Drug", "I-Drug", "B-Problem", "I-Problem"]


def folder(tmp_path: Path, name: str, card: str) -> Path:
    """A repository of a million parameters, five labels and one quantized file."""
    made = tmp_path / name
    (made / "onnx").mkdir(parents=True)
    save_file({"weight": np.zeros((1000, 1000), np.float32)}, made / "model.safetensors")
    (made / "onnx" / "model_quantized.onnx").write_bytes(bytes(1_100_000))
    config = {
        "architectures": ["BertForTokenClassification"],
        "max_position_embeddings": 512,
        "id2label": {str(number): label for number, label in enumerate(LABELS)},
        "label2id": {label: number for number, label in enumerate(LABELS)},
    }
    (made / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (made / "README.md").write_text(card, encoding="utf-8")
    return made


def edit_config(made: Path, **changes) -> None:
    path = made / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes), encoding="utf-8")


def card_of(name: str) -> str:
    return (CARDS / f"files_{name}.md").read_text(encoding="utf-8")


def found(path: Path, severities: tuple[str, ...] = ("error", "warning")) -> set[str]:
    return {finding.rule for finding in lint(path) if finding.severity in severities}


@pytest.fixture
def reef(tmp_path) -> Path:
    """A repository whose card is right."""
    return folder(tmp_path, "reef-ner", card_of("reef"))


def change(made: Path, old: str, new: str) -> None:
    path = made / "README.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


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


# What stands on the right card, what is put there, and the rule that finds it: other layouts and units.
FAULTS = [
    ("1.0M parameters", "2.5M parameters", "weights.parameters"),
    ("A tagger with 1.0M parameters", "reef-ner has 1,600,000 parameters", "weights.parameters"),
    ("the INT8 graph 1.1 MB", "the INT8 graph 2.2 MiB", "weights.size"),
    ("# reef-ner\n", "# reef-ner\n\n- `model.safetensors`: 9000 kB\n", "weights.size"),
    ("# reef-ner\n", f"# reef-ner\n\nSHA-256 of `config.json`: {'ab' * 32}\n", "weights.sha256"),
    ("`B-Drug`, `I-Drug`, `B-Problem`, `I-Problem`, `O`", "`Drug`, `Problem`, `Anatomy`", "labels.listed"),
    ("`B-Drug`, `I-Drug`, `B-Problem`, `I-Problem`, `O`", "`Drug`", "labels.listed"),
    ("`1: B-Drug`, `2: I-Drug`", "`1: I-Drug`, `2: B-Drug`", "labels.id"),
    ("# reef-ner\n", '# reef-ner\n\n```json\n{"B-Drug": 1, "B-Problem": 2, "O": 0}\n```\n', "labels.id"),
    ('== "Drug"', 'in ("Drug", "Disorder")', "code.label"),
    ("model_max_length=512", "model_max_length=4096", "code.window"),
    (
        'from_pretrained("someone/reef-ner")',
        'from_pretrained("someone/reef-ner", subfolder="tf")',
        "code.file",
    ),
    (
        "drugs = [",
        'import huggingface_hub as hub\nhub.hf_hub_download("someone/reef-ner", "weights.bin")\ndrugs = [',
        "code.file",
    ),
    (
        "drugs = [",
        "from optimum.onnxruntime import ORTModelForTokenClassification\n"
        'ORTModelForTokenClassification.from_pretrained("someone/reef-ner", '
        'file_name="onnx/model_quantized.onnx")\ndrugs = [',
        "code.file",
    ),
    ('from_pretrained("someone/reef-ner")', 'from_pretrained("./output/checkpoint-500")', "code.repo-id"),
    ('from_pretrained("someone/reef-ner")', 'from_pretrained("your-username/reef-ner")', "code.repo-id"),
    ("AutoModelForTokenClassification", "AutoModelForMaskedLM", "code.task"),
    ("drugs = [", "drugs = ([", "code.python"),
    ('"transformers[torch]"', '"transformers[torch]', "code.data"),
    ("# reef-ner\n", '# reef-ner\n\n```json\n{"entity": "Drug",}\n```\n', "code.data"),
    ("(config.json)", "(configuration.json)", "repo.link"),
    ("(onnx)", "(https://example.org) <img src='plots/f1.svg'>", "repo.link"),
    ("[the folder of graphs](onnx)", "`onnx/model.onnx`", "repo.file"),
    ("- onnx\n", "- onnx\n- safetensors\n- tflite\n", "repo.format"),
    (
        "with no server",
        "with no server: text never leaves the device. Or use our `InferenceClient`",
        "privacy.hosted",
    ),
    ("An invented example: Ms Doe", "Seen today: Ms Doe", "privacy.patient"),
    (
        "An invented example: Ms Doe, born on 03/12/1961, MRN 00000000",
        "Ms Doe (SSN 219-09-9999)",
        "privacy.patient",
    ),
    ("drugs = [", 'login(token="hf_' + "aB3dE5fG7h" * 3 + 'iJ9k")\ndrugs = [', "privacy.secret"),
    ("drugs = [", 'key = "AKIA' + "Q7WERTYUIOP2ASDF" + '"\ndrugs = [', "privacy.secret"),
    (
        "# reef-ner\n",
        "# reef-ner\n\nExample: the patient can be reached at phone 212 555 0188.\n",
        "privacy.patient",
    ),
    ("license: mit", "license: mit licence", "front-matter.name"),
    ("- en\n", "- english\n", "front-matter.name"),
    ("- en\n", "- no\n", "front-matter.name"),
    ("pipeline_tag: token-classification", "pipeline_tag: ner", "front-matter.name"),
    ("pipeline_tag: token-classification", "pipeline_tag: fill-mask", "front-matter.task"),
    ("license: mit\n", "license: mit\nco2_eq_emissions:\n  emissions: 12 kg\n", "front-matter.field"),
    ("license: mit\n", "license: mit\nbase_model: /mnt/models/bert\n", "front-matter.value"),
    ("license: mit\n", "license: mit\nlibrary_version: 4.10\n", "front-matter.value"),
    ("license: mit\n", "", "front-matter.missing"),
    ("# reef-ner\n", "# reef-ner\n\nFine-tuned on a data set under CC BY-SA 4.0.\n", "licence.upstream"),
]


@pytest.mark.parametrize(("old", "new", "rule"), FAULTS, ids=[f"{n}-{f[2]}" for n, f in enumerate(FAULTS)])
def test_one_fault_is_found(reef, old, new, rule):
    assert rule not in found(reef)
    change(reef, old, new)
    assert rule in found(reef)


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


@pytest.mark.parametrize(("old", "new"), FINE)
def test_what_is_fine_draws_nothing(reef, old, new):
    change(reef, old, new)
    ours = {info.id for check in REPOSITORY_RULES for info in check.rules}
    assert found(reef) & ours == set()


INDEX = """model-index:
- name: tern
  results:
  - task:
      type: token-classification
    dataset:
      type: conll2003
      name: CoNLL-2003
      split: test
    metrics:
    - type: f1
      value: 0.87
      name: Micro F1
"""


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("On the CoNLL-2003 test set Tern reaches a micro F1 of 0.912.", True),
        ("| Model | Micro F1 (CoNLL-2003 test, %) |\n| --- | --- |\n| Tern | 91.2 |", True),
        ("On the CoNLL-2003 test set Tern reaches a micro F1 of 87.0%.", False),
        ("On the CoNLL-2003 test set Skua, the teacher, reaches a micro F1 of 0.912.", False),
    ],
)
def test_model_index_against_the_text(tmp_path, text, wrong):
    path = tmp_path / "card.md"
    path.write_text(f"---\nlicense: mit\n{INDEX}---\n# Tern\n\n{text}\n")
    assert ("index.text" in found(path)) == wrong


def test_a_secret_is_not_repeated_in_the_report(reef):
    token = "hf_" + "aB3dE5fG7h" * 3 + "iJ9k"
    change(reef, "drugs = [", f'login(token="{token}")\ndrugs = [')
    assert not any(token in str(finding) for finding in lint(reef))


CONFIGS = [
    ({"label2id": {"O": 0, "B-Drug": 2, "I-Drug": 1, "B-Problem": 3, "I-Problem": 4}}, "labels.inverse"),
    ({"id2label": {"0": "O", "2": "B-Drug"}}, "labels.inverse"),
    ({"architectures": ["BertForMaskedLM"]}, "front-matter.task"),
    ({"max_position_embeddings": 256}, "code.window"),
]


@pytest.mark.parametrize(("changes", "rule"), CONFIGS)
def test_a_fault_of_the_configuration(reef, changes, rule):
    edit_config(reef, **changes)
    assert rule in found(reef)


def test_generic_labels_are_a_note(reef):
    names = {str(number): f"LABEL_{number}" for number in range(5)}
    edit_config(reef, id2label=names, label2id={label: int(number) for number, label in names.items()})
    assert "labels.generic" in found(reef, ("note",))


def test_pointers_instead_of_files(reef):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 3\n"
    (reef / "onnx" / "model_quantized.onnx").write_bytes(pointer)
    assert "repo.pointer" in found(reef)
    (reef / "README.md").write_bytes(pointer)
    assert any(f.rule == "repo.pointer" and f.file.endswith("README.md") for f in lint(reef))


def test_weights_that_are_cut_short(reef):
    path = reef / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-4])
    assert "weights.readable" in found(reef)


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


SPACES = [
    ("sdk: gradio", "sdk: gradioo"),
    ("colorFrom: red", "colorFrom: orange"),
    ("app_file: app.py", "app_file: main.py"),
    ("sdk_version: 6.0.0", "sdk_version: 5.9.1"),
    ("short_description: Tags notes", f"short_description: {'Tags notes ' * 9}"),
]


@pytest.mark.parametrize(("old", "new"), SPACES)
def test_a_space(tmp_path, old, new):
    card = (
        "---\ntitle: Reef\nsdk: gradio\nsdk_version: 6.0.0\ncolorFrom: red\ncolorTo: blue\napp_file: app.py\n"
        "short_description: Tags notes\nlicense: mit\n---\n# Reef\n"
    )
    (tmp_path / "README.md").write_text(card)
    (tmp_path / "app.py").write_text("")
    (tmp_path / "requirements.txt").write_text("gradio==6.0.0\n")
    assert found(tmp_path) == set()
    change(tmp_path, old, new)
    assert found(tmp_path) == {"space.field"}


DATASETS = [("1K<n<10K", "10K<n<100K"), ("1K<n<10K", "medium"), ("path: data/*.jsonl", "path: train.csv")]


@pytest.mark.parametrize(("old", "new"), DATASETS)
def test_a_data_set(tmp_path, old, new):
    card = (
        "---\nlicense: cc-by-4.0\nlanguage: en\ntask_categories: [token-classification]\n"
        "size_categories: [1K<n<10K]\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n"
        "    path: data/*.jsonl\ndataset_info:\n  splits:\n  - name: train\n    num_examples: 4000\n"
        "  - name: test\n    num_examples: 500\ntags: [medical]\n---\n# Notes\n"
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.jsonl").write_text("{}\n")
    (tmp_path / "README.md").write_text(card)
    assert found(tmp_path) == set()
    change(tmp_path, old, new)
    assert "dataset.field" in found(tmp_path)


def test_every_rule_that_is_reported_is_listed(tmp_path, reef):
    known = {info.id for info in catalogue()}
    made = folder(tmp_path, "coral-ner", card_of("coral"))
    assert found(made, ("error", "warning", "note")) <= known
    assert len(known) == len(catalogue())
    assert all(info.holds.endswith(".") for info in catalogue())
