"""What is sent under load: texts of one exact length, and guard documents whose gold mentions are known."""

import json
import os
from dataclasses import dataclass
from random import Random

from space.engine import Tagger
from training import corpora
from training.corpora import Document
from training.measuring.latency import texts_of
from training.recipe import load_recipe

LENGTH = 128  # tokens, special tokens included
_SUBJECTS = ("The patient", "A 57-year-old woman", "He", "One of the rats", "The control group", "Her mother")
_VERBS = ("was given", "received", "had been treated with", "was switched from aspirin to", "tolerated")
_DRUGS = ("lithium carbonate", "cisplatin", "metformin", "5-fluorouracil", "lidocaine", "ibuprofen (400 mg)")
_ENDS = (
    "and developed renal failure within two days.",
    "without nausea, headache or any change of blood pressure;",
    "for hypertension, which did not respond.",
    "after which the seizures ceased (p < 0.05).",
    "before the tremor was noticed.",
)


@dataclass(frozen=True)
class Ask:
    """A text, the body that asks for its entities, and what the engine alone finds in it."""

    text: str
    body: str
    entities: list[dict]


def invented(count: int) -> list[Document]:
    """Documents of invented clinical sentences, the same on every call."""
    random = Random(3)

    def sentence() -> str:
        return " ".join(random.choice(part) for part in (_SUBJECTS, _VERBS, _DRUGS, _ENDS))

    return [Document(id=str(number), text=" ".join(sentence() for _ in range(12))) for number in range(count)]


def guard() -> list[Document]:
    """The guard documents of the bundled pair's corpus, none where CLINSTILL_DATA does not hold it.

    They, and not the test documents, since every look at test data is counted on the card.
    """
    recipe = load_recipe("bundled")
    data, corpus = os.environ.get("CLINSTILL_DATA"), recipe.corpora[recipe.guard.corpus]
    if not data or not os.path.isdir(os.path.join(data, corpus.id)):
        return []
    return corpora.guard(corpora.load(corpus, {})[recipe.guard.split], recipe.guard.documents)[0]


def asks(tagger: Tagger, texts: list[str]) -> list[Ask]:
    """The texts with the answers that any right server gives."""
    found = tagger(texts)
    return [
        Ask(text, json.dumps({"text": text}), [entity.to_dict() for entity in entities])
        for text, entities in zip(texts, found, strict=True)
    ]


def short_texts(tagger: Tagger, count: int, length: int = LENGTH) -> list[str]:
    """`count` invented texts of exactly `length` tokens of this tagger."""
    return texts_of(tagger, invented(count), length, count)


def spread(few: list[Ask], many: list[Ask]) -> list[Ask]:
    """Both in one list, the few at equal distances: long texts one after another would be a burst."""
    step = max(1, len(many) // max(1, len(few)))
    mixed = list(many)
    for number, ask in enumerate(few):
        mixed.insert(number * (step + 1), ask)
    return mixed
