"""`load`, `guard` and `fingerprint`: finding a corpus, mapping its labels, checking its documents."""

import hashlib
import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from training import corpora
from training.corpora import Corpus, CorpusError, Document, LeftOut, Span
from training.recipe import RecipeError, load_recipe

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
    left_out = LeftOut()
    loaded = corpora.load(corpus(trim_mentions=True, skip_mismatched=True), {"notes": folder}, left_out)
    assert loaded["test"][0].spans == loaded["train"][0].spans
    assert left_out.mended == {"train": 0, "test": 2}
    assert "test.jsonl: 2 mentions left out or trimmed, as the recipe says" in capsys.readouterr().err
    for key in ("trim_mentions", "skip_mismatched"):
        with pytest.raises(CorpusError, match="1 broken place"):
            corpora.load(corpus(**{key: True}), {"notes": folder})


def test_an_ignored_label_need_not_occur(folder):
    loaded = corpora.load(corpus(ignore=("Symptom", "Gene")), {"notes": folder})
    assert len(loaded["train"][0].spans) == 3


def test_an_asterisk_ignores_all_that_types_does_not_name_and_counts_it(folder):
    (folder / "test.jsonl").write_text(json.dumps(record("2", [*ENTITIES, {**ENTITIES[1], "label": "*"}])))
    left_out = LeftOut()
    loaded = corpora.load(corpus(types={"Drug": "Chemical"}, ignore="*"), {"notes": folder}, left_out)
    assert left_out.ignored == {"Symptom": 2, "Disorder": 2, "*": 1}
    assert {span.label for document in loaded["test"] for span in document.spans} == {"Chemical"}
    with pytest.raises(CorpusError, match="no mention is labelled 'drug', which `types` maps to 'Chemical'"):
        corpora.load(corpus(types={"drug": "Chemical"}, ignore="*"), {"notes": folder})
    with pytest.raises(CorpusError, match="unknown label 'Disorder'"):
        corpora.load(corpus(types={"Drug": "Chemical"}, ignore=["*"]), {"notes": folder})


def test_ignored_labels_are_counted_too_where_they_are_listed(folder):
    left_out = LeftOut()
    corpora.load(corpus(), {"notes": folder}, left_out)
    assert left_out == LeftOut(mended={"train": 0, "test": 0}, ignored=Counter(Symptom=2))


def test_a_type_is_complete_unless_it_is_said_to_be_partial(folder):
    types = {"Drug": {"as": "Chemical", "partial": True}, "Disorder": {"as": "Disease"}}
    definition = corpus(types=types)
    assert definition.annotates == {"Chemical": False, "Disease": True}
    assert corpora.load(definition, {"notes": folder}) == corpora.load(corpus(), {"notes": folder})


@pytest.mark.parametrize("order", [("Drug", "Dose"), ("Dose", "Drug")])
def test_one_partial_type_leaves_its_label_partial(order):
    written = {"Drug": "Chemical", "Dose": {"as": "Chemical", "partial": True}}
    assert corpus(types={name: written[name] for name in order}).annotates == {"Chemical": False}
    assert corpus(types={"Drug": "Chemical", "Dose": "Chemical"}).annotates == {"Chemical": True}


def test_a_definition_is_read_as_it_was_written():
    definition = corpus(
        types={"Drug": {"as": "Chemical", "partial": True}, "Disorder": "Disease"}, ignore="*"
    )
    assert Corpus.model_validate_json(definition.model_dump_json(by_alias=True)) == definition
    allowed = Corpus.model_json_schema()["$defs"]["MappedType"]["anyOf"]
    assert {"type": "string"} in allowed


# Splits by rule


def test_a_rule_cuts_documents_by_the_first_digit_of_their_hash(folder):
    names = [f"n{number}" for number in range(100)]
    (folder / "train.jsonl").write_text("\n".join(json.dumps(record(name)) for name in names))
    rules = {
        "measure": {"of": "train", "sha256_of_id": [0, 10, 15]},
        "development": {"of": "train", "sha256_of_id": [3]},
    }
    definition = corpus(splits=rules)
    splits = corpora.load(definition, {"notes": folder})
    assert tuple(splits) == definition.split_names == ("train", "measure", "development", "test")

    first = {name: hashlib.sha256(name.encode()).hexdigest()[0] for name in names}
    ids = {split: [document.id for document in documents] for split, documents in splits.items()}
    assert ids["measure"] == [name for name in names if first[name] in "0af"]
    assert ids["development"] == [name for name in names if first[name] == "3"]
    assert ids["train"] == [name for name in names if first[name] not in "0af3"]
    assert ids["test"] == ["2"]


def test_passages_of_one_article_stay_together(folder):
    names = [f"{article}_{passage}" for article in range(30) for passage in range(5)]
    (folder / "train.jsonl").write_text("\n".join(json.dumps(record(name)) for name in names))
    rules = {"measure": {"of": "train", "sha256_of_id": [0, 1, 2, 3]}}
    splits = corpora.load(corpus(splits=rules), {"notes": folder})
    articles = {split: {document.article for document in splits[split]} for split in ("train", "measure")}
    assert not articles["train"] & articles["measure"]
    assert len(articles["train"] | articles["measure"]) == 30


