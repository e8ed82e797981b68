"""What can go wrong in a push: exit code 2, one clear message, nothing half done."""

import os
import shutil

import pytest
from hub_store import RefusalError, Repo

from publish.hub.client import Hub
from publish.terminal import run_command

BOTH = ("--repo-id", "me/model")
ALL = (*BOTH, "--space-id", "me/demo")


def refused(done, *parts):
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    message = done.stderr[done.stderr.index("error: ") :]
    for part in parts:
        assert part in message
    return message


def test_missing_token(hub, push):
    refused(push(*BOTH, HF_TOKEN=""), "no Hugging Face token found", "hf auth login", "HF_TOKEN")
    assert hub.repos == {}


def test_unknown_token(hub, push):
    refused(push(*BOTH, HF_TOKEN="hf_nobody"), "the Hub does not know this token", "HTTP 401")


def test_no_network(push, closed_port):
    refused(push(*BOTH, HF_ENDPOINT=closed_port), f"no answer from the Hub at {closed_port}", "HF_ENDPOINT")


@pytest.mark.parametrize("endpoint", ["localhost:8000", "hub"])
def test_an_address_that_is_none(push, endpoint):
    refused(push(*BOTH, HF_ENDPOINT=endpoint), f"HF_ENDPOINT is '{endpoint}'; write it as https://")


def test_an_empty_address_is_the_public_hub(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "")
    assert Hub().endpoint == "https://huggingface.co"


@pytest.mark.parametrize("option", ["--tag", "--revision"])
@pytest.mark.parametrize("name", ["two words", "a..b", "v1:", "-v1", "v1.lock", "v1/", "@{1}"])
def test_a_tag_or_branch_that_git_would_refuse_last_of_all(hub, push, option, name):
    refused(push(*BOTH, f"{option}={name}"), f"not a name of a branch or tag: {name!r}")
    assert hub.requests == []


def test_ctrl_c_and_a_closed_pipe_are_no_faults_of_ours(capfd, monkeypatch):
    def stopped(error):
        def command() -> int:
            raise error

        return command

    with monkeypatch.context() as patch:
        patch.setattr(os, "dup2", lambda *places: None)  # the test's own output goes on
        assert run_command(stopped(BrokenPipeError())) == 2
    assert run_command(stopped(KeyboardInterrupt())) == 130
    shown = capfd.readouterr().err
    assert "Traceback" not in shown
    assert "run it again to go on" in shown and "the same command goes on" in shown


def test_namespace_of_someone_else(hub, push):
    refused(
        push("--repo-id", "other/model"), "other/model-teacher: this token may not write there", "HTTP 403"
    )
    assert hub.repos == {}


def test_repository_of_someone_else(hub, push):
    assert push("--repo-id", "other/model", HF_TOKEN="hf_other").returncode == 0
    head = hub.model("other/model-teacher").head.oid
    hub.model("other/model-teacher").edit("README.md", b"---\nlicense: mit\n---\n")

    refused(
        push("--repo-id", "other/model", "--overwrite", "README.md"),
        "this token may not write there",
        "--create-pr",
    )
    assert hub.model("other/model-teacher").head.parent == head


def test_private_repository_of_someone_else(hub, push):
    assert push("--repo-id", "other/model", "--private", HF_TOKEN="hf_other").returncode == 0

    refused(push("--repo-id", "other/model"), "other/model-teacher")


def test_bad_repo_id_is_refused_before_any_request(hub, push):
    refused(push("--repo-id", "model"), "lacks the namespace. Write it as NAME/model")
    assert hub.requests == []


def test_run_without_models(hub, push, run):
    shutil.rmtree(run / "models")

    refused(push(*BOTH), "a run without models", "python -m training run")
    assert hub.requests == []


def test_no_run_at_all(push, run):
    shutil.rmtree(run)

    refused(push(*BOTH), "no such run folder")


def test_missing_file(hub, push, run):
    (run / "models/student/onnx/model.onnx").unlink()

    refused(push(*BOTH), "onnx/model.onnx missing")
    assert hub.repos == {}


