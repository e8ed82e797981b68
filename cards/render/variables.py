"""What templates see besides `number`: the ledger's records, and lists of what to show."""

import itertools
import re
from collections.abc import Mapping

from ..errors import CardError
from ..ledger import Claim, Labeler, LabelledCorpus, Ledger, Model
from ..ledger.derived import length
from ..ledger.quoted import rows
from . import figures
from .card_map import Numbers
from .citations import citations
from .limits import corpus_limits, limits
from .snippets import INSTALL, code, onnx_file, tools
from .tasks import GUARD, KINDS, headline, ranked, tables

VARIANT_TITLES = {
    "fp32": "ONNX FP32",
    "int8": "ONNX INT8",
    "fp16": "ONNX FP16, computed in full precision",
    "weights": "FP32 weights",
}


def of_model(ledger: Ledger, name: str, repos: Mapping[str, str], number: Numbers) -> dict:
    """For the card of a model. Raises CardError."""
    model = ledger.models[name]
    first = f"{name}.{ranked(model)[0].name}"
    return {
        "ledger": ledger,
        "has": {claim.id.text for claim in ledger.claims}.__contains__,  # for what a recipe may leave out
        "some": lambda end: any(
            c.id.text.startswith(f"{name}.") and c.id.text.endswith(end) for c in ledger.claims
        ),
        "name": name,
        "model": model,
        "repos": repos,
        "first": first,
        "headline": headline(ledger, name),
        "score": KINDS[model.task].headline,
        "score_title": KINDS[model.task].headline_title,
        "guard": f"{GUARD}.{KINDS[model.task].headline}",
        "tables": tables(ledger, name, number),
        "variants": ranked(model),
        "titles": VARIANT_TITLES,
        "references": _references(ledger, model),
        "latencies": _latencies(ledger),
        "comparable_latencies": [part for part in _latencies(ledger) if not disturbed(ledger, part)],
        "tested_latencies": lambda reference: _tested_latencies(ledger, name, reference),
        "settings": [c for c in ledger.claims if c.id.text.startswith(f"{name}.setting.")],
        "splits": _splits(ledger, "corpus."),
        "figures": figures.gather(ledger, name),
        "quoted": rows(ledger),
        "quoted_groups": list(dict.fromkeys(quoted.group for quoted in ledger.quoted)),
        "limits": limits(ledger, name, number),
        "examples": usage(model, repos[name]),
        "citations": citations(ledger, name),
    }


def of_corpus(ledger: Ledger, name: str, repos: Mapping[str, str]) -> dict:
    """For the card of a labelled corpus."""
    corpus = ledger.datasets[name]
    return {
        "ledger": ledger,
        "has": {claim.id.text for claim in ledger.claims}.__contains__,
        "name": name,
        "corpus": corpus,
        "repos": repos,
        "splits": _splits(ledger, f"{name}."),
        "settings": [c for c in ledger.claims if c.id.text.startswith(f"{name}.setting.")],
        "agreements": _agreements(ledger, corpus, name),
        "hallucinating": _hallucinating(ledger, corpus, name),
        "judged": _judged(ledger, corpus, name),
        "limits": corpus_limits(ledger, name),
        "citations": citations(ledger, name),
    }


def _names(corpus: LabelledCorpus) -> list[str]:
    return [labeler.name for labeler in corpus.labelers]


def _agreements(ledger: Ledger, corpus: LabelledCorpus, name: str) -> list[tuple[str, str, str]]:
    """(labeler, other labeler, claim) of each two whose agreement was measured."""
    ids = {claim.id.text for claim in ledger.claims}
    pairs = itertools.permutations(_names(corpus), 2)
    found = [(one, other, f"{name}.agreement.{one}.vs.{other}.f1") for one, other in pairs]
    return [(one, other, claim) for one, other, claim in found if claim in ids]


def _hallucinating(ledger: Ledger, corpus: LabelledCorpus, name: str) -> list[Labeler]:
    """The labelers whose answers were counted against the texts."""
    ids = {claim.id.text for claim in ledger.claims}
    return [one for one in corpus.labelers if f"{name}.labeler.{one.name}.hallucinated" in ids]


def _judged(ledger: Ledger, corpus: LabelledCorpus, name: str) -> list[str]:
    """What was compared with people's labels: labelers, and their combination."""
    ids = {claim.id.text for claim in ledger.claims}
    return [each for each in (*_names(corpus), "combined") if f"{name}.gold.{each}.macro.f1" in ids]


def _references(ledger: Ledger, model: Model) -> list[tuple[str, str]]:
    """(name of a model that this one is compared with, its file's claims begin so): its teacher, and
    the model that it began with where that has the same task."""
    names = [n for n in dict.fromkeys((model.teacher, model.parent)) if n in ledger.models]
    same = [n for n in names if ledger.models[n].task == model.task]
    return [(n, f"{n}.{ledger.models[n].variants[0].name}") for n in same]


def _latencies(ledger: Ledger) -> list[str]:
    """Id parts `latency.LENGTH` that any file was measured at, shortest texts first: a card that
    shows one shows all, so that a measurement left out fails the rendering."""
    lengths = {length(c) for c in ledger.claims if ".latency." in c.id.text and c.aggregation == "median"}
    return [f"latency.{tokens}" for tokens in sorted(lengths)]


def disturbed(ledger: Ledger, part: str) -> list[Claim]:
    """The medians `...latency.LENGTH` that other programs disturbed."""
    return [c for c in ledger.claims if c.id.text.endswith(f".{part}.median") and c.disturbed is not None]


def _tested_latencies(ledger: Ledger, name: str, reference: str) -> list[str]:
    """Id parts `latency.LENGTH` for which the model was tested against a file of another."""
    pattern = re.compile(rf"{re.escape(name)}\.[^.]+\.vs\.{re.escape(reference)}\.(latency\.\d+)\.wilcoxon_p")
    found = [pattern.fullmatch(claim.id.text) for claim in ledger.claims]
    return list(dict.fromkeys(match[1] for match in found if match))


def _splits(ledger: Ledger, prefix: str) -> list[str]:
    pattern = re.compile(rf"{re.escape(prefix)}([^.]+)\.documents")
    return [match[1] for claim in ledger.claims if (match := pattern.fullmatch(claim.id.text))]


def usage(model: Model, repo: str) -> list[dict[str, str]]:
    """The usage snippets, in the order of the tools, with the output that they printed.

    Raises CardError when the snippet of a tool was not run.
    """
    files = [variant.file for variant in model.variants]
    wanted = tools(model.task, files)
    outputs = {example.tool: example for example in model.examples}
    missing = [tool for tool in wanted if tool not in outputs]
    if missing:
        raise CardError(
            f"the ledger has no output of the snippet for {', '.join(missing)}; see cards.render.snippets.run"
        )
    file = onnx_file(files) if len(wanted) > 1 else ""
    return [
        {
            "tool": tool,
            "install": INSTALL[tool],
            "code": code(tool, repo, file, outputs[tool].text, model.task),
            "output": outputs[tool].output,
        }
        for tool in wanted
    ]
