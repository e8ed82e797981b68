"""Reading of notes as they are meant: steps for a BERT tokenizer.json, so that every library reads alike."""

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers

# White space to Python, and what stands between words that were copied or converted: each parts words.
_PARTING = r"[\u0000\u000b\u000c\u001c-\u001f\u0085\u200b\ufffd\ue000-\uf8ff]"
# Windows-1252, read as Latin-1: the characters meant by 0x80 to 0x9f.
_WINDOWS = {
    chr(code): meant
    for code in range(0x80, 0xA0)
    if (meant := bytes([code]).decode("cp1252", "ignore")) and code != 0x85
}
_LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
_WIDE = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F) if chr(code).isalnum()}
_SYMBOL = r"[\p{So}\p{Sm}\p{Sk}\p{No}]"
# A number with its unit, glued behind a name of three letters and more.
_DOSE = (
    r"(?<=\p{L}{3})[0-9]+(?:[.,][0-9]+)?(?:[mMkKnNuU\u00b5\u03bc]?[gG]|[mM][cC][gG]|[mMdD]?[lL]|[iI]?[uU]|[uU]nits?|"
    r"[mM][eE][qQ]|[mM]mol|%)(?![\p{L}\p{N}])"
)


def read_as_meant(tokenizer: Tokenizer) -> Tokenizer:
    """Put steps before a tokenizer's own, in place; what they change keeps its offsets in the text.

    Control characters, private use and zero-width space part words; C1 controls count as the characters of
    Windows-1252; ligatures and full-width letters as their letters. Symbols are words of their own, and so
    is a number with its unit that is glued to a name ("metformin500mg").

    Returns:
        The same tokenizer.
    """
    replaced = _WINDOWS | _LIGATURES | _WIDE
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_PARTING), " "),
            *(normalizers.Replace(character, meant) for character, meant in replaced.items()),
            tokenizer.normalizer,
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_SYMBOL), "isolated"),
            pre_tokenizers.Split(Regex(_DOSE), "isolated"),
            tokenizer.pre_tokenizer,
        ]
    )
    return tokenizer
