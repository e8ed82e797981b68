import json

import pytest

from space.model_sources import Source, SourceError, find_sources

PUBLISHED = {
    role: {"repo": f"me/{role}", "revision": "a" * 40, "file": "onnx/model.onnx", "sha256": "b" * 64}
    for role in ("student", "teacher")
}


def test_bundled_is_the_default(tmp_path):
    for role in PUBLISHED:
        (tmp_path / "bundled" / role).mkdir(parents=True)
    assert find_sources(tmp_path, {}) == [
        Source(role, str(tmp_path / "bundled" / role), "bundled/") for role in PUBLISHED
    ]


def test_models_json_comes_before_bundled(tmp_path):
    (tmp_path / "models.json").write_text(json.dumps(PUBLISHED))
    (tmp_path / "bundled" / "student").mkdir(parents=True)
    student, teacher = find_sources(tmp_path, {})
    assert student == Source("student", "me/student", "models.json", "a" * 40, "onnx/model.onnx", "b" * 64)
    assert teacher.model == "me/teacher"


def test_the_environment_comes_first_for_each_role(tmp_path):
    (tmp_path / "models.json").write_text(json.dumps(PUBLISHED))
    environment = {"CLINSTILL_STUDENT": "you/other", "CLINSTILL_STUDENT_REVISION": "v2"}
    student, teacher = find_sources(tmp_path, environment)
    assert student == Source("student", "you/other", "CLINSTILL_STUDENT", revision="v2")
    assert teacher.model == "me/teacher"


def test_nothing_to_load_says_what_to_set(tmp_path):
    with pytest.raises(SourceError, match="Set CLINSTILL_STUDENT to a model folder or a Hub id"):
        find_sources(tmp_path, {})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "'student' must be an object"),
        (json.dumps({"student": PUBLISHED["student"]}), "'teacher' must be an object"),
        (json.dumps(PUBLISHED | {"student": {"repo": "me/student"}}), "exactly file, repo, revision, sha256"),
    ],
)
def test_a_malformed_models_json_is_refused(tmp_path, content, message):
    (tmp_path / "models.json").write_text(content)
    with pytest.raises(SourceError, match=message):
        find_sources(tmp_path, {})
