"""Loading of the models that a Space serves, each with its card, ledger, golden output and pictures."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import EntryNotFoundError

from .contract import Model, QueuedTagger, Served
from .engine import EngineError, Tagger, load
from .model_sources import Source, SourceError
from .ui.card_tab import pictures_of


@dataclass(frozen=True)
class LoadedModel:
    """One model, and the files beside it; what is None is not there."""

    source: Source
    tagger: Tagger
    card: str
    ledger: dict[str, Any] | None
    golden: dict[str, Any] | None
    pictures: dict[str, bytes]

    @property
    def id(self) -> str:
        """Hub id, or the name of its folder."""
        return Path(self.source.model).name if self.tagger.revision is None else self.source.model

    @property
    def revision(self) -> str:
        """Commit on the Hub, or the hash of the ONNX file."""
        return self.tagger.revision or f"sha256:{self.tagger.sha256}"

    def for_service(self) -> Served:
        """The model as the service runs it."""
        tagger = self.tagger
        return Served(
            self.source.role,
            self.id,
            self.revision,
            tagger.file.name,
            tagger.sha256,
            tagger.file.stat().st_size,
            tagger.labels,
            tagger.threads,
            tagger.steps,
        )

    def for_pages(self, queued: QueuedTagger) -> Model:
        """The model as the pages show it; `queued` tags for them."""
        source, tagger, hub_revision = self.source, self.tagger, self.tagger.revision
        # A folder is shown by its name, never its full path.
        folder = f"{source.chosen_by} ({Path(source.model).name})"
        return Model(
            source.role.capitalize(),
            folder if hub_revision is None else f"{source.model} at {hub_revision}",
            queued,
            self.card,
            self.id,
            self.revision,
            self.ledger,
            alone=functools.cache(
                lambda threads: (
                    tagger
                    if threads in (None, tagger.threads)
                    else load(source.model, revision=source.revision, file=source.file, threads=threads)
                )
            ),
            pictures=self.pictures,
        )


def load_model(source: Source) -> LoadedModel:
    """Load one model and what lies beside it. Raises SourceError, naming what chose the model."""
    try:
        tagger = load(source.model, revision=source.revision, file=source.file)
        tagger(["fever"])  # opens what a text that is alone runs on, or the first visitor would wait for it
    except EngineError as error:
        raise SourceError(f"the {source.role} of {source.chosen_by} cannot be used: {error}") from error
    if source.sha256 not in (None, tagger.sha256):
        raise SourceError(
            f"the {source.role} of {source.chosen_by} is not the published file: {tagger.file.name} has "
            f"sha256 {tagger.sha256}, expected {source.sha256}. Publish the Space again."
        )
    read = functools.partial(_read, source.model, tagger.revision)
    card = (read("README.md") or b"").decode()
    ledger, golden = (json.loads(read(name) or "null") for name in ("ledger.json", "golden.json"))
    shown = {name: read(name) for name in pictures_of(card)}
    pictures = {name: content for name, content in shown.items() if content is not None}
    return LoadedModel(source, tagger, card, ledger, golden, pictures)


def _read(model: str, revision: str | None, name: str) -> bytes | None:
    """A file beside the model, None when there is none. revision: None for a folder"""
    if revision is None:
        path = Path(model) / name
        return path.read_bytes() if path.is_file() else None
    # What the cache knows, missing files included, is not asked again: without a Hub that takes minutes.
    cached = try_to_load_from_cache(model, name, revision=revision)
    if cached is None:
        try:
            cached = hf_hub_download(model, name, revision=revision)
        except EntryNotFoundError:  # also raised offline, when the cache does not hold the file
            return None
    return Path(cached).read_bytes() if isinstance(cached, str) else None  # known to be missing
