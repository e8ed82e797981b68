"""A tiny BERT tagger, documents that it can learn in seconds, and a training that is killed."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from tokenizers import BertWordPieceTokenizer
from tokenizers.processors import BertProcessing
from transformers import (
    BertConfig,
    BertForTokenClassification,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from training.corpora.document import Document, Span
from training.fitting.examples import Cutter
from training.fitting.trainer import WordTrainer

LABELS = ("Chemical", "Disease")
COMPLETE = dict.fromkeys(LABELS, True)
TAGS = ["O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease"]
Part = str | tuple[str, str]
SENTENCES: list[tuple[Part, ...]] = [
    (("Lithium", "Chemical"), " caused ", ("severe tremor", "Disease"), " in two patients."),
    (("Renal failure", "Disease"), " followed after ", ("aspirin", "Chemical"), " was given."),
    ("No adverse event was seen with ", ("zalcipine", "Chemical"), "."),
    (
        ("Headache", "Disease"),
        " and ",
        ("nausea", "Disease"),
        " are effects of ",
        ("morvastat", "Chemical"),
        ".",
    ),
]


def make_document(identifier: str, parts: Iterable[Part]) -> Document:
    """A document of its parts, plain text or (mention, type)."""
    text, spans = "", []
    for part in parts:
        words, label = (part, None) if isinstance(part, str) else part
        if label:
            spans.append(Span(start=len(text), end=len(text) + len(words), label=label))
        text += words
    return Document(id=identifier, text=text, spans=tuple(spans))


def mentions(document: Document) -> list[tuple[str, str]]:
    """The mentions of a document, in words."""
    return [(document.text[span.start : span.end], span.label) for span in document.spans]


def make_documents() -> list[Document]:
    """Twelve documents of one to three sentences."""
    made = []
    for index in range(12):
        parts: list[Part] = []
        for shift in range(1 + index % 3):
            parts += [*SENTENCES[(index + shift) % 4], " "]
        made.append(make_document(str(index), parts[:-1]))
    return made


def make_cutter(documents: Iterable[Document]) -> Cutter:
    """Windows of 24 tokens, of a vocabulary too small for whole words."""
    learner = BertWordPieceTokenizer(lowercase=True)
    texts = [document.text for document in documents]
    learner.train_from_iterator(texts, vocab_size=80, min_frequency=1, show_progress=False)
    sep, cls = learner.token_to_id("[SEP]"), learner.token_to_id("[CLS]")
    learner.post_processor = BertProcessing(("[SEP]", sep), ("[CLS]", cls))
    return Cutter(learner._tokenizer, learner.token_to_id("[PAD]"), 24, 4, TAGS)


def make_model(
    vocabulary: int, layers: int = 2, hidden: int = 32, seed: int = 0
) -> BertForTokenClassification:
    """A tagger with random weights, the same for the same arguments."""
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=2 * hidden,
        max_position_embeddings=128,
        id2label=dict(enumerate(TAGS)),
        label2id={tag: index for index, tag in enumerate(TAGS)},
    )
    return BertForTokenClassification(config)


NOTE = make_document(
    "note",
    (
        "The patient with ",
        ("hypertension", "Disease"),
        " took ",
        ("metformin", "Chemical"),
        " 500 mg twice daily without ",
        ("severe lactic acidosis", "Disease"),
        ", and ",
        ("lithium carbonate", "Chemical"),
        " 2.5 g for 3 years; symptoms of ",
        ("myocardial infarction", "Disease"),
        " were absent.",
    ),
)


class _KillSwitch(TrainerCallback):
    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        if state.epoch and state.epoch > 1.4:
            raise KeyboardInterrupt


def killed(trainer: Callable[..., WordTrainer]) -> Callable[..., WordTrainer]:
    """The same trainer, killed in the middle of its second epoch."""

    def make(**options: Any) -> WordTrainer:
        options["callbacks"].append(_KillSwitch())
        return trainer(**options)

    return make


def last_weights(folder: Path) -> dict[str, torch.Tensor]:
    """Those of the last epoch, whichever is kept."""
    last = max(folder.glob("checkpoints/checkpoint-*"), key=lambda path: int(path.name.partition("-")[2]))
    return load_file(last / "model.safetensors")


def assert_equal(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> None:
    """Weights are the same, bit by bit."""
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert torch.equal(ours[name], theirs[name]), name
