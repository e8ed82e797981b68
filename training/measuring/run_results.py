"""Results of a run, as its measuring nodes kept them: what its files found, and how long they took."""

import json
from dataclasses import dataclass

import numpy as np

from space.engine import Entity

from ..corpora.document import Document
from ..corpora.formats import jsonl
from ..recipe.schema import Recipe
from ..run_folder import RunFolder, variants_of
from .latency import Timing
from .metrics import count, of_types
from .scores import found_file, scored_labels
from .speed import FILE

File = tuple[str, str]  # model and variant
Split = tuple[str, str]  # corpus and split


@dataclass(frozen=True)
class Results:
    """Of a run whose models were measured."""

    run: RunFolder
    recipe: Recipe

    def variants(self, model: str) -> list[str]:
        """Which files a model has, the largest first."""
        folder = self.run.models / model
        sizes = {name: (folder / file).stat().st_size for name, file in variants_of(folder).items()}
        return sorted(sizes, key=lambda name: -sizes[name])

    def documents(self, split: Split) -> list[Document]:
        """The documents of a measured split."""
        return jsonl.read(self.run.split(*split))

    def counts(self, file: File, split: Split) -> np.ndarray:
        """What a file found in a split, of the types that are scored there: (documents, types, 3).

        Raises:
            FileNotFoundError: it was not measured there.
        """
        kept = found_file(self.run.measured, *file, *split)
        lines = kept.read_text(encoding="utf-8").splitlines()
        found = [[Entity(**entity) for entity in json.loads(line)["entities"]] for line in lines]
        gold, labels = [each.spans for each in self.documents(split)], scored_labels(self.recipe, split[0])
        return count(gold, of_types(found, labels), labels)

    def times(self) -> dict[int, Timing[str]]:
        """Times of the files, "MODEL.VARIANT", by the length of the text."""
        read = json.loads((self.run.measured / FILE).read_bytes())
        return {
            int(length): Timing(
                {file: np.array(values) for file, values in timing["milliseconds"].items()},
                timing["waited"],
            )
            for length, timing in read.items()
        }
