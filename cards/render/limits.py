"""What a card must say that was not measured: each line follows from claims that are there, or are not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..ledger import Claim, ClaimId, FolderLedger, Genre, Model
from ..ledger.derived import length, width
from .card_map import Numbers
from .tasks import headline, splits, tables

FEW_DOCUMENTS = 100
WIDE = 0.05  # of an interval, from end to end, of a score between 0 and 1
MANY_LOOKS = 5  # at the test split
GENRES: dict[Genre, str] = {
    "abstracts": "abstracts",
    "articles": "articles",
    "social-media": "texts of social media",
    "dialogue": "dialogues",
    "invented": "invented texts",
    "other": "texts of another kind",
}


@dataclass(frozen=True)
class Limit:
    """One line of the section. The text may hold placeholders for numbers."""

    title: str
    text: str


@dataclass(frozen=True)
class Facts:
    """What the lines are derived from."""

    ledger: FolderLedger
    number: Numbers

    @property
    def name(self) -> str:
        return self.ledger.subject

    @property
    def model(self) -> Model:
        return self.ledger.models[self.name]

    @property
    def own(self) -> list[Claim]:
        return self.ledger.find(model=self.name)

    @property
    def heads(self) -> list[Claim]:
        """The claim that stands for the model, on each split that it was tested on."""
        ledger, name = self.ledger, self.name
        return [ledger.claim(headline(ledger, name, split)) for split in splits(ledger, name)]


def kind_of_text(facts: Facts) -> Iterator[Limit]:
    genres = {claim.data.genre for claim in facts.heads if claim.data}
    if "clinical-notes" not in genres:
        if None in genres or not genres:
            said = "None of the texts that it was measured on is said to be a clinical note."
        else:
            texts = " and ".join(sorted(GENRES[genre] for genre in genres if genre))
            said = f"It was measured on {texts}, not on clinical notes."
        yield Limit(
            "No clinical notes.",
            f"{said} Notes have abbreviations, templates, misspellings and a telegraphic style. Expect lower "
            "scores there, and measure on an annotated sample of your own before relying on it.",
        )


def external_data(facts: Facts) -> Iterator[Limit]:
    names = {claim.data.id for claim in facts.heads if claim.data}
    if len(names) == 1:
        yield Limit(
            "No external data.",
            f"It was measured on {names.pop()} alone. How far the scores hold for text of another source "
            "was not measured.",
        )


def language(facts: Facts) -> Iterator[Limit]:
    if len(facts.model.languages) == 1:
        yield Limit(
            "One language.", f"It was made for and measured on `{facts.model.languages[0]}` text only."
        )


def read_back(facts: Facts) -> Iterator[Limit]:
    if source := facts.model.weights_from:
        yield Limit(
            "FP32 weights read back.",
            f"The FP32 weights here are those that `{source}` stores, written out as FP32. The ones that "
            "training left were not kept, so nothing here says what rounding them cost.",
        )


def few_documents(facts: Facts) -> Iterator[Limit]:
    for claim in facts.heads:
        if claim.n is not None and claim.n < FEW_DOCUMENTS:
            what = "masked tokens" if facts.model.task == "fill-mask" else "documents"
            yield Limit(
                "Small test.",
                f"Split `{claim.split}` has {facts.number(f'{claim.id}#n')} {what}: a few more or fewer "
                "right answers move every score.",
            )


def wide_intervals(facts: Facts) -> Iterator[Limit]:
    claims = [
        facts.ledger.claim(cell.claim)
        for table in tables(facts.ledger, facts.name, facts.number)
        for row in table.rows
        for cell in row.cells
        if cell and cell.metric != "perplexity"
    ]
    wide = [claim for claim in claims if claim.interval and width(claim) > WIDE]
    if wide:
        widest = max(wide, key=width)
        yield Limit(
            "Wide intervals.",
            f"Some of the intervals above are up to {facts.number(f'width({widest.id})')} wide from end to "
            "end. Differences within an interval may be chance.",
        )


def calibration(facts: Facts) -> Iterator[Limit]:
    if facts.model.task == "fill-mask" or facts.ledger.find(model=facts.name, topic="calibration"):
        return
    yield Limit(
        "Calibration was not measured.",
        "A score orders the answers of one model; it is no probability of being right.",
    )


def one_machine(facts: Facts) -> Iterator[Limit]:
    processors = {claim.environment.cpu for claim in facts.own if claim.environment and claim.artifact}
    if len(processors) == 1:
        yield Limit(
            "One machine.",
            "Scores and times come from one processor. Elsewhere times differ, and so may the last digits "
            "of a score.",
        )


def one_instruction_set(facts: Facts) -> Iterator[Limit]:
    int8 = [c for c in facts.ledger.find(model=facts.name, variant="int8") if c.environment]
    if len({claim.environment.isa for claim in int8 if claim.environment}) == 1:
        yield Limit(
            "INT8 on one instruction set.",
            f"The INT8 file was measured with {facts.number(f'{int8[0].id}#environment.isa')} alone. Integer "
            "arithmetic differs between instruction sets: on another one, measure again.",
        )


def int8_elsewhere(facts: Facts) -> Iterator[Limit]:
    """onnxruntime issue 6004; `space.engine.cpu.int8_may_saturate` says where."""
    if facts.ledger.find(model=facts.name, variant="int8"):
        yield Limit(
            "INT8 in other programs.",
            "On Intel and AMD processors without VNNI instructions, the fast sums of ONNX Runtime's INT8 "
            "products can overflow. `clinstill` asks for exact sums there; `optimum`, transformers.js and "
            "sessions of your own need the session option `session.x64quantprecision` for that. Without it "
            "they may give somewhat other scores than were measured.",
        )


def latency(facts: Facts) -> Iterator[Limit]:
    if not facts.ledger.find(model=facts.name, metric="latency"):
        yield Limit("Speed was not measured.", "Nothing is known of its latency on any machine.")


def disturbed(facts: Facts) -> Iterator[Limit]:
    medians = [c for c in facts.own if c.disturbed is not None and c.aggregation == "median"]
    for claim in {length(claim): claim for claim in medians}.values():  # the files took turns
        tokens, waited = facts.number(f"length({claim.id})"), facts.number(f"{claim.id}#disturbed")
        yield Limit(
            "Speed was disturbed.",
            f"While texts of {tokens} tokens were timed, other programs ran too: in each second the threads "
            f"waited for a processor, {waited} s all together. Those times are compared with nothing.",
        )


def energy(facts: Facts) -> Iterator[Limit]:
    if not facts.ledger.has(ClaimId(facts.name, topic="training", metric="energy")):
        yield Limit(
            "Energy was not measured.", "What its training took in electricity, and emitted, is not known."
        )


def one_seed(facts: Facts) -> Iterator[Limit]:
    if facts.ledger.has(ClaimId(facts.name, topic="setting", metric="seed")):
        yield Limit(
            "One training run.",
            "The intervals count the choice of test documents, not the chance in training: another seed "
            "gives another model.",
        )


def looks_at_test(facts: Facts) -> Iterator[Limit]:
    if (facts.ledger.test_evaluations or 0) > MANY_LOOKS:
        yield Limit(
            "A test split seen before.",
            f"This project made {facts.number('ledger#test_evaluations')} evaluations on it so far. "
            "Nothing is chosen by it on purpose, but what is seen often surprises less.",
        )


def no_guard(facts: Facts) -> Iterator[Limit]:
    if not facts.ledger.find(model=facts.name, split="guard"):
        yield Limit(
            "No guard documents.",
            "The ledger does not say on which documents checkpoints and settings were chosen.",
        )


DERIVED: tuple[Callable[[Facts], Iterator[Limit]], ...] = (
    kind_of_text,
    external_data,
    language,
    read_back,
    few_documents,
    wide_intervals,
    looks_at_test,
    no_guard,
    calibration,
    one_seed,
    one_machine,
    one_instruction_set,
    int8_elsewhere,
    latency,
    disturbed,
    energy,
)


def limits(ledger: FolderLedger, number: Numbers) -> list[Limit]:
    """The lines that hold for a model, in the order of the section."""
    facts = Facts(ledger, number)
    return [limit for derive in DERIVED for limit in derive(facts)]


def corpus_limits(ledger: FolderLedger) -> list[Limit]:
    """The lines that hold for a labelled corpus."""
    name, corpus = ledger.subject, ledger.datasets[ledger.subject]
    found = []
    if not ledger.find(model=name, topic="gold"):
        found.append(
            Limit("Not compared with people's labels.", "How many of its labels are right was not measured.")
        )
    if not ledger.find(model=name, topic="agreement"):
        found.append(Limit("Agreement was not measured.", "How far its labelers agree is not known."))
    counted = {claim.id.labeler for claim in ledger.find(model=name, metric="hallucinated")}
    answering = [labeler.name for labeler in corpus.labelers if labeler.kind == "language model"]
    if uncounted := [each for each in answering if each not in counted]:
        who = ", ".join(f"`{each}`" for each in uncounted)
        text = f"How often {who} answered with words that the text does not hold is not known."
        found.append(Limit("Invented strings were not counted.", text))
    if corpus.genre != "clinical-notes":
        known = f"Its texts are {GENRES[corpus.genre]}." if corpus.genre else None
        found.append(Limit("No clinical notes.", known or "None of its texts is said to be a clinical note."))
    if len(corpus.languages) == 1:
        found.append(Limit("One language.", f"Its texts are in `{corpus.languages[0]}` only."))
    if all(labeler.kind != "people" for labeler in corpus.labelers):
        found.append(
            Limit("No person labelled it.", "Errors that its labelers share stand in it uncorrected.")
        )
    return found
