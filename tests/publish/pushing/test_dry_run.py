"""`publish/push.py --dry-run`: shows everything, sends nothing."""

ALL = ("--repo-id", "me/model", "--space-id", "me/demo")


def test_first_push_is_all_adds_with_bytes_and_the_whole_card(hub, push, run):
    done = push(*ALL, "--dry-run", "--diff")

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[1] for line in lines if line.startswith(("model ", "space "))] == [
        "me/model-teacher",
        "me/model",
        "me/demo",
    ]
    assert any(line.split()[:2] == ["add", "onnx/model_quantized.onnx"] for line in lines)
    assert "  update" not in done.stdout
    assert "+library_name: transformers" in lines
    assert lines[-1] == "Dry run: nothing was sent."
    assert hub.repos == {}


def test_it_ends_with_its_summary_and_shows_no_card_unless_asked(push):
    done = push(*ALL, "--dry-run")

    *_, heading, teacher, student, space, last = done.stdout.splitlines()
    assert heading == "In all:"
    assert teacher.startswith("  model   me/model-teacher: ") and student.startswith("  model   me/model: ")
    assert space.startswith("  space   me/demo: ") and space.endswith(" to send")
    assert last == "Dry run: nothing was sent. --diff shows what changes on the cards."
    assert "+library_name: transformers" not in done.stdout
    assert push(*ALL, "--diff").returncode == 2


def test_first_look_needs_no_token(push):
    done = push(*ALL, "--dry-run", HF_TOKEN="")

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("(not seen on the Hub, so every file counts as new)") == 3


def test_without_a_token_nothing_is_said_of_a_private_repository(hub, push, tmp_path):
    """The Hub answers alike for what is private and for what is not there."""
    assert push(*ALL, "--private").returncode == 0
    hub.space("me/demo").private = False

    done = push(*ALL, "--dry-run", HF_TOKEN="")

    assert done.returncode == 0, done.stderr
    assert "(every file is new)" not in done.stdout
    assert done.stdout.count("not seen on the Hub") == 2
    assert "shows nothing at me/model-teacher, me/model without a token: it may exist" in done.stdout
    assert "hf auth login" in done.stdout
    planned = push(*ALL, "--plan", tmp_path / "plan.json", HF_TOKEN="")
    assert "it may exist" in planned.stdout
    seen = push("--repo-id", "me/other", "--dry-run")
    assert seen.stdout.count("(every file is new)") == 2 and "without a token" not in seen.stdout


def test_sends_nothing_and_needs_no_token(hub, push):
    assert push(*ALL).returncode == 0
    hub.requests.clear()

    done = push(*ALL, "--dry-run", HF_TOKEN="")

    assert done.returncode == 0, done.stderr
    assert {method for method, _ in hub.requests} == {"GET"}
    assert done.stdout.count("  no change\n") == 3


def test_change_is_shown_as_update_delete_bytes_and_the_cards_diff(hub, push, run):
    assert push(*ALL).returncode == 0
    hub.model("me/model").edit("README.md", b"---\nlicense: mit\n---\nsomething else\n")
    (run / "models/student/special_tokens_map.json").unlink()

    done = push(*ALL, "--dry-run", "--diff")

    lines = done.stdout.splitlines()
    assert f"model me/model (compared with {hub.model('me/model').head.oid[:12]})" in lines
    assert any(line.startswith("  update README.md") for line in lines)
    assert "  delete special_tokens_map.json" in lines
    assert any("2 to update, 1 to delete" in line and "to send" in line for line in lines)
    assert "--- me/model/README.md on the Hub" in lines
    assert "-something else" in lines
    # The Space would be pinned to a commit that does not exist yet.
    assert any(line.startswith("  update models.json") for line in lines)


def test_hub_out_of_reach_counts_everything_as_new(push, closed_port):
    done = push(*ALL, "--dry-run", HF_ENDPOINT=closed_port)

    assert done.returncode == 0, done.stderr
    assert "The remote was not compared, so every file counts as new: no answer from the Hub" in done.stdout
    assert "  update" not in done.stdout
    assert "me/demo" in done.stdout


def test_offline_mode_counts_as_out_of_reach(push_alone):
    done = push_alone("--model", "student=me/model", "--dry-run", HF_HUB_OFFLINE="1")

    assert done.returncode == 0, done.stderr
    assert "The remote was not compared" in done.stdout
