"""Every family of encoders goes the whole way: base, chosen layers, checkpoint, ONNX, INT8, engine."""

import copy
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from tiny_bases import config_of, save_base
from tiny_bert import LABELS, OVERLAP, TAGS, TEXTS, WINDOW
from transformers import (
    AutoConfig,
    AutoModelForTokenClassification,
    AutoTokenizer,
    GPT2Config,
    PreTrainedModel,
    pipeline,
)

from space.engine import Entity, load, plain, tokenise
from training.corpora.document import Document, Span
from training.encoders.bases import load_base
from training.encoders.families import FAMILIES, Family, family_of, fusion_of, positions
from training.encoders.layers import first_layers, linear_layers, shortened, sparsity
from training.encoders.note_reading import read_notes
from training.encoders.trimming import kept_pieces, trim
from training.errors import StageError
from training.fitting.examples import Cutter
from training.fitting.prediction import entities
from training.measuring.metrics import document_counts
from training.onnx import conversion, fusion, int8, parity
from training.onnx.export import export
from training.onnx.weights import read_back
from training.recipe import RecipeError
from training.recipe.models import Int8
from training.recipe.vocabulary import Base

CHOSEN = (0, 3)  # of a ModernBERT's, those that attend to the whole text
LONG = " ".join(TEXTS) + " (Aspirin, 500 mg) naïve 😀 tremor."  # several windows
FP32, QUANTIZED = "onnx/model.onnx", "onnx/model_quantized.onnx"


@dataclass(frozen=True)
class Made:
    """A random token classifier of a family, and the folder of its copy with CHOSEN layers."""

    family: Family
    whole: PreTrainedModel
    model: PreTrainedModel
    folder: Path


@pytest.fixture(scope="module", params=FAMILIES, ids=lambda family: family.name)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    family: Family = request.param
    work = tmp_path_factory.mktemp(family.model_type)
    source = save_base(family.model_type, work / "base")
    encoder, tokenizer = load_base(Base(id="tiny", license="mit", source=str(source)), lambda: TEXTS)
    encoder.save_pretrained(work / "encoder")
    torch.manual_seed(1)
    whole = AutoModelForTokenClassification.from_pretrained(
        work / "encoder", id2label=dict(enumerate(TAGS)), label2id={tag: n for n, tag in enumerate(TAGS)}
    ).eval()
    torch.nn.init.normal_(whole.get_submodule(family.head).weight)
    whole.config.clinstill = {"window": WINDOW, "overlap": OVERLAP}
    model, folder = first_layers(whole, CHOSEN).eval(), work / "model"
    model.save_pretrained(folder)
    read_notes(tokenizer).save_pretrained(folder)
    export(folder, TEXTS)
    int8.quantize(folder, Int8(f1_budget=1), _guard(folder), partial(document_counts, labels=LABELS), ())
    return Made(family, whole, model, folder)


def _guard(folder: Path) -> list[Document]:
    """Documents whose gold mentions are what the FP32 file finds."""
    found = load(folder, file=FP32)(TEXTS)
    return [
        Document(
            id=text, text=text, spans=tuple(Span(start=e.start, end=e.end, label=e.label) for e in spans)
        )
        for text, spans in zip(TEXTS, found, strict=True)
    ]


def places(found: list[Entity]) -> list[tuple[int, int, str]]:
    return [(entity.start, entity.end, entity.label) for entity in found]


def test_chosen_layers_answer_as_within_the_whole_model_and_survive_a_checkpoint(made):
    passed_over = copy.deepcopy(made.whole)
    if made.family.stack is None:
        passed_over.config.num_hidden_layers = len(CHOSEN)
    else:
        stack = passed_over.base_model.get_submodule(made.family.stack)
        kept = [stack[layer] for layer in CHOSEN]
        del stack[:]
        stack.extend(kept)
    inputs = parity.probes(made.folder, [*TEXTS, LONG], WINDOW)
    parity.check("choosing", parity.torch_logits(made.model), parity.torch_logits(passed_over), inputs)
    parity.check_reload(made.model, made.folder, [*TEXTS, LONG])


def test_padding_changes_no_answer(made):
    tokenizer = AutoTokenizer.from_pretrained(made.folder)
    logits = parity.torch_logits(made.model)
    together = tokenizer(TEXTS, return_tensors="np", padding=True, truncation=True, max_length=WINDOW)
    for row, text in enumerate(TEXTS):
        alone = tokenizer([text], return_tensors="np", truncation=True, max_length=WINDOW)
        tokens = alone["input_ids"].shape[1]
        np.testing.assert_allclose(logits(together)[row, :tokens], logits(alone)[0], atol=1e-4)


