"""The readers on real corpora: counts that their publishers state, and counts of the files' own lines."""

import os
from collections import Counter
from pathlib import Path

import pytest

from training import corpora
from training.corpora import Corpus, CorpusError, LeftOut
from training.corpora.findings import Findings
from training.corpora.formats import brat, conll, pubtator
from training.recipe import load_recipe

DATA = os.environ.get("CLINSTILL_DATA", "")
pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(not DATA, reason="CLINSTILL_DATA names no folder of corpora"),
]


def mentions(documents):
    return Counter(span.label for document in documents for span in document.spans)


def test_bc5cdr_has_its_published_counts():
    splits = corpora.load(load_recipe("bundled").corpora["bc5cdr"], {})
    assert {split: len(documents) for split, documents in splits.items()} == {
        "train": 500,
        "development": 500,
        "test": 500,
    }
    assert mentions(splits["train"]) == {"Chemical": 5203, "Disease": 4182}
    assert mentions(splits["development"]) == {"Chemical": 5347, "Disease": 4244}
    assert mentions(splits["test"]) == {"Chemical": 5385, "Disease": 4424}


def test_bc5cdr_guard_is_fixed():
    development = corpora.load(load_recipe("bundled").corpora["bc5cdr"], {})["development"]
    held, rest = corpora.guard(development, 50)
    assert (len(held), len(rest)) == (50, 450)
    assert held[0].id == "16192988"


def test_biored_maps_two_types_and_ignores_the_rest():
    corpus = Corpus(
        id="biored",
        format="pubtator",
        license="public-domain",
        files={"train": "train.PubTator.txt"},
        types={"ChemicalEntity": "Chemical", "DiseaseOrPhenotypicFeature": "Disease"},
        ignore=("GeneOrGeneProduct", "SequenceVariant", "OrganismTaxon", "CellLine"),
    )
    documents = corpora.load(corpus, {})["train"]
    assert len(documents) == 330
    assert mentions(documents) == {"Chemical": 854, "Disease": 3016}


def test_a_rule_cuts_biored_as_its_split_files_are_cut():
    corpus = Corpus(
        id="biored",
        format="pubtator",
        license="public-domain",
        files={"train": "train.PubTator.txt"},
        splits={"development": {"sha256_of_id": [3, 4, 5]}, "measure": {"sha256_of_id": [0, 1, 2]}},
        types={"ChemicalEntity": "Chemical", "DiseaseOrPhenotypicFeature": "Disease"},
        ignore="*",
    )
    left_out = LeftOut()
    splits = corpora.load(corpus, {}, left_out)
    for split, documents in splits.items():
        lines = (Path(DATA) / f"biored/split/{split}.PubTator.txt").read_text(encoding="utf-8").split("\n")
        assert [d.id for d in documents] == [line.split("|")[0] for line in lines if "|t|" in line]
    assert list(splits) == ["train", "development", "measure"]
    assert set(left_out.ignored) == {"GeneOrGeneProduct", "SequenceVariant", "OrganismTaxon", "CellLine"}


def test_maccrobat_gives_a_part_of_the_chemicals_and_ignores_what_is_not_named():
    corpus = Corpus(
        id="maccrobat",
        format="brat",
        license="cc-by-4.0",
        files={"train": "train"},
        types={"Medication": {"as": "Chemical", "partial": True}, "Disease_disorder": "Disease"},
        ignore="*",
        trim_mentions=True,
    )
    left_out = LeftOut()
    found = mentions(corpora.load(corpus, {}, left_out)["train"])
    source = mentions(brat.read(Path(DATA) / "maccrobat/train", Findings("", trim=True)))
    assert corpus.annotates == {"Chemical": False, "Disease": True}
    assert found == {"Chemical": source.pop("Medication"), "Disease": source.pop("Disease_disorder")}
    assert left_out.ignored == source


def test_ncbi_disease_has_a_mention_for_each_b_tag():
    for file in ("train.tsv", "devel.tsv"):
        path = Path(DATA) / "ncbi-disease" / file
        lines = path.read_text(encoding="utf-8").splitlines()
        assert mentions(conll.read(path)) == {"Disease": sum(line.endswith("\tB-Disease") for line in lines)}


def test_maccrobat_reads_every_text_bound_annotation():
    for part, count in (("train", 40), ("measure", 60)):
        folder = Path(DATA) / "maccrobat" / part
        # One mention in each has a space at an edge.
        documents = brat.read(folder, Findings(folder, trim=True))
        lines = [
            line for path in folder.glob("*.ann") for line in path.read_text(encoding="utf-8").split("\n")
        ]
        assert len(documents) == count
        assert mentions(documents).total() == sum(line.startswith("T") for line in lines)


def test_pubmed_texts_load_as_the_bundled_recipe_names_them():
    recipe = load_recipe("bundled")
    sentences, abstracts = (
        corpora.load(recipe.corpora[name], {})["all"] for name in ("sentences", "abstracts")
    )
    assert (len(sentences), len(abstracts)) == (123711, 1000)
    assert not any(document.spans for document in sentences + abstracts)


@pytest.mark.parametrize(
    ("file", "documents", "counted"),
    [
        (
            "biored/split/development.PubTator.txt",
            64,
            {"ChemicalEntity": 148, "DiseaseOrPhenotypicFeature": 622},
        ),
        ("biored/split/measure.PubTator.txt", 50, {"ChemicalEntity": 122, "DiseaseOrPhenotypicFeature": 455}),
        ("biored/split/train.PubTator.txt", 216, {"ChemicalEntity": 584, "DiseaseOrPhenotypicFeature": 1939}),
        ("ncbi-disease/devel.PubTator.txt", 100, {"Disease": 787}),
        ("ncbi-disease/train.PubTator.txt", 583, {"Disease": 5063}),
        ("nlmchem/passages.PubTator.txt", 3273, {"Chemical": 11501}),
        ("tmvar/abstracts.PubTator.txt", 408, {"Disease": 3737}),
    ],
)
def test_pubtator_corpora_are_read_whole(file, documents, counted):
    read = pubtator.read(Path(DATA) / file)
    assert len(read) == documents
    assert mentions(read).items() >= counted.items()


def test_drugprot_is_read_whole_once_its_three_mentions_with_spaces_are_trimmed():
    path = Path(DATA) / "drugprot/abstracts.PubTator.txt"
    with pytest.raises(CorpusError, match="3 broken places"):
        pubtator.read(path)
    documents = pubtator.read(path, Findings(path, trim=True))
    assert len(documents) == 750
    assert mentions(documents) == {"Chemical": 9162}


def test_a_corpus_with_labels_of_documents_has_no_mentions_but_texts():
    corpus = Corpus(id="hoc", format="jsonl", license="gpl-3.0", files={"train": "train.jsonl"})
    assert len(corpora.load(corpus, {})["train"]) == 1299
    labelled = Corpus(**corpus.model_dump() | {"types": {"Disease": "Disease"}})
    with pytest.raises(CorpusError, match="found 'labels' but no `entities`"):
        corpora.load(labelled, {})
