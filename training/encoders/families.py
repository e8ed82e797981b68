"""Encoder families: what the code needs to know of each, and nobody asks the model type for elsewhere."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ..errors import StageError

if TYPE_CHECKING:
    from transformers import PretrainedConfig


@dataclass(frozen=True)
class Linears:
    """Paths of the linear layers within each layer of an encoder.

    Attributes:
        attention: Those whose outputs are divided among the heads; not every model has all.
        output: Takes what all heads give.
        up: To the neurons of the feed-forward part.
        down: From them.
        neurons: Key of the configuration that says how many these are.
    """

    attention: tuple[str, ...]
    output: str
    up: str
    down: str
    neurons: str = "intermediate_size"


_BERT = Linears(
    attention=("attention.self.query", "attention.self.key", "attention.self.value"),
    output="attention.output.dense",
    up="intermediate.dense",
    down="output.dense",
)
_DISTILBERT = Linears(
    attention=("attention.q_lin", "attention.k_lin", "attention.v_lin"),
    output="attention.out_lin",
    up="ffn.lin1",
    down="ffn.lin2",
    neurons="hidden_dim",
)
_DEBERTA = replace(
    _BERT,
    attention=tuple(
        f"attention.self.{name}"
        for name in ("query_proj", "key_proj", "value_proj", "pos_key_proj", "pos_query_proj")
    ),
)


@dataclass(frozen=True)
class Family:
    """One kind of encoder, as transformers builds it.

    Attributes:
        name: As its paper writes it.
        model_type: In its `config.json`.
        stack: Path of the list of layers within the encoder; None where one layer is applied again and again.
        tokenizer: Kind of its published tokenizers. Trimming needs WordPiece, where a longest piece that is
            kept is taken as before; what `read_notes` adds goes by the kind, too.
        token_types: Whether it is given token_type_ids.
        fusion: Kind of encoder to ONNX Runtime's optimizer; None where that knows no attention like it, so
            that the graph stays as it was exported.
        activation: Key of the configuration that names the activation of its feed-forward layers.
        head: Path of the module that gives the scores of a token classifier.
        global_interval: Key of the configuration that says every how many layers attention is global, where
            it is local in the others; None where all layers are of one kind.
        positions_behind_padding: Whether positions begin behind the id of the padding token.
        linears: What its layers consist of; None where they cannot be made narrower.
    """

    name: str
    model_type: str
    stack: str | None
    tokenizer: Literal["WordPiece", "BPE", "Unigram"]
    token_types: bool
    fusion: str | None = None
    activation: str = "hidden_act"
    head: str = "classifier"
    global_interval: str | None = None
    positions_behind_padding: bool = False
    linears: Linears | None = None

    @property
    def inputs(self) -> list[str]:
        """Names of what a model takes."""
        return ["input_ids", *(["token_type_ids"] if self.token_types else []), "attention_mask"]


FAMILIES = (
    Family("BERT", "bert", "encoder.layer", "WordPiece", token_types=True, fusion="bert", linears=_BERT),
    Family(
        "DistilBERT",
        "distilbert",
        "transformer.layer",
        "WordPiece",
        token_types=False,
        fusion="bert",
        activation="activation",
        linears=_DISTILBERT,
    ),
    Family(
        "RoBERTa",
        "roberta",
        "encoder.layer",
        "BPE",
        token_types=False,
        fusion="bert",
        positions_behind_padding=True,
        linears=_BERT,
    ),
    Family(
        "ELECTRA", "electra", "encoder.layer", "WordPiece", token_types=True, fusion="bert", linears=_BERT
    ),
    Family("MobileBERT", "mobilebert", "encoder.layer", "WordPiece", token_types=True),
    Family("ALBERT", "albert", None, "Unigram", token_types=True),
    Family("DeBERTa", "deberta-v2", "encoder.layer", "Unigram", token_types=False, linears=_DEBERTA),
    Family(
        "ModernBERT",
        "modernbert",
        "layers",
        "BPE",
        token_types=False,
        activation="hidden_activation",
        global_interval="global_attn_every_n_layers",
    ),
)
_BY_TYPE = {family.model_type: family for family in FAMILIES}


def family_of(config: "PretrainedConfig") -> Family:
    """Find the family of a model by its configuration.

    Raises:
        StageError: It is of none.
    """
    if config.model_type not in _BY_TYPE:
        known = ", ".join(f"{family.name} ({family.model_type})" for family in FAMILIES)
        raise StageError(
            f"an encoder of the model type {config.model_type!r} is not known; known are {known}"
        )
    return _BY_TYPE[config.model_type]


def fusion_of(config: "PretrainedConfig") -> str | None:
    """Kind of a model to ONNX Runtime's optimizer; None where its graph stays as it was exported.

    The optimizer's patterns are those of GELU, so a model of another activation has none.
    """
    family = family_of(config)
    return family.fusion if getattr(config, family.activation) == "gelu" else None


def positions(config: "PretrainedConfig") -> int:
    """Tokens that a window of a model may have, special tokens included."""
    count: int = config.max_position_embeddings
    return count - (config.pad_token_id or 0) - 1 if family_of(config).positions_behind_padding else count
