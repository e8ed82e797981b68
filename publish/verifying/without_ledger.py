"""Checks a model without a ledger: its layout, labels, weights, card and the scores of its model-index."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from cards.ledger import ClaimId
from cards.render import CARD_FILE
from space.engine import EngineError, load
from space.engine.model_folder import Config, read_config
from training.measuring.metrics import RATES
from training.measuring.provenance import parameters

from ..errors import PublishError
from .download import Downloaded
from .evaluation_data import Split
from .loading import NAMED, REMEDY, find, start
from .remeasure import WEIGHTS, scores
from .report import Check, Compared

TOLERANCE = 0.005  # of a score that somebody else measured, perhaps word by word
SCORE = ClaimId("model", variant="file", split="test", metric="f1")  # of whatever file is measured
NO_ENTITIES = "of another kind than precision, recall or F1 of entities: run the evaluation of the card"
LOOSE = ("pytorch_model.bin", "model.safetensors.index.json")  # what else weights may be stored as


def check_without_ledger(model: Downloaded) -> Iterator[Check]:
    """Layout, labels, weights and card of a model without a ledger."""
    folder = model.folder
    yield Check.skipped("ledger", "there is none, so no number can be followed to what it was measured on")
    yield _layout(model)
    yield _labels(folder)
    if (folder / WEIGHTS).is_file():
        counted = parameters(folder / WEIGHTS)
        yield Check.judged("weights", True, f"{counted:,} parameters in the header of {WEIGHTS}")
    if (folder / CARD_FILE).is_file():
        # That ledger and map are not there is said above.
        findings = [finding for finding in model.findings() if finding.rule != "file.readable"]
        yield model.linted("card", "no error found in what the card states", findings)
    else:
        yield Check.judged("card", False, f"no {CARD_FILE}")


def is_tagger(folder: Path) -> bool:
    """Whether the model says that it classifies tokens, or does not say what it does."""
    try:
        named = json.loads(_text(folder / "config.json")).get("architectures") or ["ForTokenClassification"]
    except (ValueError, AttributeError):
        return True  # broken, which the check of its labels says
    return str(named[0]).endswith("ForTokenClassification")


def labels_of(folder: Path) -> list[str]:
    """The entity types of a token classifier. Raises EngineError when it is none."""
    return list(dict.fromkeys(tag.partition("-")[2] for tag in _config(folder).tags if tag != "O"))


def unmeasurable(folder: Path) -> str:
    """Why no score of the model can be measured here, and what to do; "" where they can."""
    if not is_tagger(folder):
        return "of a model that is no token classifier, not measured here: run the evaluation of its card"
    if _labels(folder).verdict != "ok":
        return "of labels that config.json does not give rightly: mend it (see the check of labels)"
    return ""


def compare_card(folder: Path, splits: Mapping[str, Split], say: Callable[[str], None]) -> list[Compared]:
    """Each score of the card's model-index, beside the same measured on the data given.

    Only precision, recall and F1 of entities are measured.

    Raises:
        PublishError: No program here can run the model.
    """
    reason = unmeasurable(folder)
    stated = list(_model_index(folder, [] if reason else labels_of(folder)))
    here = _measure(folder, splits["test"], say) if splits and stated else {}
    reason = reason or (NO_ENTITIES if here else "that need labelled documents (--data NAME=SOURCE)")
    return [
        _compared(name, value, here.get(score) if score else None, reason) for name, score, value in stated
    ]


def _measure(folder: Path, given: Split, say: Callable[[str], None]) -> dict[ClaimId, float]:
    """Scores: by the engine where there is an ONNX file, else by transformers."""
    labels = tuple(labels_of(folder))
    if any(folder.glob("onnx/*.onnx")):
        return scores(SCORE, load(folder), given.documents, labels, say)
    program = find("transformers")
    if program is None:
        raise PublishError(
            f"the model has no ONNX file, and transformers is in no environment here: {REMEDY}"
        )
    with start(program, folder, WEIGHTS) as loader:
        return scores(SCORE, loader, given.documents, labels, say)


def _compared(name: str, stated: float, here: float | None, reason: str) -> Compared:
    """`reason`: why there is no number here, where there is none."""
    claim, unit = f"model-index {name}", name.rpartition(".")[2]
    if here is None:
        return Compared(claim=claim, unit=unit, stated=stated, verdict="not measured", remark=reason)
    return Compared(
        claim=claim,
        unit=unit,
        stated=stated,
        here=here,
        verdict="holds" if abs(stated - here) <= TOLERANCE else "differs",
        tolerance=TOLERANCE,
        remark="the card does not say which bytes it was measured on",
    )


def _model_index(folder: Path, types: Sequence[str]) -> Iterator[tuple[str, ClaimId | None, float]]:
    """The card's scores: name, id of the score that is measured for it, value (of entities: as a share).

    What is named for one of the `types` or as macro is that, anything else is micro, as seqeval's overall
    scores are.
    """
    front = re.match(r"---\n(.*?)\n---", _text(folder / CARD_FILE), re.DOTALL)
    try:
        data = yaml.safe_load(front[1]) if front else {}
        metrics = [
            metric
            for model in (data or {}).get("model-index") or ()
            for result in model["results"]
            for metric in result["metrics"]
        ]
        named = [(str(m["type"]).lower(), str(m.get("name", "")), m["value"]) for m in metrics]
    except (yaml.YAMLError, AttributeError, KeyError, TypeError):
        return  # the lint says what is wrong with the front matter
    groups = {name.lower(): name for name in (*types, "macro")}
    for rate, name, value in named:
        if not isinstance(value, int | float):
            continue  # a matrix, say
        if rate not in RATES or not types:
            yield name or rate, None, value
        else:
            words = re.findall(r"[\w-]+", name.lower())
            group = next((groups[name] for name in groups if name in words), "micro")
            score = SCORE.replace(group=group, metric=rate)
            yield f"{score.group}.{rate}", score, value / 100 if value > 1 else value


def _layout(model: Downloaded) -> Check:
    """Which programs find the files that they look for."""
    folder = model.folder
    lacking = [name for name in ("config.json", "tokenizer.json") if not (folder / name).is_file()]
    there = [
        f"{tool}: {', '.join(found)}"
        for tool, files in NAMED.items()
        if (found := [file for file in files if (folder / file).is_file()])
    ]
    other = [name for name in LOOSE if (folder / name).is_file() or name in model.rest]
    if lacking or not there:
        why = f"missing: {', '.join(lacking)}" if lacking else "no weights that a loader here takes"
        return Check.judged("layout", False, why + (f" (found {other[0]})" if other else ""))
    return Check.judged("layout", True, "; ".join(there))


def _labels(folder: Path) -> Check:
    """config.json: the engine's reading of it, and label2id as the inverse of id2label."""
    if not is_tagger(folder):
        return Check.skipped("labels", "no token classifier: its task is not measured here")
    try:
        tags = _config(folder).tags
    except EngineError as error:
        return Check.judged("labels", False, str(error).removeprefix(f"{folder}/"))
    inverse = json.loads(_text(folder / "config.json")).get("label2id")
    if inverse != {tag: number for number, tag in enumerate(tags)}:
        return Check.judged("labels", False, f"label2id {inverse} is not the inverse of id2label")
    return Check.judged("labels", True, ", ".join(tags))


def _config(folder: Path) -> Config:
    if not (folder / "config.json").is_file():
        raise EngineError(f"{folder}/config.json is missing")
    return read_config(folder / "config.json")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
