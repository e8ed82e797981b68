"""The collection of what one run publishes: models, corpora and Space, each with a line from the ledger."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from cards.errors import CardError
from cards.ledger import ClaimId, Ledger, Strict
from cards.render.card_map import Numbers
from cards.render.tasks import KINDS, files, headline


class Item(Strict):
    type: Literal["model", "dataset", "space"]
    id: str
    note: str = Field(max_length=500)  # the Hub's limits, here and below


class Collection(Strict):
    """What the Hub shows of a collection. The order of items is that in which a reader needs them."""

    title: str = Field(max_length=59)
    description: str = Field(max_length=150)
    items: tuple[Item, ...]


def collection(ledger: Ledger, repos: Mapping[str, str], space: str | None) -> Collection:
    """The collection of a run.

    ledger: the run's own; repos: model or corpus name -> Hub id of what is published. Raises CardError
    when nothing is published or a name is not in the ledger.
    """
    if unknown := sorted(set(repos) - {*ledger.models, *ledger.datasets}):
        raise CardError(f"the run has no {', '.join(unknown)} to collect")
    if not repos:
        raise CardError("a collection of nothing: name the repositories of the run's models")
    models = [name for name in reversed(ledger.models) if name in repos]  # a student before its teacher
    corpora = [name for name in ledger.datasets if name in repos]
    items = [Item(type="space", id=space, note="The models at work, side by side.")] if space else []
    items += [Item(type="model", id=repos[name], note=_model_note(ledger, name)) for name in models]
    items += [Item(type="dataset", id=repos[name], note=_corpus_note(ledger, name)) for name in corpora]
    summary = ledger.models[models[0]].summary if models else ledger.datasets[corpora[0]].summary
    return Collection(
        title=_cut(f"Clinstill: {ledger.recipe}", 59), description=_cut(summary, 150), items=tuple(items)
    )


def _model_note(ledger: Ledger, name: str) -> str:
    model, claim = ledger.models[name], ledger.claim(headline(ledger, name))
    number = Numbers(ledger)
    title = KINDS[model.task].headline_title
    made = f"Distilled from {', '.join(model.teachers or [model.teacher])}. " if model.teacher else ""
    data = f" on {claim.data.id}" if claim.data else ""
    text = f"{made}{title}{data}: {number(claim.id)} ({files(ledger, name)[0].variant.file})."
    return _cut(number.place(text)[0], 500)


def _corpus_note(ledger: Ledger, name: str) -> str:
    number = Numbers(ledger)
    labelers = ", ".join(labeler.name for labeler in ledger.datasets[name].labelers)
    return _cut(
        number.place(f"{number(ClaimId(name, metric='documents'))} documents, labelled by {labelers}.")[0],
        500,
    )


def _cut(text: str, length: int) -> str:
    """At most so many characters, cut between words."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0] + "…"
