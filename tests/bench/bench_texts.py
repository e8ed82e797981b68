"""The texts that every system is given: BC5CDR's development abstracts, cut and joined, the same each time.

The student was trained on the abstracts. That changes no time, but even systems that differ find the same
entities in them: whether one computes the model is judged on the guard, which the student has not seen. The
test documents are not read.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from random import Random

from bench_client import BenchError

from space.engine import Tagger, special_tokens
from training import corpora
from training.corpora import CorpusError, Document
from training.measuring.latency import text_from
from training.recipe import load_recipe

ABSTRACTS, NOTES, NOTE_TOKENS = 500, 1000, 500
LENGTHS = (32, 128, 512)  # tokens of single texts, special tokens included
WINDOWS = (128, 256)  # tokens of the ladder's
SINGLES = 40  # texts of each length
LONG, LESS_LONG = 1_000_000, 10_000  # characters


@dataclass(frozen=True)
class Texts:
    """What is tagged.

    Attributes:
        guard: Documents with gold mentions, unseen by the student.
        abstracts: Documents with gold mentions: development's without the guard, then training's.
        notes: Each of NOTE_TOKENS tokens.
        singles: For each of LENGTHS and WINDOWS, texts of exactly so many tokens.
        long: One text of LONG characters.
        calibration: Other training abstracts, for peers that look at texts before they quantise.
    """

    guard: list[Document]
    abstracts: list[Document]
    notes: list[str]
    singles: dict[int, list[str]]
    long: str
    calibration: list[str]


def read(tagger: Tagger) -> Texts:
    """Make all texts; `tagger` counts their tokens.

    Raises:
        BenchError: CLINSTILL_DATA does not hold the corpus.
    """
    recipe = load_recipe("bundled")
    corpus = recipe.corpora[recipe.guard.corpus]
    names = {split: name for split, name in corpus.files.items() if split != "test"}
    if not os.environ.get("CLINSTILL_DATA"):
        raise BenchError(
            f"CLINSTILL_DATA is not set. It should name a folder that holds {corpus.id}/ with "
            f"{' and '.join(names.values())}, of which the texts are made; see {corpus.url}"
        )
    try:
        splits = corpora.load(corpus.model_copy(update={"files": names}), {})
        guard, development = corpora.guard(splits[recipe.guard.split], recipe.guard.documents)
    except CorpusError as error:
        raise BenchError(str(error)) from error
    more = max(0, ABSTRACTS - len(development))
    return Texts(
        guard=guard,
        abstracts=[*development, *splits["train"][:more]][:ABSTRACTS],
        notes=notes(tagger, development, NOTES),
        singles={length: _singles(tagger, development, length) for length in {*LENGTHS, *WINDOWS}},
        long=long_text(development, LONG),
        calibration=[document.text for document in splits["train"][more:]],
    )


def notes(tagger: Tagger, documents: Sequence[Document], count: int) -> list[str]:
    """Join abstracts to texts of NOTE_TOKENS tokens, in another order each time that all have begun one.

    An abstract that is longer than a note makes the same one each time.
    """
    made = []
    for number in range(count):
        turn, first = divmod(number, len(documents))
        shuffled = Random(turn).sample(documents, len(documents))
        made.append(text_from(tagger, shuffled, first, NOTE_TOKENS))
    return made


def long_text(documents: Sequence[Document], characters: int) -> str:
    """Join abstracts by empty lines, over and over, and cut the text at so many characters."""
    parts, length = [], 0
    for document in cycle(documents):
        parts.append(document.text + "\n\n")
        length += len(parts[-1])
        if length >= characters:
            return "".join(parts)[:characters]
    return ""


def _singles(tagger: Tagger, documents: Sequence[Document], length: int) -> list[str]:
    tokens = length - sum(map(len, special_tokens(tagger.tokenizer)))
    return [text_from(tagger, documents, number % len(documents), tokens) for number in range(SINGLES)]
