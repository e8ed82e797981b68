"""Hub data sets: label names by name and never by position. No network: data sets are made here."""

import datasets
import pytest
from datasets import ClassLabel, Dataset, Features, List, Value

from training import corpora
from training.corpora import Corpus, CorpusError
from training.corpora.formats import hub

COMMIT = "0123456789" * 4
# The numbering of tner/bc5cdr: I-Disease comes before I-Chemical.
NAMES = ["O", "B-Chemical", "B-Disease", "I-Disease", "I-Chemical"]
TOKENS = [["Zorvane", "caused", "gastric", "pain", "."], ["No", "zorvane", "acid"]]
NUMBERS = [[1, 0, 2, 3, 0], [0, 1, 4]]
ENTITIES = [[{"start": 0, "end": 7, "label": "Chemical"}, {"start": 15, "end": 19, "label": "Disease"}], []]
TEXTS = ["Zorvane caused pain.", "None."]


def tokens(tag_feature, column="ner_tags", numbers=NUMBERS):
    features = Features({"id": Value("string"), "tokens": List(Value("string")), column: List(tag_feature)})
    return Dataset.from_dict({"id": ["0", "1"], "tokens": TOKENS, column: numbers}, features=features)


def spans(document):
    return [(document.text[span.start : span.end], span.label) for span in document.spans]


@pytest.fixture
def serve(monkeypatch):
    """Let `datasets.load_dataset` answer with one data set, and record how it was asked."""
    asked = []

    def serve(dataset):
        def load_dataset(path, *, revision, split):
            asked.append((path, revision, split))
            return dataset

        monkeypatch.setattr("datasets.load_dataset", load_dataset)
        return asked

    return serve


def read(tags=()):
    return hub.read("me/notes", COMMIT, "test", tags)


EXPECTED = [
    ("test:0", "Zorvane caused gastric pain .", [("Zorvane", "Chemical"), ("gastric pain", "Disease")]),
    ("test:1", "No zorvane acid", [("zorvane acid", "Chemical")]),
]


@pytest.mark.parametrize("column", ["ner_tags", "tags"])
@pytest.mark.parametrize("stated", [(), tuple(NAMES)])
def test_tag_names_come_from_the_class_label(serve, column, stated):
    asked = serve(tokens(ClassLabel(names=NAMES), column))
    assert [(d.id, d.text, spans(d)) for d in read(stated)] == EXPECTED
    assert asked == [("me/notes", COMMIT, "test")]


def test_another_order_in_the_recipe_than_in_the_data_set_is_an_error(serve):
    serve(tokens(ClassLabel(names=NAMES)))
    with pytest.raises(CorpusError) as error:
        read(("O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease"))
    assert "the recipe states `tags` O, B-Chemical, I-Chemical, B-Disease, I-Disease" in str(error.value)
    assert "the data set numbers them O, B-Chemical, B-Disease, I-Disease, I-Chemical" in str(error.value)


def test_numbers_without_names_need_the_recipe_to_state_them(serve):
    serve(tokens(Value("int32")))
    with pytest.raises(CorpusError, match="`ner_tags` are numbers without names; state the names in `tags`"):
        read()
    assert [(d.id, d.text, spans(d)) for d in read(NAMES)] == EXPECTED


def test_a_wrong_order_for_numbers_without_names_is_found_in_the_data(serve):
    serve(tokens(Value("int32")))
    with pytest.raises(CorpusError) as error:
        read(("O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease"))
    assert "me/notes (test) row 0: I-Chemical continues no mention: is the order of `tags`" in str(
        error.value
    )
    assert "row 1: I-Disease continues no mention" in str(error.value)


def test_tags_may_be_strings(serve):
    named = [[NAMES[number] for number in row] for row in NUMBERS]
    serve(tokens(Value("string"), numbers=named))
    assert [spans(d) for d in read()] == [expected for _, _, expected in EXPECTED]


