"""Loading of pretrained encoders: from the Hub, a folder or a Python package; or a new one from scratch."""

import importlib.util
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from tokenizers import BertWordPieceTokenizer
from tokenizers.processors import BertProcessing
from transformers import (
    AutoConfig,
    AutoModel,
    AutoTokenizer,
    BertConfig,
    BertModel,
    BertTokenizerFast,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from ..recipe import RecipeError
from ..recipe.vocabulary import Base
from .families import family_of

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def load_base(
    base: Base, texts: Callable[[], Iterable[str]]
) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """Load an encoder (FP32) and its tokenizer.

    Args:
        base: which one.
        texts: gives the training text, which a base from scratch learns its vocabulary from.

    Raises:
        RecipeError: the base cannot be found, or has no fast tokenizer.
        StageError: it is of a family that is not known.
    """
    source = base.source or base.id
    kind, _, name = source.partition(":")
    if kind == "scratch":
        return _from_scratch(name, texts())
    place = str(_package_folder(name)) if kind == "package" else source
    try:
        family = family_of(AutoConfig.from_pretrained(place, revision=base.revision))
        # A tokenizer of no class of its own gives token_type_ids, which not every model takes.
        tokenizer = AutoTokenizer.from_pretrained(
            place, revision=base.revision, use_fast=True, model_input_names=family.inputs
        )
        model = AutoModel.from_pretrained(place, revision=base.revision).float()
    except (OSError, ValueError) as error:
        raise RecipeError(
            f"base {base.id!r} cannot be loaded from {source!r}: {error}\n"
            "Give a Hub id that can be reached, a folder, or package:NAME as `source`."
        ) from error
    if not tokenizer.is_fast:
        raise RecipeError(f"base {base.id!r} has no tokenizer.json; character offsets need a fast tokenizer")
    # MobileBERT reads the neighbours of a token: its last one would answer otherwise when padding follows.
    model.get_input_embeddings().weight.data[tokenizer.pad_token_id] = 0
    return model, tokenizer


def _package_folder(name: str) -> Path:
    """The folder with the weights inside an installed Python package."""
    spec = importlib.util.find_spec(name.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise RecipeError(f"the package {name!r} is not installed: pip install {name}")
    found = [path.parent for path in Path(spec.origin).parent.rglob("model.safetensors")]
    if len(found) != 1:
        raise RecipeError(
            f"the package {name!r} carries {len(found)} files named model.safetensors; one is needed"
        )
    return found[0]


def _from_scratch(shape: str, texts: Iterable[str]) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """A BERT of LAYERSxHIDDEN with random weights and a WordPiece vocabulary of the texts."""
    match = re.fullmatch(r"(\d+)x(\d+)", shape)
    if match is None:
        raise RecipeError(
            f"a base from scratch reads scratch:LAYERSxHIDDEN, as in scratch:4x128; found {shape!r}"
        )
    layers, hidden = map(int, match.groups())
    learner = _learn_pieces(list(texts))
    learner.post_processor = BertProcessing(
        ("[SEP]", learner.token_to_id("[SEP]")), ("[CLS]", learner.token_to_id("[CLS]"))
    )
    tokenizer = BertTokenizerFast(tokenizer_object=learner._tokenizer, model_max_length=512)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=max(1, hidden // 32),
        intermediate_size=4 * hidden,
        pad_token_id=tokenizer.pad_token_id,
    )
    return BertModel(config, add_pooling_layer=False), tokenizer


def _learn_pieces(texts: list[str]) -> BertWordPieceTokenizer:
    """A WordPiece vocabulary of up to 4,000 pieces, the same for the same texts.

    The learner breaks ties between merges by the pieces' numbers, and numbers continuing characters
    (`##a`) in an order that changes from process to process. Given as special tokens they have fixed
    numbers; the tokenizer that is returned knows them as plain pieces.
    """
    learner = BertWordPieceTokenizer(lowercase=True)
    characters = sorted({character for text in texts for character in learner.normalize(text)} - {" "})
    fixed = [*SPECIAL_TOKENS, *(f"##{character}" for character in characters)]
    learner.train_from_iterator(
        texts, vocab_size=4000, min_frequency=2, special_tokens=fixed, show_progress=False
    )
    return BertWordPieceTokenizer(learner.get_vocab(with_added_tokens=True), lowercase=True)
