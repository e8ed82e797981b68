"""From a run to a live page in one command, rehearsed: every program finds in a text what the page finds.

The run is the recipe `smoke`'s, which `make smoke` trains into build/smoke; the Hub is a stand-in. Runs in
the light environment and starts programs in the others.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from first_screen import assert_fits, parts
from rehearsal import STUDENT, TEACHER, rehearse

from cards.render import snippets
from publish.verifying.loading import FP32, LOADERS, NAMED, find, spans, start
from space.engine import load

ROOT = Path(__file__).parents[2]
RUN = ROOT / "build" / "smoke"
CORPUS = ROOT / "training" / "recipes" / "smoke"
MODELS = {"student": STUDENT, "teacher": TEACHER}
INT8 = "onnx/model_quantized.onnx"
# What stands in notes and not in the corpus: all read it alike, by the steps in tokenizer.json.
NOTES = [
    "Fever\x95nausea after zalcipine\x96induced rash.",
    "\uf0b7tremor\uf0b7 headache\x0bkelidone\u200bstopped\ufffd",
    "morvastat500mg b.i.d., zalcipine2.5MG; PGE2 and H2g.",
    "\u25cfnausea\u2192headache x\u00b9, in\ufb02ammation, \uff26\uff45\uff56\uff45\uff52",
]
# (model, program, file). Python's programs take ten seconds to start; `make test` starts them once, when it
# verifies the student.
LOADS = [
    pytest.param(*load, marks=[] if load[1] == "transformers.js" else [pytest.mark.soak])
    for load in ((model, tool, file) for model in MODELS for tool, files in NAMED.items() for file in files)
]

# What a page in Node would do: everything by the repository's id, nothing from this machine.
BY_ID = """
import { AutoModelForTokenClassification, AutoTokenizer, env } from "@huggingface/transformers";
const [repo, revision, text, cacheDir] = process.argv.slice(2);
Object.assign(env, { allowLocalModels: false, cacheDir, remoteHost: `${process.env.HF_ENDPOINT}/` });
const tokenizer = await AutoTokenizer.from_pretrained(repo, { revision });
const model = await AutoModelForTokenClassification.from_pretrained(repo, { revision, dtype: "q8" });
const { logits } = await model(tokenizer(text));
console.log(JSON.stringify({ ids: tokenizer.encode(text), tags: logits.dims[2] }));
"""


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory):
    assert (RUN / "ledger.json").is_file(), "no smoke run here: `make smoke` makes it"
    with rehearse(RUN, tmp_path_factory.mktemp("rehearsal")) as running:
        yield running


@pytest.fixture(scope="module")
def pushed(rehearsal) -> dict[str, Path]:
    """The files of each model, as the stand-in holds them."""
    return {name: rehearsal.fetch("model", repo) for name, repo in MODELS.items()}


def test_a_pushed_card_fits_a_screen_and_links_the_page(pushed):
    for folder in pushed.values():
        card = (folder / "README.md").read_text(encoding="utf-8")
        assert_fits(card)
        assert "[Try it live](https://huggingface.co/spaces/" in parts(card)[1]
        assert "Evaluations of any file" not in card  # looks at invented text are not counted


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """A hundred texts: forty documents, longer than a window, sentences of others, and notes."""
    read = [json.loads(line)["text"] for line in (CORPUS / "train.jsonl").read_text("utf-8").splitlines()]
    sentences = [f"{part}." for text in read[40:] for part in text.split(". ") if len(part) > 40]
    return read[:40] + sentences[: 60 - len(NOTES)] + NOTES


@pytest.fixture(scope="module")
def bare(pushed, texts):
    """Entities of each text without the engine's rules, by model and ONNX file: what programs agree on."""
    return {
        (name, path.relative_to(folder).as_posix()): list(
            map(spans, load(folder, file=path.name, rules=())(texts))
        )
        for name, folder in pushed.items()
        for path in folder.glob("onnx/*.onnx")
    }


def test_there_is_something_to_find(bare, texts):
    assert len(texts) == 100
    for found in bare.values():
        assert sum(map(len, found)) > 300


