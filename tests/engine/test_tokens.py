"""Offsets, special tokens, windows and how they merge."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from space.engine import EngineError, Window, load_tokenizer, merge, special_tokens, tokenise, windows
from space.engine import tokens as tokens_module


@pytest.fixture(scope="module")
def tokenizer(model) -> Tokenizer:
    return load_tokenizer(model / "tokenizer.json")


def byte_level(post_processor=None) -> Tokenizer:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {piece: number for number, piece in enumerate(["<s>", "</s>", *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    if post_processor is not None:
        tokenizer.post_processor = post_processor
    return tokenizer


def test_offsets_are_code_points_of_the_text_as_given(tokenizer):
    text = "😀 Ásp\u0301 lidocaine\r\n"
    tokens = tokenise(tokenizer, text)
    words = [text[start:end] for start, end in tokens.word_spans]
    assert words[0] == "😀"
    assert words[-1] == "lidocaine"
    assert [tokenizer.id_to_token(int(tokens.ids[first])) for first in tokens.first][-1] == "lido"
    assert tokens.ids.dtype == tokens.offsets.dtype == tokens.words.dtype == np.int64


def test_no_text_gives_no_tokens(tokenizer):
    tokens = tokenise(tokenizer, "")
    assert len(tokens) == 0
    assert tokens.offsets.shape == (0, 2)
    assert len(tokens.first) == 0


def test_special_tokens_of_the_usual_post_processors(tokenizer):
    assert special_tokens(tokenizer) == ([tokenizer.token_to_id("[CLS]")], [tokenizer.token_to_id("[SEP]")])
    assert special_tokens(byte_level()) == ([], [])
    roberta = processors.RobertaProcessing(sep=("</s>", 1), cls=("<s>", 0))
    assert special_tokens(byte_level(roberta)) == ([0], [1])
    suffix_only = processors.TemplateProcessing(single="$A </s> </s>", special_tokens=[("</s>", 1)])
    assert special_tokens(byte_level(suffix_only)) == ([], [1, 1])


def test_a_text_that_spells_a_special_token_is_text(tokenizer):
    special = {tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]", "[PAD]", "[MASK]")}
    tokens = tokenise(tokenizer, "aspirin [SEP] [CLS][PAD] [MASK] nausea")
    assert not special & set(tokens.ids.tolist())
    assert special_tokens(tokenizer)[0]  # which are still there around a window


def test_truncation_and_padding_of_the_file_are_switched_off(copy):
    published = Tokenizer.from_file(str(copy / "tokenizer.json"))
    published.enable_truncation(8)
    published.enable_padding(length=16)
    published.save(str(copy / "tokenizer.json"))
    assert len(tokenise(load_tokenizer(copy / "tokenizer.json"), "nausea " * 100)) == 100


@pytest.mark.parametrize("content", ["", "{", json.dumps({"version": "1.0"}), "\x00\x01"])
def test_a_broken_tokenizer_is_refused(tmp_path, content):
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(EngineError, match="not a readable tokenizer"):
        load_tokenizer(tmp_path / "tokenizer.json")


@given(st.text(alphabet=st.characters(), max_size=60) | st.text("a\ud800\udfff\u0301😀 \x00", max_size=30))
def test_every_offset_lies_in_the_text_and_words_do_not_go_back(tokenizer, text):
    for tokens in (tokenise(tokenizer, text), tokenise(byte_level(), text)):
        assert (tokens.offsets >= 0).all()
        assert (tokens.offsets <= len(text)).all()
        assert (tokens.offsets[:, 0] <= tokens.offsets[:, 1]).all()
        assert (np.diff(tokens.words) >= 0).all()


parts = st.sampled_from(["aspirin", "5", "mg.", "é\u0301", "\u0301x", "\n", "\r\n\n", "-", "\ud800", "  "])


@pytest.mark.parametrize("of", ["words", "bytes", "bytes after a space"])
@given(
    st.lists(
        st.sampled_from(["aspirin", "5", "mg.", "é\u0301", "\u0301x", "\n", "\r\n\n", "-", "\ud800", "  "]),
        max_size=80,
    )
)
def test_a_long_text_has_the_same_tokens_in_pieces(tokenizer, of, parts):
    read = {"words": tokenizer, "bytes": byte_level()}.get(of)
    if read is None:
        read = byte_level()
        read.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    text = " ".join(parts)
    whole = tokenise(read, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens_module, "PIECE", 10)
        found = tokenise(read, text)
    for field in ("ids", "offsets", "words"):
        assert getattr(found, field).tolist() == getattr(whole, field).tolist()


def test_a_long_text_is_cut_into_pieces_where_that_is_all_the_same(tokenizer):
    text = "aspirin 500 mg\n" * 5_000
    cut = tokens_module._pieces(tokenizer, text)
    assert len(cut) == 4
    assert all(text[start - 1].isspace() for start, _ in cut[1:])
    assert [stop for _, stop in cut[:-1]] == [start for start, _ in cut[1:]]
    assert tokens_module._pieces(byte_level(), text) == [(0, len(text))]


sizes = st.integers(1, 40).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1)))


@given(st.integers(0, 300), sizes)
def test_windows_cover_the_text_equally_long_and_as_few_as_will_do(count, shape):
    size, overlap = shape
    cuts = windows(count, size, overlap)
    assert sorted({t for cut in cuts for t in range(cut.start, cut.stop)}) == list(range(count))
    assert len({cut.stop - cut.start for cut in cuts} | {0}) <= 2
    assert all(cut.stop - cut.start <= size for cut in cuts)
    for left, right in pairwise(cuts):
        assert left.start < right.start
        assert left.stop - right.start >= overlap
    if len(cuts) > 1:
        fewer = len(cuts) - 1
        assert fewer * size - (fewer - 1) * overlap < count


@given(st.integers(1, 300), sizes)
def test_merge_takes_each_token_from_the_window_whose_middle_is_nearest(count, shape):
    cuts = windows(count, *shape)
    # Each window's logits say which window and which token they are of.
    logits = [np.array([[index, token] for token in range(c.start, c.stop)]) for index, c in enumerate(cuts)]
    merged = merge(count, cuts, logits)

    def distance(index: int, token: int) -> float:
        return abs(token - (cuts[index].start + cuts[index].stop - 1) / 2)

    nearest = [min(range(len(cuts)), key=lambda index: (distance(index, t), index)) for t in range(count)]
    assert merged[:, 1].tolist() == list(range(count))
    assert merged[:, 0].tolist() == nearest


def test_windows_by_hand():
    assert windows(0, 4, 1) == []
    assert windows(4, 4, 1) == [Window(0, 4)]
    assert windows(8, 4, 1) == [Window(0, 4), Window(2, 6), Window(4, 8)]
    assert windows(8, 5, 0) == [Window(0, 4), Window(4, 8)]
    with pytest.raises(ValueError, match="overlap"):
        windows(8, 4, 4)


ROOT = Path(__file__).parents[2]
REMEMBERED = """
import random, re, sys
from tokenizers import Tokenizer, models
from space.engine.tokenizer import plain

tokenizer = Tokenizer(models.BPE({letter: number for number, letter in enumerate("0123456789abcdefw")}, []))
tokenizer = plain(tokenizer) if sys.argv[1] == "plain" else tokenizer
for _ in range(2_000):
    tokenizer.encode(f"www{random.getrandbits(128):032x}")
found = set()
with open("/proc/self/maps") as regions, open("/proc/self/mem", "rb") as memory:
    for start, end in re.findall(r"^(\\w+)-(\\w+) rw", regions.read(), re.MULTILINE):
        memory.seek(int(start, 16))
        found.update(re.findall(rb"www[0-9a-f]{32}", memory.read(int(end, 16) - int(start, 16))))
print(len(found))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads its own memory in /proc")
def test_a_tokenizer_remembers_no_words():
    """Of two thousand, each read once: those that lie in freed memory by chance are few."""
    left = {}
    for kind in ("plain", "as it comes"):
        command = [sys.executable, "-c", REMEMBERED, kind]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        left[kind] = int(done.stdout)
    assert left["as it comes"] == 2_000
    assert left["plain"] < 200
