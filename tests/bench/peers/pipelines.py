"""The pipeline of transformers, on its own model or on optimum's, with its own strides and aggregation."""

from pathlib import Path
from typing import Literal

from bench_worker import Tag

STRIDE = 128  # tokens that chunks of 512, the tokenizer's own length, share


def load(models: Path, *, threads: int, runtime: Literal["transformers", "optimum"], file: str = "") -> Tag:
    """file: the ONNX file that optimum runs."""
    import torch
    from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

    torch.set_num_threads(threads)
    folder = models / "transformers"
    if runtime == "transformers":
        model = AutoModelForTokenClassification.from_pretrained(folder)
    else:
        from onnxruntime import SessionOptions
        from optimum.onnxruntime import ORTModelForTokenClassification

        options = SessionOptions()
        options.intra_op_num_threads = threads
        model = ORTModelForTokenClassification.from_pretrained(
            folder, subfolder="onnx", file_name=file, session_options=options
        )
    tagger = pipeline(
        "token-classification",
        model=model,
        tokenizer=AutoTokenizer.from_pretrained(folder),
        aggregation_strategy="first",
        stride=STRIDE,
    )

    def tag(texts: list[str], batch: int) -> list[list[tuple[int, int, str]]]:
        order = sorted(range(len(texts)), key=lambda number: -len(texts[number]))  # less padding
        found = tagger([texts[number] for number in order], batch_size=batch)
        by_number = dict(zip(order, found, strict=True))
        return [
            [(int(one["start"]), int(one["end"]), one["entity_group"]) for one in by_number[number]]
            for number in range(len(texts))
        ]

    return tag
