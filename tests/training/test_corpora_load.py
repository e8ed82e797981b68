"""`load`, `guard` and `fingerprint`: finding a corpus, mapping its labels, checking its documents."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from training import corpora
from training.corpora import Corpus, CorpusError, Document, Span
from training.recipe import load_recipe

COMMIT = "0123456789" * 4
TEXT = "Zorvane eased pain and the rash of zorvane allergy."
ENTITIES = [
    {"start": 0, "end": 7, "label": "Drug"},
    {"start": 14, "end": 18, "label": "Symptom"},
    {"start": 27, "end": 50, "label": "Disorder"},
    {"start": 35, "end": 42, "label": "Drug"},
]


def corpus(**settings):
    defaults = {
        "id": "notes",
        "format": "jsonl",
        "license": "cc0-1.0",
        "files": {"train": "train.jsonl", "test": "test.jsonl"},
        "types": {"Drug": "Chemical", "Disorder": "Disease"},
        "ignore": ("Symptom",),
    }
    return Corpus(**(defaults | settings))


def record(identifier, entities=ENTITIES):
    return {"id": identifier, "text": TEXT, "entities": entities}


@pytest.fixture
def folder(tmp_path):
    """A corpus of two splits."""
    path = tmp_path / "data" / "notes"
    path.mkdir(parents=True)
    (path / "train.jsonl").write_text(json.dumps(record("1")) + "\n")
    (path / "test.jsonl").write_text(json.dumps(record("2")) + "\n")
    return path


@pytest.fixture(autouse=True)
def _no_data_from_outside(monkeypatch):
    monkeypatch.delenv("CLINSTILL_DATA", raising=False)


# Labels


def test_load_maps_labels_and_keeps_overlaps(folder):
    splits = corpora.load(corpus(), {"notes": folder})
    assert list(splits) == ["train", "test"]
    assert splits["train"][0].spans == (
        Span(start=0, end=7, label="Chemical"),
        Span(start=27, end=50, label="Disease"),
        Span(start=35, end=42, label="Chemical"),
    )
    assert [document.id for document in splits["test"]] == ["2"]


def test_two_labels_that_become_one_make_one_mention_and_stay_sorted(folder):
    both = [{"start": 0, "end": 7, "label": label} for label in ("Drug", "Symptom", "Disorder")]
    (folder / "train.jsonl").write_text(json.dumps(record("1", both)))
    (folder / "test.jsonl").write_text(json.dumps(record("2", both)))
    types = {"Drug": "Z", "Symptom": "Z", "Disorder": "A"}
    (document,) = corpora.load(corpus(types=types, ignore=()), {"notes": folder})["train"]
    assert document.spans == (Span(start=0, end=7, label="A"), Span(start=0, end=7, label="Z"))


def test_an_unknown_label_is_an_error_with_its_count_and_the_known_ones(folder):
    with pytest.raises(CorpusError) as error:
        corpora.load(corpus(types={"drug": "Chemical", "Disorder": "Disease"}), {"notes": folder})
    message = str(error.value)
    assert "unknown label 'Drug' (4 mentions): name it in `types` or in `ignore`" in message
    assert "`types` has 'Disorder', 'drug'; `ignore` has 'Symptom'" in message
    assert "did the recipe mean 'Drug' where it says 'drug'?" in message
    assert "no mention is labelled 'drug', which `types` maps to 'Chemical'" in message


def test_a_listed_type_that_never_occurs_is_an_error(folder):
    types = {"Drug": "Chemical", "Disorder": "Disease", "Gene": "Gene"}
    with pytest.raises(CorpusError, match=r"no mention is labelled 'Gene'.*'Disorder', 'Drug', 'Symptom'"):
        corpora.load(corpus(types=types), {"notes": folder})


@pytest.mark.parametrize("kept", [[], ["Drug"]])
def test_a_split_without_one_mention_of_a_type_is_an_error(folder, kept):
    entities = [entity for entity in ENTITIES if entity["label"] in kept]
    (folder / "test.jsonl").write_text(json.dumps(record("2", entities)) + "\n")
    with pytest.raises(CorpusError) as error:
        corpora.load(corpus(), {"notes": folder})
    assert "test: 1 documents and not one mention of Disease (in the source: 'Disorder')" in str(error.value)
    assert ("mention of Chemical" in str(error.value)) == (not kept)


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_a_file_without_a_document_is_an_error(folder, content):
    (folder / "test.jsonl").write_text(content)
    with pytest.raises(CorpusError, match=r"corpus notes: test\.jsonl \(test\) is empty"):
        corpora.load(corpus(), {"notes": folder})


def test_an_unlabelled_corpus_may_have_keys_that_mean_something_else(folder):
    for name in ("train.jsonl", "test.jsonl"):
        (folder / name).write_text(json.dumps({"id": name, "text": TEXT, "labels": ["hallmark"]}))
    assert len(corpora.load(corpus(types={}, ignore=()), {"notes": folder})) == 2
    with pytest.raises(CorpusError, match=r"train\.jsonl:1: found 'labels' but no `entities`"):
        corpora.load(corpus(), {"notes": folder})


def test_the_recipe_says_what_is_done_with_mentions_that_do_not_fit(folder, capsys):
    entities = [*ENTITIES, {"start": 0, "end": 8, "label": "Drug"}, {**ENTITIES[0], "text": "zorvane"}]
    (folder / "test.jsonl").write_text(json.dumps(record("2", entities)) + "\n")
    mended: dict[str, int] = {}
    loaded = corpora.load(corpus(trim_mentions=True, skip_mismatched=True), {"notes": folder}, mended)
    assert loaded["test"][0].spans == loaded["train"][0].spans
    assert mended == {"train": 0, "test": 2}
    assert "test.jsonl: 2 mentions left out or trimmed, as the recipe says" in capsys.readouterr().err
    for key in ("trim_mentions", "skip_mismatched"):
        with pytest.raises(CorpusError, match="1 broken place"):
            corpora.load(corpus(**{key: True}), {"notes": folder})


def test_an_ignored_label_need_not_occur(folder):
    loaded = corpora.load(corpus(ignore=("Symptom", "Gene")), {"notes": folder})
    assert len(loaded["train"][0].spans) == 3


# Documents


def test_one_id_in_two_splits_is_an_error(folder):
    (folder / "test.jsonl").write_text('{"id": "1", "text": "Leaked."}\n')
    with pytest.raises(CorpusError, match=r"1 document ids occur more than once.*: 1 \(train, test\)"):
        corpora.load(corpus(), {"notes": folder})


def test_one_id_twice_in_a_split_is_an_error(folder):
    (folder / "test.jsonl").write_text("".join(f'{{"id": "n{i % 11}", "text": "x"}}\n' for i in range(22)))
    with pytest.raises(CorpusError) as error:
        corpora.load(corpus(), {"notes": folder})
    assert "11 document ids occur more than once" in str(error.value)
    assert "n9 (test, test); ..." in str(error.value)
    assert "n10" not in str(error.value)


def test_a_document_keeps_its_spans_sorted_and_inside():
    with pytest.raises(ValidationError, match="span 0:9 lies outside its 4 characters"):
        Document(id="a", text="pain", spans=(Span(start=0, end=9, label="D"),))
    with pytest.raises(ValidationError, match="spans are not sorted"):
        Document(
            id="a", text="pain", spans=(Span(start=1, end=2, label="D"), Span(start=0, end=2, label="D"))
        )


# Where a corpus lies


def test_data_comes_before_the_environment(folder, tmp_path, monkeypatch):
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "train.jsonl").write_text((folder / "train.jsonl").read_text().replace('"1"', '"mine"'))
    (other / "test.jsonl").write_text((folder / "test.jsonl").read_text())
    monkeypatch.setenv("CLINSTILL_DATA", str(folder.parent))
    assert corpora.load(corpus(), {})["train"][0].id == "1"
    assert corpora.load(corpus(), {"notes": other})["train"][0].id == "mine"


def test_a_corpus_beside_the_recipes_is_found_without_any_setting(monkeypatch, tmp_path):
    monkeypatch.setenv("CLINSTILL_DATA", str(tmp_path))  # which has no folder of this corpus
    recipe = load_recipe("smoke")
    documents = corpora.load(recipe.corpus, {})["train"]
    assert {span.label for document in documents for span in document.spans} == set(recipe.labels)


def test_a_corpus_that_is_nowhere_says_where_to_get_it_and_how_to_name_it():
    with pytest.raises(CorpusError) as error:
        corpora.load(corpus(url="https://example.org/notes"), {})
    assert str(error.value) == (
        "corpus notes is not here: get it from https://example.org/notes and give the folder that holds"
        " train.jsonl, test.jsonl with --data notes=PATH,"
        " or set CLINSTILL_DATA to the folder that holds notes/"
    )


def test_a_missing_folder_or_file_names_what_the_folder_should_hold(folder):
    with pytest.raises(
        CorpusError, match=r"--data notes=.*typo is no folder; it takes the one with train.jsonl"
    ):
        corpora.load(corpus(), {"notes": folder.parent / "typo"})
    (folder / "test.jsonl").unlink()
    with pytest.raises(
        CorpusError, match=r"test.jsonl does not exist; --data notes=PATH takes the folder that"
    ):
        corpora.load(corpus(), {"notes": folder})


def test_files_are_downloaded_from_the_hub_when_they_are_not_here(folder, monkeypatch):
    asked: dict[str, object] = {}

    def download(repo, **options):
        asked.update(repo=repo, **options)
        return str(folder)

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    assert len(corpora.load(corpus(repo="me/notes", revision=COMMIT), {})["train"]) == 1
    assert asked == {
        "repo": "me/notes",
        "repo_type": "dataset",
        "revision": COMMIT,
        "allow_patterns": ["train.jsonl", "train.jsonl/*", "test.jsonl", "test.jsonl/*"],
    }


def test_a_hub_out_of_reach_points_to_a_local_copy(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(CorpusError, match=rf"cannot download me/notes at {COMMIT} .*--data notes=PATH"):
        corpora.load(corpus(repo="me/notes", revision=COMMIT), {})


@pytest.mark.parametrize("revision", [None, "main", "0123abc", COMMIT.upper().replace("0", "A")])
def test_a_hub_data_set_needs_a_full_revision(revision):
    with pytest.raises(ValidationError, match="`repo` needs a full commit"):
        corpus(repo="me/notes", revision=revision)


# Fingerprint


def test_fingerprint_changes_with_a_file_and_ignores_others(folder):
    before = corpora.fingerprint(corpus(), {"notes": folder})
    assert before == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("train.jsonl", "test.jsonl")
    }
    (folder / "readme.txt").write_text("not of the corpus")
    assert corpora.fingerprint(corpus(), {"notes": folder}) == before
    (folder / "test.jsonl").write_text("changed")
    assert corpora.fingerprint(corpus(), {"notes": folder}) != before


def test_fingerprint_of_a_folder_has_all_its_files(folder):
    (folder / "cases").mkdir()
    (folder / "cases" / "a.txt").write_text("A.")
    (folder / "cases" / "a.ann").write_text("")
    brat = corpus(format="brat", files={"all": "cases"})
    assert list(corpora.fingerprint(brat, {"notes": folder})) == ["cases/a.ann", "cases/a.txt"]


def test_fingerprint_of_a_hub_data_set_is_its_revision_unless_a_copy_is_here(folder):
    hub = corpus(format="hub", repo="me/notes", revision=COMMIT)
    assert corpora.fingerprint(hub, {}) == {"repo": "me/notes", "revision": COMMIT}
    assert list(corpora.fingerprint(hub, {"notes": folder})) == ["test.jsonl", "train.jsonl"]


# Guard


def documents(count):
    return [Document(id=f"doc{number}", text="x") for number in range(count)]


def test_guard_is_the_documents_with_the_smallest_hashes():
    held, rest = corpora.guard(documents(20), 5)
    digest = {d.id: hashlib.sha256(d.id.encode()).hexdigest() for d in held + rest}
    assert max(digest[d.id] for d in held) < min(digest[d.id] for d in rest)
    assert len(held) == 5
    assert len(rest) == 15


@given(st.permutations(range(12)), st.integers(0, 12))
def test_guard_does_not_depend_on_the_order_and_keeps_it(order, count):
    shuffled = [documents(12)[number] for number in order]
    held, rest = corpora.guard(shuffled, count)
    assert {d.id for d in held} == {d.id for d in corpora.guard(documents(12), count)[0]}
    assert held == [d for d in shuffled if d in held]
    assert rest == [d for d in shuffled if d not in held]


def test_a_guard_larger_than_its_split_is_an_error():
    with pytest.raises(CorpusError, match="takes 50 documents, but its split has 20"):
        corpora.guard(documents(20), 50)
