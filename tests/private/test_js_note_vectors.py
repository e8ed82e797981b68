"""The private page on texts as people write notes: words, and what rules make of tags."""

import json

from note_vectors import LABELS, VECTORS

from space.engine import RULES, load_tokenizer, tokenise

RUN = """
const { Tokenizer } = await module("tokenizer.js");
const { decode } = await module("decoder.js");
const { codePoints } = await module("unicode.js");
const tokenizer = new Tokenizer(data.tokenizer);
return data.cases.map(({ text, logits }) => {
  const points = codePoints(text);
  const tokens = tokenizer.tokenise(points);
  const { starts, ends, words } = tokens;
  const cut = [...new Set(words)].map((number) =>
    points.slice(starts[words.indexOf(number)], ends[words.lastIndexOf(number)]).join(""));
  const entities = decode(points, tokens, Float32Array.from(logits), data.tags, { rules: data.rules });
  return { words: cut, entities: entities.map(({ text, label }) => [text, label]) };
});
"""


def test_words_and_what_rules_make_of_tags(javascript, bundled):
    file = bundled / "tokenizer.json"
    tokenizer = load_tokenizer(file)
    cases = [
        {"text": one.text, "logits": one.logits(tokenise(tokenizer, one.text)).ravel().tolist()}
        for one in VECTORS
    ]
    read = json.loads(file.read_bytes())
    found = javascript(RUN, tokenizer=read, cases=cases, tags=LABELS, rules=list(RULES))
    for one, vector in zip(found, VECTORS, strict=True):
        assert (vector.about, one) == (vector.about, {"words": vector.words, "entities": vector.entities})
