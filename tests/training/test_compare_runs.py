"""Two runs are held against each other on the same documents; gates decide the exit code."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
import tiny_bert

from cards.ledger import Claim, ClaimId, Ledger, write_ledger
from training.cli import main
from training.compare_runs import compare
from training.corpora.document import Document, Span
from training.corpora.formats import jsonl
from training.errors import StageError
from training.measuring.provenance import environment
from training.recipe.schema import Gates
from training.run_folder import VARIANTS, RunFolder

COUNT = 30
SPEED = {"fast": 2.0, "slow": 5.0}
DOCUMENTS = [
    Document(id=str(n), text=f"lithium {n} tremor", spans=(Span(start=0, end=7, label="Chemical"),))
    for n in range(COUNT)
]


def claim(**fields: object) -> Claim:
    return Claim.model_validate(
        {"unit": "x", "aggregation": "value", "command": "a", "date": "2026-01-01", "name": "A"} | fields
    )


def make_run(
    folder: Path, wrong: int, milliseconds: float = 2.0, gates: dict[str, float] | None = None
) -> Path:
    """A measured run whose one INT8 file misses the mention of the first `wrong` documents."""
    run = RunFolder(folder)
    student = tiny_bert.RECIPE.models["student"].model_copy(update={"compare_with": ()})
    changed = {"gates": Gates(**gates or {}), "models": {"student": student}}
    recipe = tiny_bert.RECIPE.model_copy(update=changed)
    [(corpus, split)] = recipe.measure.items()
    run.split(corpus, split).parent.mkdir(parents=True)
    run.recipe.write_text(recipe.written())
    jsonl.write(DOCUMENTS, run.split(corpus, split))
    model = next(iter(recipe.models))
    file = run.models / model / VARIANTS["int8"]
    file.parent.mkdir(parents=True)
    file.write_bytes(b"x" * 100)
    found = {"start": 0, "end": 7, "label": "Chemical", "score": 1.0, "text": "lithium"}
    kept = run.measured / model / f"int8.{corpus}.{split}.jsonl"
    kept.parent.mkdir()
    records = [{"id": d.id, "entities": [] if n < wrong else [found]} for n, d in enumerate(DOCUMENTS)]
    kept.write_text("".join(json.dumps(record) + "\n" for record in records))
    times = (milliseconds + np.random.default_rng(0).normal(0, 0.01, 20)).tolist()
    timing = {"milliseconds": {f"{model}.int8": times}, "waited": 0.0}
    (run.measured / "latency.json").write_text(json.dumps({"32": timing}))
    size = ClaimId(model, variant="int8", metric="bytes")
    median = ClaimId(model, variant="int8", metric="latency", length=32, statistic="median")
    claims = (claim(id=size, value=100), claim(id=median, value=2, environment=environment(1)))
    ledger = Ledger(recipe="tiny", recipe_sha256="0" * 64, sources=(), models={}, claims=claims)
    write_ledger(ledger, run.ledger)
    return folder


def test_a_worse_run_is_told_with_its_interval(tmp_path):
    [found] = compare(make_run(tmp_path / "a", 0), make_run(tmp_path / "b", 10), None, None)
    assert found.verdict == "the first is better"
    [f1] = found.f1
    # 20 of 30 chemicals found, nothing of the other type: macro F1 (0.8 + 0) / 2 against (1 + 0) / 2
    assert (f1.first, f1.second) == (pytest.approx(0.5), pytest.approx(0.4))
    assert f1.difference == pytest.approx(-0.1)
    assert f1.interval.low < f1.difference < f1.interval.high < 0
    assert f1.wilcoxon_p < 0.01


def test_equal_runs_show_no_difference(tmp_path):
    [found] = compare(make_run(tmp_path / "a", 1), make_run(tmp_path / "b", 1), None, None)
    assert found.verdict == "no difference shown"


def test_latency_has_a_test_and_the_size_of_the_effect(tmp_path):
    [found] = compare(make_run(tmp_path / "a", 0, 4.0), make_run(tmp_path / "b", 0, 2.0), None, None)
    [latency] = found.latency
    assert latency.first / latency.second == pytest.approx(2, rel=0.02)
    assert latency.delta == -1 and latency.mann_whitney_p < 1e-6 and latency.doubtful is None


@pytest.mark.parametrize(
    ("gates", "held"),
    [
        ({"f1_drop": 0.2, "speed_up": 1.5, "size": 1.0}, [True, True, True]),
        ({"f1_drop": 0.05}, [False]),  # the point is 0.033, but as much as 0.06 may be lost
        ({"speed_up": 3}, [False]),
        ({"size": 0.5}, [False]),
        ({"sparsity": 0.1}, [False]),  # which nobody measured
    ],
)
def test_gates_of_the_first_run_decide_the_exit_code(tmp_path, capsys, gates, held):
    runs = [str(make_run(tmp_path / "a", 0, 4.0, gates)), str(make_run(tmp_path / "b", 4, 2.0))]
    code = 0
    try:
        main(["compare", *runs, "--format", "json"])
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    [found] = json.loads(capsys.readouterr().out)
    assert [gate["held"] for gate in found["gates"]] == held
    assert code == (not all(held))


def test_text_and_markdown_hold_the_same_figures(tmp_path, capsys):
    runs = [str(make_run(tmp_path / "a", 0)), str(make_run(tmp_path / "b", 10))]
    shown = {}
    for form in ("text", "markdown"):
        main(["compare", *runs, "--format", form])
        shown[form] = capsys.readouterr().out
    assert "## " in shown["markdown"] and "| bytes | 100 | 100 | 1.00 |" in shown["markdown"]
    assert "|" not in shown["text"]
    for figure in ("0.5000", "0.4000", "-0.1000", "invented test, 30 documents"):
        assert figure in shown["text"] and figure in shown["markdown"]


def test_a_webhook_is_given_the_comparison(tmp_path, capsys):
    posted: list[bytes] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    runs = [str(make_run(tmp_path / "a", 0)), str(make_run(tmp_path / "b", 0))]
    main(["compare", *runs, "--webhook", f"http://127.0.0.1:{server.server_port}/"])
    server.shutdown()
    capsys.readouterr()
    assert json.loads(posted[0])[0]["verdict"] == "no difference shown"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda b: jsonl.write(DOCUMENTS[1:], b / "corpora/invented/test.jsonl"),
            "other documents in the two",
        ),
        (lambda b: (b / "ledger.json").unlink(), "is no finished run"),
    ],
)
def test_what_cannot_be_compared_is_told(tmp_path, change, said):
    a, b = make_run(tmp_path / "a", 0), make_run(tmp_path / "b", 0)
    change(b)
    with pytest.raises(StageError, match=said):
        compare(a, b, None, None)


def test_unknown_models_and_files_are_told(tmp_path):
    a, b = make_run(tmp_path / "a", 0), make_run(tmp_path / "b", 0)
    with pytest.raises(StageError, match="no model 'studnet' in both runs; they share"):
        compare(a, b, "studnet", None)
    with pytest.raises(StageError, match="has no fp32, but int8"):
        compare(a, b, None, "fp32")
