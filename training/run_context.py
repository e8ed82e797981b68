"""Context of a node: recipe, run folder and corpora, and claims on what it measures."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Unpack

from cards.ledger import Claim, ClaimId
from cards.ledger.records import Aggregation

from .corpora.definition import Corpus
from .corpora.document import Document
from .corpora.formats import jsonl
from .measuring.provenance import Details, claim
from .recipe.schema import Recipe
from .run_folder import RECIPE, RunFolder
from .store import Store


@dataclass(frozen=True)
class Context:
    """What every node of a run is given.

    Attributes:
        recipe: resolved.
        run: its folder.
        data: where the user keeps corpora (`--data`: folder by id).
        store: of finished steps, where runs share one.
        node: name of the node that runs.
        called: what a command calls the recipe: one of the project by name, else the file that is published.
        key: of everything that decides what the node leaves.
    """

    recipe: Recipe
    run: RunFolder
    data: dict[str, Path] = field(default_factory=dict)
    store: Store | None = None
    node: str = ""
    called: str = RECIPE
    key: str = ""

    def of(self, node: str, key: str = "") -> "Context":
        """The same for this node."""
        return replace(self, node=node, key=key)

    @property
    def corpora(self) -> dict[str, Corpus]:
        """Those that the run reads: of a bundled pair, those that are chosen or measured on."""
        needed = {self.recipe.guard.corpus, *self.recipe.measure}
        return {
            name: corpus
            for name, corpus in self.recipe.corpora.items()
            if name in needed or not self.run.unbundled
        }

    @property
    def name(self) -> str:
        """Of the step, or of the model, that the node is about."""
        return self.node.partition(".")[0]

    @property
    def work(self) -> Path:
        """Folder of the node."""
        return self.run.step(self.node)

    @property
    def model_folder(self) -> Path:
        """Folder of the model that the node is about."""
        return self.run.models / self.name

    def split(self, corpus: str, split: str) -> list[Document]:
        """Read the documents of one split."""
        return jsonl.read(self.run.split(corpus, split))

    def guard(self) -> list[Document]:
        """Read the guard documents; under cross-validation, the split whose parts are the guard in turn."""
        return jsonl.read(self.run.guard)

    @property
    def folds(self) -> list[RunFolder]:
        """The runs without a part of the guard's split each; none where nothing is cross-validated."""
        return self.run.folds() if self.recipe.guard.is_crossed else []

    def guarded(self) -> list[tuple[Path, list[Document]]]:
        """Folders of the node's model, each with guard documents that it did not learn from.

        That is one; under cross-validation it is the models of all folds, which know other parts.
        """
        crossed = [(fold.models / self.name, jsonl.read(fold.guard)) for fold in self.folds]
        return crossed or [(self.model_folder, self.guard())]

    def claim(
        self,
        claim_id: ClaimId,
        name: str,
        value: float,
        unit: str,
        aggregation: Aggregation = "value",
        **details: Unpack[Details],
    ) -> Claim:
        """As `provenance.claim`, of what running this node again would measure."""
        return claim(claim_id, name, value, unit, aggregation, command=self.command, **details)

    @property
    def command(self) -> str:
        """What runs the node again, in a clone of this repository and beside the recipe that is published."""
        node = f" --from {self.node} --until {self.node}" if self.node else ""
        return f"python -m training run {self.called} --out RUN{node}"
