"""Secrets on a card, by the exact shapes that services publish for this purpose."""

import re

from ..input.card import Card
from ..registry import Faults, rule

_SHAPES = {
    "a token of the Hub": r"\bhf_[A-Za-z0-9]{34}\b",
    "a key of OpenAI": r"\bsk-(?:proj-|svcacct-|admin-)?[\w-]{20,74}T3BlbkFJ[\w-]{20,74}\b",
    "a key of Anthropic": r"\bsk-ant-(?:api|admin)\d\d-[\w-]{93}AA\b",
    "an access key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b",
    "a key of Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a token of Slack": r"\bxox[abprs]-\d{10,13}-\d{10,13}-[0-9A-Za-z-]{20,}\b",
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}",
}
_NO_SECRET = re.compile(r"(.)\1{7,}|x{4}|your|example", re.IGNORECASE)
_MARKUP = re.compile(r"<(style|script)\b.*?</\1\s*>|<[A-Za-z/][^<>]*>", re.IGNORECASE | re.DOTALL)


@rule("secret.token")
def token(card: Card) -> Faults:
    """No token and no key stands on a card.

    Why: Everybody can use it, and the history of the repository keeps it.
    Fix: Revoke it where it was issued, and write a placeholder.
    """
    text = _MARKUP.sub(lambda tag: re.sub(r"[^\n]", " ", tag[0]), card.text)
    for what, shape in _SHAPES.items():
        for found in re.finditer(shape, text):
            if not _NO_SECRET.search(found[0]):
                # A report is no place for a secret either.
                yield card.at(found.start()), f"{what} stands here ({found[0][:6]}…)"