def test_a_checkpoint_that_answers_otherwise_is_refused(made):
    changed = copy.deepcopy(made.model)
    with torch.no_grad():
        changed.get_submodule(made.family.head).bias[1] += 0.1
    with pytest.raises(StageError, match=r"the checkpoint .* lost parity: logits differ by 0\.1"):
        parity.check_reload(changed, made.folder, TEXTS)


def test_the_engine_finds_with_the_fp32_file_what_pytorch_finds(made):
    tokenizer = AutoTokenizer.from_pretrained(made.folder)
    core = plain(tokenizer.backend_tokenizer)
    cutter = Cutter(core, tokenizer.pad_token_id, WINDOW, OVERLAP, TAGS)
    texts = [*TEXTS, LONG]
    prepared = [cutter.prepare(Document(id=text, text=text)) for text in texts]
    expected = entities(made.model, cutter, prepared, False, ())

    found = load(made.folder, file=FP32)(texts)
    assert list(map(places, found)) == list(map(places, expected))
    assert sum(map(len, found)) > len(texts)
    assert all(e.text == text[e.start : e.end] for text, each in zip(texts, found, strict=True) for e in each)


def test_the_int8_file_has_small_weights_and_runs_in_the_engine(made):
    graph = onnx.load(made.folder / QUANTIZED).graph
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    products = {
        node.input[1] for node in graph.node if node.op_type == "MatMulInteger" and node.input[1] in weights
    }
    linear = sum(isinstance(module, torch.nn.Linear) for module in made.model.modules())
    assert len(products) == linear
    assert not any(node.input[1] in weights for node in graph.node if node.op_type == "MatMul")
    assert all(np.abs(weights[name].astype(int)).max() <= 64 for name in products)
    attentions = sum(node.op_type == "If" and node.name.endswith("_padding") for node in graph.node)
    assert attentions == (len(CHOSEN) if fusion_of(made.model.config) else 0)
    assert max(array.nbytes for array in weights.values() if array.dtype == np.float32) < 4096

    tagger = load(made.folder)
    assert tagger.file.name == "model_quantized.onnx"
    assert tagger.notes == []
    (found,) = tagger([LONG])
    assert found
    assert all(entity.text == LONG[entity.start : entity.end] for entity in found)


def test_a_file_takes_what_its_family_takes_and_transformers_runs_the_folder(made):
    graph = onnx.load(made.folder / FP32).graph
    assert {value.name for value in graph.input} == set(made.family.inputs)
    tagger = pipeline("token-classification", model=str(made.folder), device="cpu")
    assert tagger(TEXTS[0])


def test_weights_come_back_from_the_files(made):
    empty = AutoModelForTokenClassification.from_config(made.model.config)
    own = dict(made.model.named_parameters())
    read_back(made.folder / FP32, empty)
    assert all(torch.equal(weight, own[name]) for name, weight in empty.named_parameters())
    read_back(made.folder / QUANTIZED, empty)
    for name, weight in empty.named_parameters():
        assert (weight - own[name]).abs().max() <= own[name].abs().max() / 64, name


@pytest.mark.parametrize("activations", ["dynamic", "calibrated"])
def test_a_layer_may_stay_fp32(made, tmp_path, activations):
    config = AutoConfig.from_pretrained(made.folder)
    fusion.fuse(
        made.folder / FP32, config, tmp_path / "fused.onnx", parity.probes(made.folder, TEXTS, WINDOW)
    )
    inputs = conversion.calibration_inputs(load(made.folder, file=FP32), _guard(made.folder), 4)

    def products(*excluded: int) -> int:
        """How many stay in FP32."""
        setting = conversion.Setting(
            activations=activations, per_channel=True, embeddings=True, exclude_layers=excluded
        )
        conversion.convert(tmp_path / "fused.onnx", tmp_path / "int8.onnx", setting, config, inputs)
        graph = onnx.load(tmp_path / "int8.onnx").graph
        weights = {tensor.name for tensor in graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT}
        return sum(node.op_type == "MatMul" and node.input[1] in weights for node in graph.node)

    assert products() == 0
    if made.family.stack is None:
        with pytest.raises(StageError, match="layers of an ALBERT are one"):
            products(1)
    else:
        layer = made.model.base_model.get_submodule(made.family.stack)[1]
        assert products(1) >= sum(isinstance(module, torch.nn.Linear) for module in layer.modules())


