"""Context of a stage: recipe, run folder and corpora; loading and saving of its checkpoints."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Unpack

from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    set_seed,
)

from cards.ledger import Claim, ClaimId
from cards.ledger.records import Aggregation
from space.engine import plain

from .corpora import Corpus, Document
from .corpora.formats import jsonl
from .provenance import Details, claim
from .recipe import Recipe
from .run_folder import RunFolder
from .training_examples import Cutter


@dataclass(frozen=True)
class Context:
    """A resolved recipe, the run folder, and where the user keeps corpora (`--data`: folder by id)."""

    recipe: Recipe
    run: RunFolder
    data: dict[str, Path] = field(default_factory=dict)

    @property
    def unlabelled(self) -> tuple[Corpus, ...]:
        """The unlabelled corpora that models learn from here."""
        return () if self.run.unbundled else self.recipe.unlabelled

    def documents(self, *splits: str) -> list[Document]:
        """The documents of these splits, as the corpus stage left them."""
        return [document for split in splits for document in jsonl.read(self.run.split(split))]

    def claim(
        self,
        stage: str,
        claim_id: ClaimId,
        name: str,
        value: float,
        unit: str,
        aggregation: Aggregation = "value",
        **details: Unpack[Details],
    ) -> Claim:
        """As `provenance.claim`, of what running this stage again would measure."""
        command = f"python -m training {stage} {self.recipe.name} --out RUN"
        return claim(claim_id, name, value, unit, aggregation, command=command, **details)

    def cutter(self, tokenizer: PreTrainedTokenizerFast) -> Cutter:
        """What cuts documents for this tokenizer as the engine will, with this recipe's windows and tags."""
        return Cutter(
            tokenizer=plain(tokenizer.backend_tokenizer),
            pad_id=tokenizer.pad_token_id,
            window=self.recipe.window,
            overlap=self.recipe.overlap,
            tags=self.recipe.tags,
        )

    def classifier(self, folder: Path) -> PreTrainedModel:
        """Load a token classifier with this recipe's tags from a checkpoint, in FP32."""
        tags = self.recipe.tags
        model = AutoModelForTokenClassification.from_pretrained(
            folder,
            id2label=dict(enumerate(tags)),
            label2id={tag: index for index, tag in enumerate(tags)},
        ).float()
        model.config.clinstill = {"window": self.recipe.window, "overlap": self.recipe.overlap}
        return model

    def new_classifier(self, encoder: Path, seed: int) -> PreTrainedModel:
        """As `classifier`, from a checkpoint without a head: `seed` decides the head's random weights.

        It seeds the generators of this process, too.
        """
        set_seed(seed)
        return self.classifier(encoder)


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """Load the fast tokenizer of a checkpoint."""
    return AutoTokenizer.from_pretrained(folder, use_fast=True)


def save(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write a checkpoint in the Hub's layout: config, safetensors, tokenizer files."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