@pytest.mark.parametrize(("model", "tool", "file"), LOADS)
def test_a_program_finds_what_the_engine_finds(model, tool, file, pushed, texts, bare):
    folder = pushed[model]
    if not (folder / file).is_file():
        pytest.skip(f"the {model} has no {file}")
    program = find(tool)
    if program is None and tool == "transformers.js" and shutil.which("npm") is None:
        pytest.skip("no npm here")
    assert program, f"{tool} is in no environment here: `make loaders` sets it up"

    with start(program, folder, file) as loader:
        found = loader(texts)

    assert loader.ids_differ == []
    assert list(map(spans, found)) == bare[model, FP32 if file.endswith(".safetensors") else file]


@pytest.mark.soak
@pytest.mark.parametrize("tool", ["transformers", "optimum"])
def test_the_card_s_code_downloads_the_model_by_its_id(tool, rehearsal, pushed, tmp_path):
    ledger = json.loads((pushed["student"] / "ledger.json").read_text(encoding="utf-8"))
    [example] = [e for e in ledger["models"]["student"]["examples"] if e["tool"] == tool]
    code = snippets.code(tool, STUDENT, "model_quantized.onnx", example["text"])

    done = subprocess.run(
        [find(tool).command[0], "-c", code],
        env=rehearsal.environment | {"HF_HOME": str(tmp_path), "HF_HUB_DISABLE_XET": "1"},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == example["output"]


def test_transformers_js_downloads_the_model_by_its_id(rehearsal, pushed, texts, tmp_path):
    if find("transformers.js") is None:
        pytest.skip("transformers.js is not set up: `make loaders`")
    revision = rehearsal.hub.model(STUDENT).head.oid

    done = subprocess.run(
        ["node", "--input-type=module", "-", STUDENT, revision, texts[-1], tmp_path],
        input=BY_ID,
        env=rehearsal.environment,
        cwd=LOADERS,
        capture_output=True,
        encoding="utf-8",
    )

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    tagger = load(pushed["student"])
    assert answer["ids"] == tagger.tokenizer.encode(texts[-1]).ids
    assert answer["tags"] == len(tagger.tags)


def test_the_page_finds_what_the_engine_finds(rehearsal, pushed, texts, bare):
    """Started from the Space's own files, it loads the very files that were pushed, with their rules."""
    expected = {name: list(map(spans, load(pushed[name])(texts))) for name in MODELS}
    assert expected["student"] != bare["student", INT8]
    with rehearsal.page() as page, httpx.Client(base_url=page.url, timeout=300, trust_env=False) as client:
        for number, text in enumerate(texts):
            answer = client.post("/v1/compare", json={"text": text}).raise_for_status().json()
            for model in answer["models"]:
                [result] = model["results"]
                found = [(e["start"], e["end"], e["label"]) for e in result["entities"]]
                assert found == expected[model["role"]][number]
                assert model["revision"] == rehearsal.hub.model(MODELS[model["role"]]).head.oid


def test_what_was_pushed_is_verified_and_measured_again(rehearsal, tmp_path):
    """On a busy machine too: ratios of latencies are then told to be not comparable."""
    report = tmp_path / "report.json"

    done = rehearsal.publish("verify", STUDENT, "--data", f"smoke={CORPUS}", "--report", report, "--write")

    assert done.returncode == 0, done.stdout
    verified = json.loads(report.read_text(encoding="utf-8"))
    assert [check for check in verified["checks"] if check["verdict"] == "FAIL"] == []
    claims = {claim["claim"]: claim for claim in verified["claims"]}
    assert {name for name, claim in claims.items() if claim["verdict"] == "differs"} == set()
    assert claims["student.int8.test.macro.f1"]["verdict"] == "holds"
    assert claims["student.int8.test.macro.f1"]["here"] == pytest.approx(
        claims["student.int8.test.macro.f1"]["stated"], abs=0.003
    )
    head = rehearsal.hub.model(STUDENT).head
    assert head.parent == verified["revision"]
    assert json.loads(head.files["verification.json"].content) == verified


@pytest.mark.soak
def test_without_a_terminal_it_serves_until_it_is_stopped():
    """As a service manager, or `make rehearse &`, starts it."""
    program = ROOT / "tests" / "support" / "rehearsal.py"
    with subprocess.Popen(
        [sys.executable, program, RUN], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8"
    ) as rehearsal:
        page = next(line.split()[-1] for line in rehearsal.stdout if line.startswith("The page:"))
        assert next(line for line in rehearsal.stdout if line.startswith("Nothing was published."))
        assert httpx.get(page, trust_env=False, timeout=60).status_code == 200
        assert rehearsal.poll() is None
        rehearsal.terminate()
        assert rehearsal.wait(60) == 0