@pytest.mark.parametrize(
    ("layers", "interval"),
    [
        ((0, 3), 1),
        ((0, 1, 2), 3),
        ((0, 1), 3),
        ((0, 1, 3, 5), 2),
        ((0, 5, 4, 3), 3),
        ((0, 1, 3, 4, 6), 2),
        ((0, 2, 2), 3),
    ],
)
def test_a_modernbert_keeps_the_attention_of_each_layer(layers, interval):
    config = config_of("modernbert", num_hidden_layers=9)
    assert shortened(config, layers).global_attn_every_n_layers == interval
    torch.manual_seed(0)
    whole = AutoModelForTokenClassification.from_config(config)
    short = first_layers(whole, layers).base_model.layers
    for place, layer in enumerate(layers):
        kept, own = short[place].attn, whole.base_model.layers[layer].attn
        assert kept.local_attention == own.local_attention
        assert torch.equal(kept.rotary_emb.inv_freq, own.rotary_emb.inv_freq)
        assert torch.equal(kept.Wqkv.weight, own.Wqkv.weight)


@pytest.mark.parametrize("layers", [(1, 2), (3, 6), (0, 0), (0, 1, 3, 4, 5), (0, 3, 4), (3, 0)])
def test_layers_of_a_modernbert_that_would_answer_otherwise_are_refused(layers):
    with pytest.raises(
        StageError, match=r"would answer otherwise once it is loaded.*\[0, 3\], \[0, 1, 2\], "
    ):
        shortened(config_of("modernbert", num_hidden_layers=9), layers)


def test_layers_that_are_not_there_are_refused():
    with pytest.raises(StageError, match=r"this RoBERTa has layers 0 to 3, found \[0, 4\]"):
        shortened(config_of("roberta"), (0, 4))
    with pytest.raises(StageError, match=r"found \[\]"):
        shortened(config_of("bert"), ())
    with pytest.raises(StageError, match="this ALBERT has 2 groups of layers"):
        shortened(config_of("albert", num_hidden_groups=2), (0, 1))


def test_a_layer_that_is_chosen_twice_is_copied():
    whole = AutoModelForTokenClassification.from_config(config_of("bert"))
    first, second = first_layers(whole, (1, 1)).base_model.encoder.layer
    with torch.no_grad():
        first.output.dense.weight.zero_()
    assert second.output.dense.weight.any()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_vocabularies_of_word_pieces_can_be_trimmed(family, tmp_path):
    base = Base(id="tiny", license="mit", source=str(save_base(family.model_type, tmp_path)))
    model, tokenizer = load_base(base, lambda: TEXTS)
    before = len(tokenizer)
    core = plain(read_notes(tokenizer).backend_tokenizer)
    if family.tokenizer != "WordPiece":
        with pytest.raises(RecipeError, match=f"this base has {family.tokenizer}"):
            kept_pieces(core, TEXTS[:1], 1)
        return
    trimmed, tokenizer = trim(model, tokenizer, kept_pieces(core, TEXTS[:1], 1))
    assert trimmed.get_input_embeddings().num_embeddings == len(tokenizer) < before
    assert tokenizer.model_input_names == family.inputs
    assert trimmed(**tokenizer(TEXTS[0], return_tensors="pt")).last_hidden_state.isfinite().all()


def test_another_family_is_named_with_those_that_are_known():
    with pytest.raises(StageError, match=r"'gpt2' is not known; known are BERT \(bert\), .*ModernBERT"):
        family_of(GPT2Config())


def test_positions_begin_behind_the_padding_where_the_family_has_it_so():
    assert {positions(config_of(family.model_type)) for family in FAMILIES} == {2 * WINDOW}


def test_the_plain_path_is_taken_for_another_activation():
    assert fusion_of(config_of("bert")) == "bert"
    assert fusion_of(config_of("bert", hidden_act="relu")) is None
    assert fusion_of(config_of("distilbert", activation="relu")) is None


def test_linear_layers_are_those_of_the_layers(made):
    layers = linear_layers(made.model)
    assert 0 < len(layers) < sum(isinstance(module, torch.nn.Linear) for module in made.model.modules())
    assert sparsity(made.model) == 0
    pruned = copy.deepcopy(made.model)
    for layer in linear_layers(pruned)[::2]:
        torch.nn.init.zeros_(layer.weight)
    assert 0.2 < sparsity(pruned) < 0.8


def test_words_end_before_punctuation(made):
    core = plain(AutoTokenizer.from_pretrained(made.folder).backend_tokenizer)
    text = "Lithium (acute), tremor/seizure."
    words = [text[start:end] for start, end in tokenise(core, text).word_spans.tolist()]
    assert "".join(words) == text.replace(" ", "")
    assert {"Lithium", "acute", "tremor", "seizure"} <= set(words)
