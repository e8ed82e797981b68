"""A pretrained encoder of each family in miniature, as a folder that a recipe's `base` may name.

Weights are random and far apart; the tokenizer is of the kind that the family's published ones have.
"""

from pathlib import Path

import torch
from tiny_bert import TEXTS, WINDOW
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoConfig, AutoModel, PretrainedConfig, PreTrainedTokenizerFast

from training.encoders.families import FAMILIES

LAYERS, HIDDEN = 4, 32
SPECIAL = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
_SHAPE = {
    "hidden_size": HIDDEN,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": 2,
    "intermediate_size": 2 * HIDDEN,
    "max_position_embeddings": 2 * WINDOW,
}
# What the configuration of a family has of its own.
_OWN = {
    "distilbert": {"hidden_dim": 2 * HIDDEN},
    "roberta": {"max_position_embeddings": 2 * WINDOW + 2, "type_vocab_size": 1},
    "electra": {"embedding_size": 8},
    "mobilebert": {"intermediate_size": HIDDEN, "embedding_size": 16, "intra_bottleneck_size": 16},
    "albert": {"embedding_size": 16},
    "deberta-v2": {  # as version 3 has it
        "relative_attention": True,
        "position_buckets": 8,
        "norm_rel_ebd": "layer_norm",
        "share_att_key": True,
        "pos_att_type": "p2c|c2p",
        "position_biased_input": False,
        "type_vocab_size": 0,
    },
    "modernbert": {"local_attention": 8},
}


def config_of(model_type: str, **changes: object) -> PretrainedConfig:
    """The configuration of a tiny encoder."""
    return AutoConfig.for_model(model_type, **_SHAPE | _OWN.get(model_type, {}) | changes)


def save_base(model_type: str, folder: Path) -> Path:
    """Write config.json, model.safetensors and tokenizer files; returns the folder."""
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=_tokenizer(model_type),
        model_max_length=2 * WINDOW,
        **{f"{name}_token": token for name, token in SPECIAL.items()},
    )
    special = {
        f"{name}_token_id": tokenizer.convert_tokens_to_ids(SPECIAL[name]) for name in ("pad", "cls", "sep")
    }
    torch.manual_seed(0)
    model = AutoModel.from_config(config_of(model_type, vocab_size=len(tokenizer), **special))
    for name, parameter in model.named_parameters():
        parameter.data.normal_(1 if "norm" in name.lower() and name.endswith("weight") else 0, 0.2)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer(model_type: str) -> Tokenizer:
    kind = next(family.tokenizer for family in FAMILIES if family.model_type == model_type)
    learn = {"vocab_size": 300, "special_tokens": list(SPECIAL.values()), "show_progress": False}
    if kind == "WordPiece":
        core = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        core.normalizer = normalizers.BertNormalizer()
        core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(**learn)
    elif kind == "BPE":
        core = Tokenizer(models.BPE())
        core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(**learn, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    else:
        core = Tokenizer(models.Unigram())
        core.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents()])
        core.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
        trainer = trainers.UnigramTrainer(**learn | {"vocab_size": 100}, unk_token="[UNK]")
    core.train_from_iterator(TEXTS, trainer)
    ends = [(token, core.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    core.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    return core
