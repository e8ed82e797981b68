"""Narrower copies lose what is least important, and go the whole way: checkpoint, ONNX, INT8, engine."""

from functools import partial

import onnx
import pytest
import torch
from tiny_bases import HIDDEN, config_of, save_base
from tiny_bert import LABELS, OVERLAP, TAGS, TEXTS, WINDOW, documents
from tiny_fitting import assert_equal
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    PreTrainedModel,
)

from space.engine import load
from training.encoders.bases import load_base
from training.encoders.checkpoints import save
from training.encoders.families import FAMILIES, family_of, fusion_of
from training.encoders.layers import first_layers
from training.encoders.narrowing import Parts, importance, most_important, narrowed, part_of
from training.encoders.note_reading import read_notes
from training.errors import StageError
from training.measuring.metrics import document_counts
from training.onnx import int8, parity
from training.onnx.export import export
from training.recipe.models import Int8
from training.recipe.vocabulary import Base

NEURONS = 2 * HIDDEN
HALF = (HIDDEN // 2, NEURONS // 2)
KINDS = [
    ("bert", {}),
    ("roberta", {}),
    ("distilbert", {}),
    ("electra", {}),
    ("electra", {"embedding_size": HIDDEN}),  # which are not projected
    ("deberta-v2", {}),
    ("deberta-v2", {"share_att_key": False}),  # which has further projections for its heads
]
FAMILIES_THAT_CAN = [family.model_type for family in FAMILIES if family.linears]


def make(model_type: str, **changes: object) -> PreTrainedModel:
    """A token classifier whose weights are random and far apart."""
    torch.manual_seed(0)
    config = config_of(model_type, vocab_size=40, num_labels=len(TAGS), **changes)
    model = AutoModelForTokenClassification.from_config(config).eval()
    for name, parameter in model.named_parameters():
        parameter.data.normal_(1 if "norm" in name.lower() and name.endswith("weight") else 0, 0.2)
    return model


@torch.no_grad()
def logits(model: PreTrainedModel) -> Tensor:
    ids = torch.arange(5, 35).reshape(2, 15)
    mask = torch.ones_like(ids)
    mask[0, 9:] = 0
    return model(input_ids=ids, attention_mask=mask).logits[mask == 1]


@torch.no_grad()
def let_half_idle(model: PreTrainedModel) -> Parts:
    """Let half of the parts do nothing, and return the others.

    A hidden dimension becomes the copy of another, so that no LayerNorm notes it, and is read by nothing.
    """
    family = family_of(model.config)
    kept, copies = torch.randperm(HIDDEN).split(HIDDEN // 2)
    for module in model.modules():
        if isinstance(module, nn.Embedding) and module.embedding_dim == HIDDEN:
            module.weight[:, copies] = module.weight[:, kept]
    writing = [module for module in model.modules() if isinstance(module, nn.LayerNorm)]
    writing += [getattr(model.base_model, "embeddings_project", None)]
    reading, heads, neurons = [model.get_submodule(family.head)], [], []
    for layer in model.base_model.get_submodule(family.stack):
        linears = {path: each for path, each in layer.named_modules() if isinstance(each, nn.Linear)}
        output, down = linears[family.linears.output], linears[family.linears.down]
        writing += [output, down]
        reading += [each for each in linears.values() if each not in (output, down)]
        busy, idle = torch.randperm(NEURONS).split(NEURONS // 2)
        down.weight[:, idle] = 0
        neurons.append(busy.sort().values)
        head = int(torch.randint(2, ()))
        output.weight.unflatten(1, (2, -1))[:, 1 - head] = 0
        heads.append(torch.tensor([head]))
    for module in writing:
        if module is not None and len(module.bias) == HIDDEN:
            module.weight[copies], module.bias[copies] = module.weight[kept], module.bias[kept]
    for module in reading:
        module.weight[:, copies] = 0
    return Parts(kept.sort().values, tuple(heads), tuple(neurons))


@pytest.mark.parametrize(("model_type", "changes"), KINDS)
def test_a_copy_of_the_full_size_is_the_same_model(model_type, changes):
    whole = make(model_type, **changes)
    same = part_of(whole, None, HIDDEN, NEURONS)
    assert same.config.to_dict() == whole.config.to_dict()
    assert_equal(same.state_dict(), whole.state_dict())


@pytest.mark.parametrize(("model_type", "changes"), KINDS)
def test_parts_that_do_nothing_are_cut_without_loss(model_type, changes):
    whole = make(model_type, **changes)
    busy = let_half_idle(whole)
    kept = most_important(importance(whole), narrowed(whole.config, *HALF))
    assert torch.equal(kept.dimensions, busy.dimensions)
    assert all(map(torch.equal, (*kept.heads, *kept.neurons), (*busy.heads, *busy.neurons)))
    assert len({tuple(layer.tolist()) for layer in kept.heads}) > 1  # each layer has its own

    narrow = part_of(whole, None, *HALF).eval()
    assert narrow.num_parameters() < whole.num_parameters() / 2
    torch.testing.assert_close(logits(narrow), logits(whole), atol=1e-5, rtol=1e-4)


def test_a_cut_of_width_or_neurons_alone_leaves_the_other_as_it_is():
    whole = make("bert")
    slim, short = part_of(whole, None, HIDDEN // 2, None), part_of(whole, None, None, 24)
    assert slim.bert.encoder.layer[0].intermediate.dense.weight.shape == (NEURONS, HIDDEN // 2)
    assert short.bert.encoder.layer[0].intermediate.dense.weight.shape == (24, HIDDEN)
    assert torch.equal(
        short.bert.embeddings.word_embeddings.weight, whole.bert.embeddings.word_embeddings.weight
    )


def test_layers_are_chosen_before_importance_is_measured():
    whole = make("bert")
    two = first_layers(whole, (1, 3))
    assert_equal(part_of(whole, (1, 3), *HALF).state_dict(), part_of(two, None, *HALF).state_dict())
    assert_equal(part_of(whole, (1, 3), None, None).state_dict(), two.state_dict())


@pytest.mark.parametrize("model_type", FAMILIES_THAT_CAN)
def test_a_head_with_layers_of_its_own_is_cut_too(model_type, tmp_path):
    torch.manual_seed(0)
    whole = AutoModelForSequenceClassification.from_config(config_of(model_type, vocab_size=40))
    narrow = part_of(whole, (0, 2), *HALF).eval()
    narrow.save_pretrained(tmp_path)
    again = AutoModelForSequenceClassification.from_pretrained(tmp_path)
    ids = torch.arange(5, 35).reshape(2, 15)
    assert torch.equal(narrow(input_ids=ids).logits, again(input_ids=ids).logits)


@pytest.mark.parametrize("model_type", FAMILIES_THAT_CAN)
def test_a_narrower_model_goes_the_whole_way(model_type, tmp_path):
    source = save_base(model_type, tmp_path / "base")
    base = Base(id="tiny", license="mit", source=str(source))
    encoder, tokenizer = load_base(base, lambda: TEXTS)
    encoder.save_pretrained(tmp_path / "encoder")
    torch.manual_seed(1)
    whole = AutoModelForTokenClassification.from_pretrained(
        tmp_path / "encoder", id2label=dict(enumerate(TAGS)), label2id={tag: n for n, tag in enumerate(TAGS)}
    )
    nn.init.normal_(whole.classifier.weight)
    whole.config.clinstill = {"window": WINDOW, "overlap": OVERLAP}
    narrow, folder = part_of(whole, (0, 3), *HALF), tmp_path / "model"
    save(narrow, read_notes(tokenizer), folder)
    config = AutoConfig.from_pretrained(folder)
    assert (config.hidden_size, config.num_attention_heads, config.num_hidden_layers) == (HALF[0], 1, 2)
    assert getattr(config, family_of(config).linears.neurons) == HALF[1]
    parity.check_reload(narrow, folder, TEXTS)

    export(folder, TEXTS)
    int8.quantize(folder, Int8(f1_budget=1), documents(4), partial(document_counts, labels=LABELS), ())
    nodes = onnx.load(folder / "onnx/model_quantized.onnx").graph.node
    attentions = sum(node.op_type == "If" and node.name.endswith("_padding") for node in nodes)
    assert attentions == (2 if fusion_of(config) else 0)
    tagger = load(folder)
    assert tagger.file.name == "model_quantized.onnx"
    found = tagger(TEXTS)
    assert any(found)
    assert all(e.text == text[e.start : e.end] for text, each in zip(TEXTS, found, strict=True) for e in each)


@pytest.mark.parametrize(
    ("model_type", "size", "said"),
    [
        ("bert", (24, None), "this BERT is 32 wide, in heads of 16, .* multiple of 16 up to 32; found 24"),
        ("roberta", (48, None), "this RoBERTa is 32 wide, .*; found 48"),
        ("bert", (0, None), "found 0"),
        ("distilbert", (None, 65), "this DistilBERT have 64 neurons, so a copy may have 1 to 64; found 65"),
        ("bert", (16, 0), "start.feed_forward: .*found 0"),
    ],
)
def test_a_size_that_cannot_be_is_refused(model_type, size, said):
    with pytest.raises(StageError, match=said):
        narrowed(config_of(model_type), *size)


def test_an_electra_as_wide_as_its_embeddings_would_lack_their_projection():
    config = config_of("electra", embedding_size=16)
    with pytest.raises(StageError, match="projects embeddings of 16 to 32, which one that is as wide"):
        narrowed(config, 16, None)
    assert narrowed(config, 32, 8).intermediate_size == 8


@pytest.mark.parametrize(
    "family", [family for family in FAMILIES if not family.linears], ids=lambda family: family.name
)
def test_a_family_that_cannot_be_narrowed_is_told_with_those_that_can(family):
    with pytest.raises(
        StageError, match=f"BERT, DistilBERT, RoBERTa, ELECTRA, DeBERTa can be narrowed; {family.name} cannot"
    ):
        narrowed(config_of(family.model_type), None, 16)
