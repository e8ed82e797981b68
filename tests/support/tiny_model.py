"""A complete small model folder, built in milliseconds without torch.

The model is a real `BertForTokenClassification` with no encoder layer, so each word's tag depends
on that word alone and every loader (engine, transformers, optimum) finds the same entities:

    >>> tagger = load(make_model(tmp_path / "student"))
    >>> tagger(["Aspirin caused renal failure."])   # Aspirin: Chemical, renal failure: Disease

`KNOWN` lists the words that it tags.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

# For each label in turn: (words that begin an entity, words that continue one). Surer words stand
# first: the first of a row scores above 0.99, the last one between 0.5 and 0.8. "lidocaine" has two
# word pieces.
KNOWN = [
    (["aspirin", "ibuprofen", "valproic", "lido", "lithium"], ["acid", "carbonate"]),
    (["headache", "hypertension", "renal", "seizures", "nausea"], ["failure", "disease"]),
    (["brca1", "kras", "il6"], ["gene"]),
    (["mouse", "rat", "human"], ["cells"]),
]
OTHER = [
    "patients",
    "with",
    "developed",
    "was",
    "given",
    "after",
    "and",
    "caused",
    "by",
    "in",
    "the",
    "of",
    "no",
    "mg",
    "treated",
    "for",
    "##caine",
    "##s",
]
CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
HIDDEN = 48
POSITIONS = 128
WINDOW, OVERLAP = 64, 16


def make_model(
    folder: Path,
    *,
    labels: tuple[str, ...] = ("Chemical", "Disease"),
    variants: tuple[str, ...] = ("int8", "fp32"),
) -> Path:
    """Write a model folder in the Hub layout (config, tokenizer, safetensors, ONNX) and return it.

    labels: up to four entity types. variants: of "fp32" (onnx/model.onnx), "int8"
    (onnx/model_quantized.onnx) and "fp16" (onnx/model_fp16.onnx: stored as FP16, computed in FP32).
    """
    folder = Path(folder)
    (folder / "onnx").mkdir(parents=True)
    tags = ["O"] + [f"{prefix}-{label}" for label in labels for prefix in ("B", "I")]
    vocabulary = _vocabulary()
    weights = _weights(vocabulary, labels, tags)
    _write_json(folder / "config.json", _config(vocabulary, tags))
    _write_tokenizer(folder, vocabulary)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})

    fp32 = folder / "onnx" / "model.onnx"
    onnx.save(_graph(weights, TensorProto.FLOAT), fp32)
    if "int8" in variants:
        quantize_dynamic(
            fp32, folder / "onnx" / "model_quantized.onnx", weight_type=QuantType.QInt8, per_channel=True
        )
    if "fp16" in variants:
        onnx.save(_graph(weights, TensorProto.FLOAT16), folder / "onnx" / "model_fp16.onnx")
    if "fp32" not in variants:
        fp32.unlink()
    return folder


def state(folder: Path, **how: object) -> None:
    """State in a model's config.json how the engine runs it: its rules, its temperature."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["clinstill"] |= how
    _write_json(folder / "config.json", config)


def _vocabulary() -> dict[str, int]:
    known = [word for begin, inside in KNOWN for word in begin + inside]
    pieces = SPECIAL + list(CHARACTERS) + [f"##{c}" for c in CHARACTERS if c.isalnum()] + known + OTHER
    return {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}


def _weights(vocabulary: dict[str, int], labels: tuple[str, ...], tags: list[str]) -> dict[str, np.ndarray]:
    """Embeddings whose first columns name the word's tag, and a classifier that reads them."""
    words = np.random.default_rng(0).choice([-1.0, 1.0], size=(len(vocabulary), HIDDEN))
    words[:, : len(tags)] = 0
    words[:, 0] = 3  # "O", unless known
    for label, (begin, inside) in zip(labels, KNOWN, strict=False):
        for prefix, group in (("B", begin), ("I", inside)):
            for word, sureness in zip(group, np.linspace(3, 0.8, len(group)), strict=True):
                words[vocabulary[word], 0] = 0
                words[vocabulary[word], tags.index(f"{prefix}-{label}")] = sureness
    classifier = np.zeros((len(tags), HIDDEN))
    classifier[:, : len(tags)] = 3 * np.eye(len(tags))
    weights = {
        "bert.embeddings.word_embeddings.weight": words,
        "bert.embeddings.position_embeddings.weight": np.zeros((POSITIONS, HIDDEN)),
        "bert.embeddings.token_type_embeddings.weight": np.zeros((2, HIDDEN)),
        "bert.embeddings.LayerNorm.weight": np.ones(HIDDEN),
        "bert.embeddings.LayerNorm.bias": np.zeros(HIDDEN),
        "classifier.weight": classifier,
        "classifier.bias": np.zeros(len(tags)),
    }
    return {name: values.astype(np.float32) for name, values in weights.items()}


