"""The tagger of the private page with a runtime that only pretends."""

import pytest
from javascript import JavaScriptError

RUN = """
const { Tagger } = await module("tagger.js");
const values = data.values.map((value) => Number(value));
const logits = { dims: [1, 2, 3], data: Float32Array.from(values) };
const session = { inputNames: ["input_ids"], run: async () => ({ logits }) };
const config = { id2label: { 0: "O", 1: "B-X", 2: "I-X" }, max_position_embeddings: 8 };
return Array.from(await new Tagger({ Tensor: class {} }, session, config, {}).run([7, 8]));
"""


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_scores_that_are_no_numbers_are_an_error_and_not_no_entities(javascript, value):
    assert javascript(RUN, values=["0.5"] * 6) == [0.5] * 6
    with pytest.raises(JavaScriptError, match="NaN or infinite"):
        javascript(RUN, values=["0.5"] * 5 + [value])