def test_a_class_label_may_be_iob1(serve):
    serve(tokens(ClassLabel(names=NAMES), numbers=[[4, 0, 3, 3, 0], [0, 4, 4]]))
    assert [spans(d) for d in read()] == [expected for _, _, expected in EXPECTED]


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ([[1, 0, 2, 3], [0, 1, 4]], "row 0: 5 tokens, but 4 tags"),
        ([[1, 0, 2, 3, 0], [0, 1, 5]], "row 1: label number 5, but the names are O, B-Chemical"),
        ([[1, 0, 2, 3, 0], [0, 1, -1]], "row 1: label number -1, but the names are"),
    ],
)
def test_broken_rows_are_reported_with_their_number(serve, numbers, message):
    serve(tokens(Value("int32"), numbers=numbers))
    with pytest.raises(CorpusError) as error:
        read(NAMES)
    assert message in str(error.value)


def test_names_that_are_not_iob_and_empty_tokens_are_reported(serve):
    serve(tokens(ClassLabel(names=["O", "Chemical", "Disease", "x", "y"])))
    with pytest.raises(CorpusError, match="row 0: tag 'Chemical' is not IOB"):
        read()
    features = Features({"tokens": List(Value("string")), "tags": List(ClassLabel(names=NAMES))})
    serve(Dataset.from_dict({"tokens": [["a", ""]], "tags": [[0, 0]]}, features=features))
    with pytest.raises(CorpusError, match="row 0: token 1 is empty"):
        read()


def records(label):
    """Character spans as datasets keep them now: a list of records."""
    return List({"start": Value("int64"), "end": Value("int64"), "label": label})


def side_by_side(label):
    """Character spans as datasets before 4 kept them: a record of lists."""
    return {"start": List(Value("int64")), "end": List(Value("int64")), "label": List(label)}


def characters(feature, **columns):
    entities: list = ENTITIES
    if isinstance(feature, dict):
        entities = [{key: [e[key] for e in row] for key in ("start", "end", "label")} for row in ENTITIES]
    features = Features(
        {"text": Value("string"), "entities": feature} | {name: Value("string") for name in columns}
    )
    return Dataset.from_dict({"text": TEXTS, "entities": entities} | columns, features=features)


@pytest.mark.parametrize("shape", [records, side_by_side])
@pytest.mark.parametrize("label", [Value("string"), ClassLabel(names=["Disease", "Chemical"])])
def test_character_spans(serve, shape, label):
    serve(characters(shape(label), id=["101", "102"]))
    first, second = read()
    assert (first.id, first.text) == ("101", "Zorvane caused pain.")
    assert spans(first) == [("Zorvane", "Chemical"), ("pain", "Disease")]
    assert (second.id, second.spans) == ("102", ())


def test_character_spans_without_ids_are_named_by_split_and_row(serve):
    serve(characters(records(Value("string"))))
    assert [document.id for document in read()] == ["test:0", "test:1"]


def test_character_spans_outside_the_text_are_reported(serve):
    dataset = characters(records(Value("string")))
    serve(dataset.map(lambda row: {"text": row["text"][:17]}))
    with pytest.raises(CorpusError, match=r"row 0: mention 15:19 is empty or lies outside its text of 17"):
        read()


def test_character_spans_with_numbers_for_labels_are_reported(serve):
    features = Features({"text": Value("string"), "entities": records(Value("int64"))})
    entities = [[{"start": 0, "end": 7, "label": 1}]]
    serve(Dataset.from_dict({"text": TEXTS[:1], "entities": entities}, features=features))
    with pytest.raises(
        CorpusError, match="row 0: an entity has numbers `start` and `end` and a string `label`"
    ):
        read()


