"""Cards and repositories as other authors make them: good ones draw no error, a bad one is found out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from lint_cases import safetensors as weights

from cards.ledger.licences import kind
from cards.lint import Selection, examine
from cards.lint.rules.front_matter import known

GOOD = Path(__file__).parent / "good"
MILLION = {"weight": [1000, 1000]}


def sparse(size: int) -> Callable[[Path], None]:
    """A file of a size that takes no room."""

    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(size)

    return write


def config(architecture: str, **more) -> bytes:
    return json.dumps({"architectures": [architecture], **more}).encode()


NER = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC"]
CLINICAL = ["O", "B-Drug", "I-Drug", "B-Problem", "I-Problem"]


def labels(names: list[str]) -> dict:
    return {
        "id2label": {str(number): name for number, name in enumerate(names)},
        "label2id": {name: number for number, name in enumerate(names)},
    }


# Style -> the folder's name and the files beside its card.
STYLES: dict[str, tuple[str, dict[str, bytes | Callable[[Path], None]]]] = {
    "trainer": (
        "distilbert-finetuned-ner",
        {
            "config.json": config(
                "DistilBertForTokenClassification", max_position_embeddings=512, **labels(NER)
            ),
            "model.safetensors": weights(MILLION),
            "training_args.bin": b"PK",
            "tokenizer.json": b"{}",
            "runs/Nov01/events.out.tfevents.1": b"x",
        },
    ),
    "gguf": (
        "Gannet-1.1B-Instruct-GGUF",
        {
            f"Gannet-1.1B-Instruct-{kind}.gguf": sparse(size)
            for kind, size in {
                "f16": 2_204_000_000,
                "Q8_0": 1_171_000_000,
                "Q6_K": 904_000_000,
                "Q4_K_M": 668_000_000,
                "IQ2_M": 412_000_000,
            }.items()
        },
    ),
    "spacy": (
        "en_petrel_sm",
        {
            "meta.json": b'{"lang": "en"}',
            "config.cfg": b"[nlp]\n",
            "ner/model": b"x",
            "en_petrel_sm-any-py3-none-any.whl": b"PK",
        },
    ),
    "sentences": (
        "all-plover-L6-v2",
        {
            "config.json": config("BertModel", max_position_embeddings=512),
            "config_sentence_transformers.json": b"{}",
            "sentence_bert_config.json": b'{"max_seq_length": 256}',
            "modules.json": b"[]",
            "1_Pooling/config.json": b"{}",
            "model.safetensors": weights(
                {"embeddings.position_ids": [1, 512], "w": [384, 1000]}, dtype="F16", size=2
            ),
        },
    ),
    "setfit": (
        "setfit-triage",
        {
            "config.json": config("MPNetModel", max_position_embeddings=514),
            "config_setfit.json": b'{"labels": ["urgent", "routine"]}',
            "model_head.pkl": b"x",
            "model.safetensors": weights(MILLION),
        },
    ),
    "lora": (
        "cormorant-notes-lora",
        {
            "adapter_config.json": b'{"base_model_name_or_path": "someone/Cormorant-7B", "r": 16}',
            "adapter_model.safetensors": weights({"a": [500, 1000]}, dtype="BF16", size=2),
            "tokenizer.json": b"{}",
            "LICENSE": b"terms",
        },
    ),
    "timm": (
        "ternnet_small.in21k_ft_in1k",
        {
            "config.json": b'{"architecture": "ternnet_small", "num_classes": 1000}',
            "model.safetensors": weights(MILLION),
            "pytorch_model.bin": sparse(4_001_000),
        },
    ),
    "dataset": (
        "skua-notes",
        {f"data/{split}-00000-of-00001.parquet": b"PAR1" for split in ("train", "validation", "test")},
    ),
    "space": ("skua-tagger", {"app.py": b"import gradio\n", "requirements.txt": b"transformers\n"}),
    "nickname": (
        "auklet-ner-v2",
        {
            "config.json": config(
                "BertForTokenClassification", max_position_embeddings=512, **labels(CLINICAL)
            ),
            "model.safetensors": weights(MILLION),
            "assets/logo.png": b"png",
        },
    ),
}


@pytest.fixture
def repository(tmp_path) -> Callable[[str], Path]:
    """Makes the repository of a style."""

    def make(style: str) -> Path:
        name, files = STYLES[style]
        made = tmp_path / name
        for file, content in files.items():
            (made / file).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                (made / file).write_bytes(content)
            else:
                content(made / file)
        (made / "README.md").write_bytes((GOOD / f"{style}.md").read_bytes())
        return made

    return make


@pytest.mark.parametrize("style", STYLES)
def test_a_good_repository_draws_no_error(repository, style):
    found = [str(finding) for finding in examine(repository(style)).errors]
    assert found == []


@pytest.mark.parametrize("card", sorted(GOOD.glob("card_*.md")), ids=lambda path: path.stem)
def test_a_good_card_draws_no_error(card):
    assert examine(card).errors == []


def test_the_faults_of_a_card_s_tables_front_matter_and_code_are_found():
    """A card of a distilled tagger whose numbers contradict each other."""
    found = examine(GOOD.parent / "clinical_ember.md", selection=Selection(preview=True)).findings
    expected = {"front-matter.language", "code.python", "aggregate.mean", "order.percentiles", "count.total"}
    assert {finding.rule for finding in found} == expected


def test_every_licence_of_the_hub_is_of_a_kind():
    assert {name for name in known("licences") if kind(name) == "unknown"} == {"unknown"}
