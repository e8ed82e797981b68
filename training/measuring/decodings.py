"""Decodings of a model's scores other than as it ships: what its rules and its temperature do.

Only the last step differs, so that a difference is that of the rules, or of the temperature, alone.
"""

from collections.abc import Collection, Mapping, Sequence

from space.engine import Entity, Tagger, decode

Found = list[list[Entity]]  # of each text


def others(tagger: Tagger, texts: Sequence[str]) -> Mapping[str, Found]:
    """Find entities in the ways that a claim's `decoding` names, those that differ from what ships.

    "bare" is without rules, as other programs run the file. "uncalibrated" has the rules, and scores as the
    weights give them (temperature 1).
    """
    ways: dict[str, Collection[str]] = {}
    if tagger.rules:
        ways["bare"] = ()
    if tagger.temperature != 1:
        ways["uncalibrated"] = tagger.rules
    if not ways:
        return {}
    scored = [(text, *tagger.logits(text)) for text in texts]
    return {
        way: [decode(text, tokens, logits, tagger.tags, rules) for text, tokens, logits in scored]
        for way, rules in ways.items()
    }