def test_mentions_with_white_space_at_an_edge_are_reported(serve):
    dataset = characters(records(Value("string")))
    serve(
        dataset.map(
            lambda row: {"entities": [entity | {"end": entity["end"] + 1} for entity in row["entities"]]}
        )
    )
    with pytest.raises(CorpusError, match=r"row 0: mention 0:8 'Zorvane ' begins or ends with white space"):
        read()
    features = Features({"tokens": List(Value("string")), "tags": List(ClassLabel(names=NAMES))})
    serve(Dataset.from_dict({"tokens": [["gout\u00a0", "x"]], "tags": [[2, 0]]}, features=features))
    with pytest.raises(CorpusError, match=r"row 0: mention 0:5 'gout\\xa0' begins or ends with white space"):
        read()


def test_rows_without_values_are_documents_without_mentions(serve):
    features = Features({"text": Value("string"), "entities": records(Value("string"))})
    serve(Dataset.from_dict({"text": ["None."], "entities": [None]}, features=features))
    assert [document.spans for document in read()] == [()]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"sentence": ["a"]}, "columns sentence; a data set needs `text` and `entities`, or `tokens` and"),
        (
            {"text": ["a"], "entities": ["[]"]},
            "an entity needs `start`, `end` and `label`; `entities` is of Value",
        ),
    ],
)
def test_another_shape_is_refused_with_what_was_found(serve, columns, message):
    serve(Dataset.from_dict(columns))
    with pytest.raises(CorpusError) as error:
        read()
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        (
            ConnectionError("Couldn't reach the Hub"),
            "Couldn't reach the Hub; --data ID=PATH takes a local copy",
        ),
        (
            datasets.exceptions.DatasetNotFoundError("not there"),
            "not there; --data ID=PATH takes a local copy",
        ),
        (ValueError('Unknown split "test"'), 'Unknown split "test"'),
        (RuntimeError("Dataset scripts are no longer supported, but found x.py"), "refs/convert/parquet"),
    ],
)
def test_a_data_set_that_does_not_load_says_what_to_do(monkeypatch, raised, message):
    def load_dataset(*_, **__):
        raise raised

    monkeypatch.setattr("datasets.load_dataset", load_dataset)
    with pytest.raises(CorpusError) as error:
        read()
    assert f"data set me/notes at {COMMIT}, split 'test'" in str(error.value)
    assert message in str(error.value)


# Through `load`, with the real `load_dataset` on a local copy


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A local copy of a Hub data set: parquet files, whose metadata keeps the label names."""
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    folder = tmp_path / "notes"
    (folder / "data").mkdir(parents=True)
    for split in ("train", "test"):
        tokens(ClassLabel(names=NAMES)).to_parquet(folder / "data" / f"{split}.parquet")
    return folder


def corpus(**settings):
    types = {"Chemical": "Chemical", "Disease": "Disease"}
    files = {"train": "train", "held": "test"}
    defaults = {"id": "notes", "format": "hub", "license": "mit", "files": files, "types": types}
    return Corpus(**(defaults | {"repo": "me/notes", "revision": COMMIT} | settings))


def test_load_reads_a_local_copy_with_its_own_label_names(copy):
    splits = corpora.load(corpus(tags=tuple(NAMES)), {"notes": copy})
    assert [d.id for documents in splits.values() for d in documents] == [
        "train:0",
        "train:1",
        "test:0",
        "test:1",
    ]
    assert [spans(d) for d in splits["held"]] == [expected for _, _, expected in EXPECTED]


def test_load_refuses_an_unknown_name_of_a_local_copy(copy):
    with pytest.raises(CorpusError, match=r"unknown label 'Disease' \(2 mentions\)"):
        corpora.load(corpus(types={"Chemical": "Chemical"}), {"notes": copy})


def test_load_asks_the_hub_at_the_full_revision(serve, monkeypatch):
    monkeypatch.delenv("CLINSTILL_DATA", raising=False)
    asked = serve(tokens(ClassLabel(names=NAMES)))
    corpora.load(corpus(files={"held": "test"}), {})
    assert asked == [("me/notes", COMMIT, "test")]


def test_format_hub_needs_a_repository():
    with pytest.raises(ValueError, match="format `hub` needs `repo`"):
        corpus(repo=None, revision=None)
