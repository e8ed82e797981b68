"""Generated texts through the API: always an answer, and every offset exact."""

import json

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tiny_model import KNOWN

from space.engine import load

BATCH = 20
WORDS = [word for begin, inside in KNOWN[:2] for word in begin + inside]
HARD = ["😀", "e\u0301", "\u0130", "ß", "ﬁ", "中文", "\u202e", "\u200d", "'", '"', "<b>", "${x}", ";", "-"]
HARD += ["[SEP]", "\r\n", "\n", "\0", "\ud800", "\udc00", "\ufeff", "\u00a0", "a" * 130]
CHARACTERS = st.text(st.characters(categories=None), max_size=40)
SENTENCES = st.lists(st.sampled_from(WORDS + HARD + [" ", " ", " "]), max_size=30).map("".join)
LONG = st.builds(lambda text, times: text * times, SENTENCES, st.integers(1, 12))
# Two lone surrogates side by side are one character in JSON: what is sent is what is read back.
TEXT = st.one_of(CHARACTERS, SENTENCES, LONG).map(lambda text: json.loads(json.dumps(text)))


@pytest.fixture(scope="module")
def alone(tiny_pair):
    return load(tiny_pair / "student", threads=1)


@pytest.mark.parametrize("texts", [1_000, pytest.param(10_000, marks=pytest.mark.soak)])
def test_every_text_is_answered_with_exact_offsets(running_space, alone, texts):
    sent = 0
    with httpx.Client(base_url=running_space.url, trust_env=False, timeout=60) as client:

        @settings(
            max_examples=texts // BATCH,
            deadline=None,
            phases=[Phase.generate],
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.lists(TEXT, min_size=BATCH, max_size=BATCH))
        def check(batch):
            nonlocal sent
            answer = client.post("/v1/entities", content=json.dumps({"texts": batch}))
            assert answer.status_code == 200, answer.status_code
            sent += len(batch)
            results = answer.json()["results"]
            for text, result, expected in zip(batch, results, alone(batch), strict=True):
                found = result["entities"]
                assert found == [entity.to_dict() for entity in expected]
                assert all(text[e["start"] : e["end"]] == e["text"] for e in found)
                ends = [0, *(e["end"] for e in found)]
                assert all(end <= e["start"] for end, e in zip(ends, found, strict=False))

        check()
    assert sent >= texts
