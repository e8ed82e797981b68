"""Models of other making: without a ledger, what the repository itself lets us check."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

import yaml

from cards.ledger import slug
from cards.render import CARD_FILE
from space.engine import EngineError, load
from space.engine.model_folder import Config, read_config
from training.metrics import RATES
from training.provenance import parameters

from ..errors import PublishError
from .download import Fetched
from .evaluation_data import Split
from .loading import NAMED, REMEDY, find, start
from .remeasure import WEIGHTS, scores
from .report import Check, Compared
from .with_ledger import linted

TOLERANCE = 0.005  # of a score that somebody else measured, perhaps word by word
NO_ENTITIES = "of another kind than precision, recall or F1 of entities: run the evaluation of the card"
LOOSE = ("pytorch_model.bin", "model.safetensors.index.json")  # what else weights may be stored as


def check_foreign(fetched: Fetched) -> Iterator[Check]:
    """Layout, labels, weights and card of a model without a ledger."""
    folder = fetched.folder
    yield Check(
        what="ledger",
        verdict="not run",
        found="there is none, so no number can be followed to what it was measured on",
    )
    yield _layout(fetched)
    yield _labels(folder)
    if (folder / WEIGHTS).is_file():
        counted = parameters(folder / WEIGHTS)
        yield Check(what="weights", verdict="ok", found=f"{counted:,} parameters in the header of {WEIGHTS}")
    if (folder / CARD_FILE).is_file():
        # That ledger and map are not there is said above.
        findings = [finding for finding in fetched.findings() if finding.rule != "file.readable"]
        yield linted("card", "no error found in what the card states", findings, fetched)
    else:
        yield Check(what="card", verdict="FAIL", found=f"no {CARD_FILE}")


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
    """Each score of the card's model-index; beside precision, recall and F1 of entities the same, measured on
    the data given. Raises PublishError when no program here can run the model."""
    reason = unmeasurable(folder)
    stated = list(_model_index(folder, [] if reason else labels_of(folder)))
    here = _measure(folder, splits["test"], say) if splits and stated else {}
    reason = reason or ("" if here else "that need labelled documents (--data NAME=SOURCE)")
    return [_row(name, value, here.get(name), reason or NO_ENTITIES) for name, value in stated]


def _measure(folder: Path, given: Split, say: Callable[[str], None]) -> dict[str, float]:
    """Scores by the names of `_model_index`: by the engine where there is an ONNX file, else by
    transformers."""
    labels = tuple(labels_of(folder))
    if any(folder.glob("onnx/*.onnx")):
        tagging = nullcontext(load(folder))
    elif program := find("transformers"):
        tagging = start(program, folder, WEIGHTS)
    else:
        raise PublishError(
            f"the model has no ONNX file, and transformers is in no environment here: {REMEDY}"
        )
    with tagging as tagger:
        measured = scores("test", tagger, given.documents, labels, say)
    return {name.removeprefix("test."): value for name, value in measured.items()}


def _row(name: str, stated: float, here: float | None, reason: str) -> Compared:
    """`reason`: why there is no number here, where there is none."""
    verdict = "not measured"
    if here is not None:
        verdict = "holds" if abs(stated - here) <= TOLERANCE else "differs"
    return Compared(
        claim=f"model-index {name}",
        unit=name.rpartition(".")[2],
        stated=stated,
        here=here,
        verdict=verdict,
        tolerance=TOLERANCE if here is not None else None,
        remark="the card does not say which bytes it was measured on" if here is not None else reason,
    )


def _model_index(folder: Path, types: Sequence[str]) -> Iterator[tuple[str, float]]:
    """The card's scores. Those of entities as ("micro.f1", share): what is named for one of the `types` or as
    macro is that, anything else is micro, as seqeval's overall scores are. Others by their own names."""
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
    labels = {label.lower(): slug(label) for label in types}
    for rate, name, value in named:
        if not isinstance(value, int | float):
            continue  # a matrix, say
        if rate not in RATES or not types:
            yield name or rate, value
        else:
            words = re.findall(r"[\w-]+", name.lower())
            group = next((labels[word] for word in words if word in labels), None)
            group = group or ("macro" if "macro" in words else "micro")
            yield f"{group}.{rate}", value / 100 if value > 1 else value


def _layout(fetched: Fetched) -> Check:
    """Which programs find the files that they look for."""
    folder = fetched.folder
    lacking = [name for name in ("config.json", "tokenizer.json") if not (folder / name).is_file()]
    there = [
        f"{tool}: {', '.join(found)}"
        for tool, files in NAMED.items()
        if (found := [file for file in files if (folder / file).is_file()])
    ]
    other = [name for name in LOOSE if (folder / name).is_file() or name in fetched.rest]
    if lacking or not there:
        found = f"missing: {', '.join(lacking)}" if lacking else "no weights that a loader here takes"
        return Check(what="layout", verdict="FAIL", found=found + (f" (found {other[0]})" if other else ""))
    return Check(what="layout", verdict="ok", found="; ".join(there))


def _labels(folder: Path) -> Check:
    """config.json: the engine's reading of it, and label2id as the inverse of id2label."""
    if not is_tagger(folder):
        return Check(
            what="labels", verdict="not run", found="no token classifier: its task is not measured here"
        )
    try:
        tags = _config(folder).tags
    except EngineError as error:
        return Check(what="labels", verdict="FAIL", found=str(error).removeprefix(f"{folder}/"))
    inverse = json.loads(_text(folder / "config.json")).get("label2id")
    if inverse != {tag: number for number, tag in enumerate(tags)}:
        return Check(
            what="labels", verdict="FAIL", found=f"label2id {inverse} is not the inverse of id2label"
        )
    return Check(what="labels", verdict="ok", found=", ".join(tags))


def _config(folder: Path) -> Config:
    if not (folder / "config.json").is_file():
        raise EngineError(f"{folder}/config.json is missing")
    return read_config(folder / "config.json")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