def test_file_that_is_not_the_measured_one(hub, push, run):
    with (run / "models/student/onnx/model_quantized.onnx").open("ab") as file:
        file.write(b"\0")

    refused(push(*BOTH), "file.measured", "onnx/model_quantized.onnx", "nothing is pushed")
    assert hub.repos == {}


def test_card_that_the_hub_refuses(hub, push):
    def refuse_the_space(request):
        if request.path == "/api/validate-yaml" and request.json["repoType"] == "space":
            return RefusalError(400, "Invalid", body={"errors": [{"message": '"emoji" is not allowed'}]})
        return None

    hub.faults.append(refuse_the_space)
    refused(push(*ALL), "me/demo: the Hub refuses the front matter", '"emoji" is not allowed')
    assert hub.repos == {}


def test_stale_parent_overwrites_nothing(hub, push):
    def someone_else_commits_first(request):
        if request.path == "/api/models/me/model/commit/main":
            hub.faults.clear()
            hub.model("me/model").edit("notes.md", b"meanwhile")

    hub.faults.append(someone_else_commits_first)
    refused(push(*ALL), "me/model: someone committed to it", "HTTP 412", "--dry-run")
    assert "README.md" not in hub.model("me/model").head.files
    assert ("space", "me/demo") not in hub.repos

    assert push(*ALL).returncode == 0
    assert hub.model("me/model").head.files["notes.md"].content == b"meanwhile"
    assert len(hub.model("me/model-teacher").history) == 1


def test_upload_that_arrives_damaged_is_not_committed(hub, push):
    def damage(request):
        if request.method == "PUT":
            request.body = b"damaged" + request.body

    hub.faults.append(damage)
    refused(push(*BOTH), "me/model-teacher", "HTTP 422")
    assert hub.model("me/model-teacher").history == []


def test_private_push_to_a_public_repository(hub, push):
    assert push(*BOTH).returncode == 0

    refused(push(*BOTH, "--private"), "me/model-teacher: is public", "/settings")


def test_gitattributes_that_would_hide_the_card(hub, push):
    assert push(*BOTH).returncode == 0
    attributes = hub.model("me/model-teacher").head.files[".gitattributes"].content
    hub.model("me/model-teacher").edit(
        ".gitattributes", attributes + b"*.md filter=lfs diff=lfs merge=lfs -text\n"
    )

    refused(push(*BOTH), "'*.md filter=lfs diff=lfs merge=lfs -text'", "Remove that line")


def test_rate_limit(hub, push):
    long = RefusalError(429, "slow down", headers={"Retry-After": "1200"})
    hub.faults.append(lambda request: long if "/commit/" in request.path else None)

    refused(push(*BOTH), "the Hub asks to wait 20 minutes", "Run it again in 20 minutes")


@pytest.mark.parametrize(
    ("step", "refusal", "told"),
    [
        ("/tree/", RefusalError(403, "no"), "this token may not read it"),
        ("/tree/", RefusalError(403, "no", "GatedRepo"), "it is gated"),
        ("/lfs/models", RefusalError(403, "expired"), "the Hub's storage refused a file"),
        ("/commit/", RefusalError(409, "busy"), "it is being changed at this moment"),
        ("/commit/", RefusalError(413, "too much"), "takes no file or commit as large"),
        ("/commit/", RefusalError(418, "teapot"), "Mend what it says, then run the same command again"),
    ],
)
def test_each_refusal_says_what_to_do(hub, push, step, refusal, told):
    hub.repos["model", "me/model"] = Repo("model", "me/model", private=False)
    hub.faults.append(lambda request: refusal if step in request.path else None)

    message = refused(push("--model", "student=me/model"), told)

    assert f"HTTP {refusal.status}: {refusal.message}" in message


def test_a_repository_that_was_renamed(hub, push):
    hub.repos["model", "me/new"] = Repo("model", "me/new", private=False)
    hub.faults.append(
        lambda request: (
            RefusalError(307, "moved", headers={"Location": request.path.replace("me/old", "me/new")})
            if "me/old" in request.path
            else None
        )
    )

    refused(push("--model", "student=me/old"), "me/old: is me/new on the Hub now")
    assert {method for method, _ in hub.requests} == {"GET"}
