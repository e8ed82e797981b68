"""Routes under /private/, and the policies that come with them."""

import hashlib
import json
import re
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from space import private_page
from space.engine import load
from space.private_page import GOLDEN, PRIVATE, mount_private_page
from space.security import SecurityHeaders
from space.ui.sample_notes import EXAMPLES


@pytest.fixture(scope="module")
def tagger(bundled):
    return load(bundled)


@pytest.fixture(scope="module")
def site(tagger):
    """A site with the private page, and another at its root, as Gradio's is."""
    app = FastAPI()
    app.add_middleware(SecurityHeaders)
    model = SimpleNamespace(id="me/model", revision="0123abc", tagger=tagger, ledger=None)
    mount_private_page(app, model, EXAMPLES)
    app.mount("/", FastAPI())
    return TestClient(app)


def directives(policy: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in policy.split(";"))}


def test_the_model_is_the_very_file_that_the_tagger_runs(site, tagger):
    about = site.get("/private/model/model.json").json()
    file = site.get(f"/private/model/{about['sha256']}.onnx")
    assert file.content == tagger.file.read_bytes()
    assert hashlib.sha256(file.content).hexdigest() == about["sha256"]
    assert len(file.content) == about["bytes"]
    assert "immutable" in file.headers["cache-control"]
    folder = tagger.file.parent.parent
    for name in ("config.json", "tokenizer.json"):
        assert site.get(f"/private/model/{name}").content == (folder / name).read_bytes()


def test_what_the_page_checks_itself_with_comes_from_the_server_s_tagger(site, tagger):
    about = site.get("/private/model/model.json").json()
    [expected] = tagger([GOLDEN])
    assert about["golden"] == {"text": GOLDEN, "entities": [entity.to_dict() for entity in expected]}
    assert len(expected) >= 8
    assert about["scores"] == "Higher is surer; a score is no probability"  # this one has no ledger
    assert (about["model"], about["revision"], about["offset_unit"]) == ("me/model", "0123abc", "code_point")
    assert [one["text"] for one in about["examples"]] == [example.text for example in EXAMPLES]


def test_all_else_is_asked_for_anew(site):
    for path in ("", "page.js", "page.css", "entities.css", "model/config.json"):
        assert site.get(f"/private/{path}").headers["cache-control"] == "no-cache", path


@pytest.mark.parametrize(
    "path", ["package.json", "package-lock.json", ".npmrc", "vendor/.ready", "%2e%2e/app.py"]
)
def test_nothing_else_is_given_out(site, path):
    assert site.get(f"/private/{path}").status_code == 404


def test_the_address_without_its_slash_leads_there(site):
    assert site.get("/private", follow_redirects=False).headers["location"] == "private/"


def test_the_page_may_connect_to_its_own_server_alone_and_the_worker_to_nobody(site):
    page = directives(site.get("/private/").headers["content-security-policy"])
    assert page["default-src"] == ["'none'"]
    assert {name: page[name] for name in ("connect-src", "script-src", "worker-src")} == {
        "connect-src": ["'self'"],
        "script-src": ["'self'"],
        "worker-src": ["'self'"],
    }
    for script in ("worker.js", "vendor/ort-wasm-simd-threaded.mjs"):
        worker = directives(site.get(f"/private/{script}").headers["content-security-policy"])
        assert worker["default-src"] == ["'none'"]
        assert set(worker) == {"default-src", "script-src", "worker-src"}, "connect-src falls to default-src"


def test_the_private_page_alone_is_isolated(site):
    isolation = ("cross-origin-opener-policy", "cross-origin-embedder-policy")
    assert [site.get("/private/worker.js").headers[name] for name in isolation] == [
        "same-origin",
        "require-corp",
    ]
    assert not {*isolation} & site.get("/").headers.keys()
    assert directives(site.get("/").headers["content-security-policy"])["default-src"][0] == "'self'"


def test_without_the_runtime_the_page_says_what_to_run(site, tmp_path, monkeypatch):
    monkeypatch.setattr(private_page, "RUNTIME", tmp_path / "missing.wasm")
    answer = site.get("/private/")
    assert answer.status_code == 503
    assert "make private" in answer.text
    assert "<script" not in answer.text


def test_the_pages_hold_no_script_or_style_that_their_policy_would_refuse():
    for file in ("index.html", "missing.html"):
        text = (PRIVATE / file).read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text), file
        assert "http" not in text.replace("http-equiv", ""), file


def test_the_lock_file_pins_every_package_and_names_no_registry():
    wanted = json.loads((PRIVATE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = (PRIVATE / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(lock)["packages"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert packages.pop("")["dependencies"] == wanted
    assert len(packages) > len(wanted)
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert "://" not in lock