def _config(vocabulary: dict[str, int], tags: list[str]) -> dict:
    return {
        "architectures": ["BertForTokenClassification"],
        "model_type": "bert",
        "vocab_size": len(vocabulary),
        "hidden_size": HIDDEN,
        "num_hidden_layers": 0,
        "num_attention_heads": 4,
        "intermediate_size": 2 * HIDDEN,
        "max_position_embeddings": POSITIONS,
        "type_vocab_size": 2,
        "pad_token_id": 0,
        "torch_dtype": "float32",
        "id2label": {str(number): tag for number, tag in enumerate(tags)},
        "label2id": {tag: number for number, tag in enumerate(tags)},
        "clinstill": {"window": WINDOW, "overlap": OVERLAP},
    }


def _write_tokenizer(folder: Path, vocabulary: dict[str, int]) -> None:
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")],
    )
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {f"{token.strip('[]').lower()}_token": token for token in SPECIAL}
    _write_json(folder / "special_tokens_map.json", names)
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "BertTokenizerFast",
            "do_lower_case": True,
            "model_max_length": POSITIONS,
            **names,
        },
    )
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")


def _graph(weights: dict[str, np.ndarray], stored: int) -> onnx.ModelProto:
    """Embeddings, LayerNorm, classifier; initialisers of type `stored`, arithmetic in FP32."""
    nodes, initialisers = [], []

    def constant(name: str, values: np.ndarray) -> str:
        initialisers.append(numpy_helper.from_array(values, name))
        return name

    def weight(name: str, values: np.ndarray) -> str:
        if stored == TensorProto.FLOAT:
            return constant(name, values)
        constant(f"{name}.stored", values.astype(helper.tensor_dtype_to_np_dtype(stored)))
        return node("Cast", [f"{name}.stored"], name, to=TensorProto.FLOAT)

    def node(operator: str, inputs: list[str], output: str, **attributes) -> str:
        nodes.append(helper.make_node(operator, inputs, [output], name=f"{operator}/{output}", **attributes))
        return output

    values = {
        name.removeprefix("bert.embeddings.").removesuffix(".weight"): array
        for name, array in weights.items()
    }
    zero, one = constant("zero", np.array(0)), constant("one", np.array(1))
    length = node("Gather", [node("Shape", ["input_ids"], "shape"), one], "length")
    positions = node("Range", [zero, length, one], "position_ids")
    embedded = [
        node("Gather", [weight("word_embeddings", values["word_embeddings"]), "input_ids"], "words"),
        node(
            "Gather", [weight("position_embeddings", values["position_embeddings"]), positions], "positions"
        ),
        node(
            "Gather",
            [weight("token_type_embeddings", values["token_type_embeddings"]), "token_type_ids"],
            "types",
        ),
    ]
    total = node("Add", [node("Add", embedded[:2], "words_at"), embedded[2]], "embedded")
    norm = [weight("norm.weight", values["LayerNorm"]), weight("norm.bias", values["LayerNorm.bias"])]
    hidden = node("LayerNormalization", [total, *norm], "hidden", axis=-1, epsilon=1e-12)
    scores = node(
        "MatMul", [hidden, weight("classifier", np.ascontiguousarray(values["classifier"].T))], "scores"
    )
    node("Add", [scores, weight("classifier.bias", values["classifier.bias"])], "logits")

    tags = len(values["classifier.bias"])
    names = ["input_ids", "attention_mask", "token_type_ids"]
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"]) for n in names]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "tokens", tags])]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initialisers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _write_json(path: Path, data: dict) -> None:
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