def test_a_corpus_of_one_file_need_not_name_it(folder):
    rules = {"measure": {"sha256_of_id": [hashlib.sha256(b"1").digest()[0] >> 4]}}
    (folder / "train.jsonl").write_text(json.dumps(record("1")) + "\n" + json.dumps(record("2")))
    splits = corpora.load(corpus(files={"all": "train.jsonl"}, splits=rules), {"notes": folder})
    assert {split: [document.id for document in part] for split, part in splits.items()} == {
        "all": ["2"],
        "measure": ["1"],
    }


def test_a_split_that_gets_no_document_is_an_error(folder):
    digit = hashlib.sha256(b"1").digest()[0] >> 4
    for digits, empty in (([digit], "train"), ([digit ^ 1], "measure")):
        rules = {"measure": {"of": "train", "sha256_of_id": digits}}
        with pytest.raises(CorpusError, match=f"corpus notes: {empty} has none of the 1 documents of train"):
            corpora.load(corpus(splits=rules), {"notes": folder})


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"test": {"of": "train", "sha256_of_id": [0]}}, "`files` has a split of this name"),
        ({"measure": {"sha256_of_id": [0]}}, "say `of` which file; its split is one of train, test"),
        ({"measure": {"of": "trian", "sha256_of_id": [0]}}, "no file of a split 'trian'"),
        (
            {"measure": {"of": "train", "sha256_of_id": [0, 1, 0]}},
            "digit 0 of train belongs to measure already",
        ),
        (
            {"a": {"of": "train", "sha256_of_id": [7]}, "b": {"of": "train", "sha256_of_id": [7]}},
            "splits.b: digit 7 of train belongs to a already",
        ),
        ({"measure": {"of": "train", "sha256_of_id": range(16)}}, "nothing is left of train"),
        ({"measure": {"of": "train", "sha256_of_id": [16]}}, "less than or equal to 15"),
        ({"measure": {"of": "train", "sha256_of_id": []}}, "at least 1 item"),
        ({"measure": {"of": "train", "sha256": [1]}}, "Extra inputs"),
    ],
)
def test_rules_that_leave_a_doubt_are_errors(rules, said):
    with pytest.raises(ValidationError, match=said):
        corpus(splits=rules)


def test_a_digit_is_taken_once_however_its_file_is_named():
    rules = {"a": {"sha256_of_id": [7]}, "b": {"of": "all", "sha256_of_id": [7]}}
    with pytest.raises(ValidationError, match="digit 7 of all belongs to a already"):
        corpus(files={"all": "train.jsonl"}, splits=rules)


def test_a_recipe_may_measure_a_split_that_a_rule_cuts():
    cut = "corpora.smoke.splits={held: {of: train, sha256_of_id: [0, 1, 2]}}"
    assert load_recipe("smoke", [cut, "measure={smoke: held}"]).measure == {"smoke": "held"}
    with pytest.raises(RecipeError, match="'held' of smoke is measured on"):
        load_recipe("smoke", [cut, "measure={smoke: held}", "steps.teacher.on={smoke: [held]}"])
    with pytest.raises(RecipeError, match=r"no split 'hold' \(did you mean 'held'\?\); it has train, held,"):
        load_recipe("smoke", [cut, "measure={smoke: hold}"])


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("types.Chemical={as: Chemical, partal: true}", r"types.Chemical.partal: unknown key .*'partial'"),
        ("types.Chemical={partial: true}", "types.Chemical.as: is missing"),
        ("splits={held: {off: train, sha256_of_id: [0]}}", r"splits.held.off: unknown key .*'of'"),
        ("splits={held: {sha256_of_id: [0]}}", "corpora.smoke: splits.held: say `of` which file"),
    ],
)
def test_a_recipe_says_what_is_wrong_with_a_corpus(setting, said):
    with pytest.raises(RecipeError, match=said):
        load_recipe("smoke", [f"corpora.smoke.{setting}"])


def test_two_files_may_be_cut_by_the_same_digits():
    rules = {name: {"of": of, "sha256_of_id": [7]} for name, of in (("a", "train"), ("b", "test"))}
    assert corpus(splits=rules).split_names == ("train", "a", "test", "b")


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
    documents = corpora.load(recipe.corpora["smoke"], {})["train"]
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


def test_passages_of_one_article_come_into_the_guard_together():
    passages = [Document(id=f"{article}_{number}", text="x") for number in range(4) for article in range(9)]
    held, rest = corpora.guard(passages, 12)
    assert len({document.article for document in held}) == 3
    assert len({document.article for document in rest}) == 6


def test_a_guard_larger_than_its_split_is_an_error():
    with pytest.raises(CorpusError, match="takes 50 documents, but its split has 20"):
        corpora.guard(documents(20), 50)
