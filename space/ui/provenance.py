"""Where each model comes from, and what its ledger claims beside what this machine measures."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .contract import Model, Tagger
from .examples import EXAMPLES
from .latency import Latency, cpu_name, measure
from .markup import escape, note, table

MATERIAL = [word for example in EXAMPLES for word in example.text.split()]
FILLER = "a"  # one token in every vocabulary that has the single characters
COLUMNS = {"What": "", "Its ledger says": "", "This machine": ""}
QUALITY = (".test.micro.f1", ".test.macro.f1")
ASK = '<span class="nothing">press the button</span>'
NOTHING = '<span class="nothing">nothing</span>'  # claimed

Times = Mapping[int, Latency]  # tokens of a text -> latency


def measure_claims(models: Sequence[Model]) -> list[Times]:
    """Times of each model, alone, on texts of the lengths in tokens that its ledger has times for."""
    lengths = sorted(set[int]().union(*(_claimed_times(model) for model in models)))
    taggers = [model.alone() for model in models]
    found: list[dict[int, Latency]] = [{} for _ in models]
    for length in lengths:
        texts = [text_of(tagger, length) for tagger in taggers]
        calls = [partial(tagger, [text]) for tagger, text in zip(taggers, texts, strict=True)]
        for times, latency in zip(found, measure(calls), strict=True):
            times[length] = latency
    return found


def text_of(tagger: Tagger, tokens: int) -> str:
    """An invented text of exactly `tokens` tokens, special tokens included: whole words of the examples,
    filled up with one-token words."""

    def count(words: Sequence[str]) -> int:
        return len(tagger.tokenizer.encode(" ".join(words)).ids)

    words: list[str] = []
    while count([*words, MATERIAL[len(words) % len(MATERIAL)]]) <= tokens:
        words.append(MATERIAL[len(words) % len(MATERIAL)])
    while count(words) < tokens:
        words.append(FILLER)
    return " ".join(words)


def show_provenance(models: Sequence[Model], measured: Sequence[Times | None]) -> str:
    """One table a model as HTML; measured: times of each model, None before they are asked for."""
    return "".join(_section(model, times) for model, times in zip(models, measured, strict=True))


def _section(model: Model, times: Times | None) -> str:
    commands = dict.fromkeys(claim["command"] for claim in _qualities(model))
    how = "".join(f"<code>{escape(command)}</code>" for command in commands)
    return (
        f'<section class="provenance"><h2>{escape(model.name)} <small>{escape(model.origin)}</small></h2>'
        f'<p class="hint">Model <code>{escape(model.id)}</code>, '
        f"revision <code>{escape(model.revision)}</code></p>"
        + table(COLUMNS, _rows(model, times), f"{model.name}: claims and measurements")
        + "".join(map(note, model.tagger.notes))
        + (f'<p class="hint">How to measure F1, with the repository and the corpus: {how}</p>' if how else "")
        + "</section>"
    )


def _rows(model: Model, times: Times | None) -> str:
    claims = _claims(model)
    artifact = claims[0]["artifact"] if claims else {}
    environment = claims[0]["environment"] if claims else {}
    file = model.tagger.file
    return "".join(
        [
            _row("File", artifact.get("file"), escape(file.name)),
            _row("Bytes", f"{artifact['bytes']:,}" if artifact else None, f"{file.stat().st_size:,}"),
            _row("SHA-256", artifact.get("sha256"), _hash(model, artifact.get("sha256"), times)),
            _row("Processor", environment.get("cpu"), escape(cpu_name())),
            _row("Threads", environment.get("threads"), ASK if times is None else str(model.alone().threads)),
            _row("ONNX Runtime", environment.get("versions", {}).get("onnxruntime"), version("onnxruntime")),
            *(_latency_row(tokens, claimed, times) for tokens, claimed in _claimed_times(model).items()),
            *map(_quality_row, _qualities(model)),
        ]
    )


def _row(what: str, claimed: object, here: str) -> str:
    """`claimed` is escaped, None where nothing is claimed; `here` is HTML."""
    said = NOTHING if claimed is None else escape(claimed)
    return f'<tr><th scope="row">{what}</th><td>{said}</td><td>{here}</td></tr>'


def _hash(model: Model, claimed: str | None, times: Times | None) -> str:
    """The hash that was taken when the model was loaded or, once asked for, of the file as it is now."""
    if times is None:
        return f"<code>{escape(model.tagger.sha256)}</code> when it was loaded"
    with model.tagger.file.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    verdict = {None: "", found: ", the same"}.get(claimed, ", <strong>not the same</strong>")
    return f"<code>{found}</code> recomputed now{verdict}"


def _latency_row(tokens: int, claimed: Mapping[str, float], times: Times | None) -> str:
    here = ASK
    if times is not None:
        here = f"median {times[tokens].median_ms:.1f} ms, p95 {times[tokens].p95_ms:.1f} ms"
    said = f"median {claimed['median']:.1f} ms, p95 {claimed['p95']:.1f} ms"
    return _row(f"Latency of {tokens} tokens", said, here)


def _quality_row(claim: Mapping[str, Any]) -> str:
    data, interval = claim["data"], claim["interval"]
    said = f"{claim['value']:.4f} [{interval['low']:.4f}, {interval['high']:.4f}]"
    what = f"{escape(claim['name'])}, {escape(claim['split'])} of {escape(data['id'])}"
    here = f"not measured: its {data['documents']:,} documents are not on this server"
    return _row(what, said, f'<span class="nothing">{here}</span>')


def _qualities(model: Model) -> list[dict[str, Any]]:
    return [claim for claim in _claims(model) if claim["id"].endswith(QUALITY)]


def _claims(model: Model) -> list[dict[str, Any]]:
    """What the model's ledger claims about the file that is loaded, in the ledger's order."""
    ledger = model.ledger or {"claims": []}
    artifacts = ((claim, claim.get("artifact") or {}) for claim in ledger["claims"])
    name = model.tagger.file.name
    return [
        claim
        for claim, artifact in artifacts
        if artifact.get("model") == ledger["subject"] and Path(artifact["file"]).name == name
    ]


def _claimed_times(model: Model) -> dict[int, dict[str, float]]:
    """Tokens of a text -> {"median": ms, "p95": ms}, from ids such as student.int8.latency.128.p95; those
    that other programs disturbed are left out, since nothing is compared with them."""
    found: dict[int, dict[str, float]] = {}
    for claim in _claims(model):
        _, _, kind, *rest = claim["id"].split(".")
        if kind == "latency" and "disturbed" not in claim:
            found.setdefault(int(rest[0]), {})[rest[1]] = claim["value"]
    return found
