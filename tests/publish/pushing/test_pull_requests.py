"""`--create-pr`: proposals that a rerun updates, and what has to be merged first."""

import pytest
from hub_pushing import ALL, retitle, succeed


def test_a_rerun_updates_its_own_pull_request(hub, push, run):
    succeed(push(*ALL))
    model = hub.model("me/model")
    retitle(run, "Proposed recogniser")
    succeed(push(*ALL, "--create-pr"))
    first = model.commit("refs/pr/1").oid

    succeed(push(*ALL, "--create-pr"))
    assert model.commit("refs/pr/1").oid == first

    retitle(run, "Better proposal")
    done = succeed(push(*ALL, "--create-pr"))
    assert model.pulls == ["refs/pr/1"]
    assert b"Better proposal" in model.commit("refs/pr/1").files["README.md"].content
    assert len(model.history) == 1
    assert f"Merge first: {hub.url}/me/model/discussions/1 " in done.stdout


@pytest.mark.parametrize("words", ["Please look at the limits.", ""])
def test_the_spaces_description_names_the_latest_commits(hub, push, run, words):
    """Words that people added to it stay; one that they emptied says it from now on."""
    succeed(push(*ALL))
    retitle(run, "Proposed recogniser")
    succeed(push(*ALL, "--create-pr"))
    model, proposal = hub.model("me/model"), hub.space("me/demo").proposals[1]
    first = model.commit("refs/pr/1").oid
    proposal.description = words and f"{words}\n\n{proposal.description}"
    retitle(run, "Better proposal")

    succeed(push(*ALL, "--create-pr"))

    assert f"(commit {model.commit('refs/pr/1').oid})" in proposal.description
    assert first not in proposal.description
    assert proposal.description.startswith(words)
    assert proposal.description.count("Merge first: ") == 1
    hub.requests.clear()
    succeed(push(*ALL, "--create-pr"))
    assert not [path for method, path in hub.requests if method == "POST" and "comment" in path]


def test_a_stranger_may_propose_and_the_space_says_what_to_merge_first(hub, push, run):
    succeed(push(*ALL))
    retitle(run, "Proposed recogniser")

    done = succeed(push(*ALL, "--create-pr", HF_TOKEN="hf_other"))

    model, space = hub.model("me/model"), hub.space("me/demo")
    assert model.proposals[1].author == "other"
    told = f"Merge first: {hub.url}/me/model/discussions/1 (commit {model.commit('refs/pr/1').oid})"
    assert told in space.proposals[1].description
    assert told in done.stdout


def test_a_pull_request_of_others_is_left_alone(hub, push, run):
    succeed(push(*ALL))
    retitle(run, "Proposed recogniser")
    succeed(push(*ALL, "--create-pr", HF_TOKEN="hf_other"))

    succeed(push(*ALL, "--create-pr"))

    assert hub.model("me/model").pulls == ["refs/pr/1", "refs/pr/2"]


def test_a_collection_is_made_once_and_completed(hub, push):
    succeed(push(*ALL, "--collection"))
    done = succeed(push(*ALL, "--collection"))

    (made,) = hub.collections.values()
    assert [item["id"] for item in made["items"]] == ["me/demo", "me/model", "me/model-teacher"]
    assert "0 added, 3 were there" in done.stdout
