"""A BERT tagger of two layers with random weights, as a checkpoint folder in the Hub's layout.

Its scores mean nothing, but are far apart, so that rounding weights or quantizing them rarely changes a tag.
"""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForTokenClassification, BertTokenizerFast

from training.corpora.document import Document
from training.recipe import Recipe

LABELS = ("Chemical", "Disease")
TAGS = ["O"] + [f"{prefix}-{label}" for label in LABELS for prefix in "BI"]
TEXTS = [
    "Lithium caused tremor in two patients, but no seizure.",
    "Renal failure followed after aspirin was given again; the dose had been 500 mg a day.",
    "No adverse event was seen with zalcipine.",
    "Headache and nausea are known effects of morvastat, which the kidney excretes unchanged.",
]
LAYERS, HIDDEN, WINDOW, OVERLAP = 2, 32, 32, 8
LABELLED = {"invented": ["train"]}
FITTING = {"on": LABELLED, "epochs": 1, "learning_rate": 1e-3, "batch_size": 4}
RECIPE = Recipe.model_validate(
    {
        "name": "tiny",
        "title": "Tiny",
        "summary": "finds nothing of use",
        "labels": LABELS,
        "corpora": {
            "invented": {
                "format": "jsonl",
                "license": "cc0-1.0",
                "files": {split: f"{split}.jsonl" for split in ("train", "development", "test")},
                "types": {label: label for label in LABELS},
            }
        },
        "guard": {"corpus": "invented", "split": "development", "documents": 4},
        "measure": {"invented": "test"},
        "window": WINDOW,
        "overlap": OVERLAP,
        "steps": {
            "encoder": {"do": "vocabulary", "base": {"id": "tiny", "license": "apache-2.0"}, "on": LABELLED},
            "teacher": {"do": "finetune", "encoder": "encoder", **FITTING},
            "student": {
                "do": "distil",
                "teachers": ["teacher"],
                "start": {"layers": [0], "of": "teacher"},
                "loss": {"temperature": 2, "kl": 1},
                **FITTING,
            },
        },
        "models": {
            "teacher": {"from": "teacher", "storage": "fp16"},
            "student": {"from": "student", "int8": {"f1_budget": 1}, "compare_with": ["teacher"]},
        },
        "evaluation": {"lengths": [12, WINDOW], "repeats": 4, "resamples": 50, "threads": 1},
    }
)


def documents(count: int) -> list[Document]:
    """Texts of one to three sentences, without mentions."""
    texts = [" ".join((TEXTS * 2)[index % 4 : index % 4 + 1 + index % 3]) for index in range(count)]
    return [Document(id=str(index), text=text) for index, text in enumerate(texts)]


def save_bert(folder: Path, *, layers: int = LAYERS, seed: int = 0) -> Path:
    """Write config.json, model.safetensors and tokenizer files; returns the folder."""
    tokenizer = _tokenizer()
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=HIDDEN,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=4 * HIDDEN,
        max_position_embeddings=2 * WINDOW,
        initializer_range=0.3,
        id2label=dict(enumerate(TAGS)),
        label2id={tag: index for index, tag in enumerate(TAGS)},
    )
    config.clinstill = {"window": WINDOW, "overlap": OVERLAP}
    model = BertForTokenClassification(config)
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):  # zero at the start, which would hide a lost one
            parameter.data.normal_(0, 0.3)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer() -> BertTokenizerFast:
    """Whole words of TEXTS that are longer than four letters, single characters for all others."""
    words = sorted(
        {w.strip(",.;").lower() for text in TEXTS for w in text.split() if len(w.strip(",.;")) > 4}
    )
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    pieces = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *letters,
        *(f"##{x}" for x in letters),
        *",.;",
        *words,
    ]
    core = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    core.normalizer = normalizers.BertNormalizer(lowercase=True)
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    core.decoder = decoders.WordPiece()
    core.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return BertTokenizerFast(tokenizer_object=core, model_max_length=2 * WINDOW)
