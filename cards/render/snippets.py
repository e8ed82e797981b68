"""Usage snippets: the code that a card shows, and running it to get the output shown below it.

Training runs each snippet on the finished model folder and keeps the output as an
`Example` of the ledger:

    Example(tool=tool, text=SAMPLE, output=run(tool, folder))
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ..errors import CardError
from ..ledger import Model, Task, Tool

SAMPLE = "After two weeks of isoniazid the patient developed jaundice, and rifampicin was stopped."

INSTALL: dict[Tool, str] = {
    "transformers": "pip install transformers torch",
    "optimum": 'pip install "optimum-onnx[onnxruntime]"',
    "clinstill": "pip install .  # in a clone of the Clinstill repository",
}

_ENTITIES: dict[Tool, str] = {
    "transformers": """\
from transformers import pipeline

text = {text}
tagger = pipeline("token-classification", model={model}, aggregation_strategy="first")
for e in tagger(text):
    print(e["entity_group"], e["start"], e["end"], text[e["start"] : e["end"]], round(float(e["score"]), 2))
""",
    "optimum": """\
from optimum.onnxruntime import ORTModelForTokenClassification
from transformers import AutoTokenizer, pipeline

text = {text}
model = ORTModelForTokenClassification.from_pretrained({model}, subfolder="onnx", file_name={file})
tokenizer = AutoTokenizer.from_pretrained({model})
tagger = pipeline("token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="first")
for e in tagger(text):
    print(e["entity_group"], e["start"], e["end"], text[e["start"] : e["end"]], round(float(e["score"]), 2))
""",
    "clinstill": """\
from clinstill import load

text = {text}
tagger = load({model})
for entity in tagger([text])[0]:
    print(entity.label, entity.start, entity.end, entity.text, round(entity.score, 2))
""",
}

_CLASS: dict[Tool, str] = {
    "transformers": """\
from transformers import pipeline

text = {text}
classifier = pipeline("text-classification", model={model})
for found in classifier([text]):
    print(found["label"], round(float(found["score"]), 2))
""",
    "optimum": """\
from optimum.onnxruntime import ORTModelForSequenceClassification
from transformers import AutoTokenizer, pipeline

text = {text}
model = ORTModelForSequenceClassification.from_pretrained({model}, subfolder="onnx", file_name={file})
tokenizer = AutoTokenizer.from_pretrained({model})
classifier = pipeline("text-classification", model=model, tokenizer=tokenizer)
for found in classifier([text]):
    print(found["label"], round(float(found["score"]), 2))
""",
}

_WORD: dict[Tool, str] = {
    "transformers": """\
from transformers import pipeline

text = {text}
fill = pipeline("fill-mask", model={model})
for found in fill(text.replace("[MASK]", fill.tokenizer.mask_token)):
    print(found["token_str"].strip(), round(float(found["score"]), 2))
""",
    "optimum": """\
from optimum.onnxruntime import ORTModelForMaskedLM
from transformers import AutoTokenizer, pipeline

text = {text}
model = ORTModelForMaskedLM.from_pretrained({model}, subfolder="onnx", file_name={file})
tokenizer = AutoTokenizer.from_pretrained({model})
fill = pipeline("fill-mask", model=model, tokenizer=tokenizer)
for found in fill(text.replace("[MASK]", tokenizer.mask_token)):
    print(found["token_str"].strip(), round(float(found["score"]), 2))
""",
}

# The snippets for each task, by tool. The engine tags entities and does nothing else.
CODE: dict[Task, dict[Tool, str]] = {
    "token-classification": _ENTITIES,
    "text-classification": _CLASS,
    "fill-mask": _WORD,
}

# What the install line of "clinstill" installs, for running the snippet from this repository.
_ENGINE = Path(__file__).parents[2] / "space" / "engine"


def code(tool: Tool, model: str, file: str, text: str = SAMPLE, task: Task = "token-classification") -> str:
    """The snippet of a tool.

    model: Hub id, or a folder in the Hub layout; file: the ONNX file in its `onnx/` (see `onnx_file`).
    """
    return CODE[task][tool].format(model=_quoted(model), file=_quoted(file), text=_quoted(text))


def tools(task: Task, files: Iterable[str]) -> list[Tool]:
    """The tools that can run a model: without an ONNX file among `files`, transformers alone."""
    has_onnx = any(Path(file).suffix == ".onnx" for file in files)
    return [tool for tool in CODE[task] if has_onnx or tool == "transformers"]


def onnx_file(files: Iterable[str]) -> str:
    """The ONNX file that snippets load: INT8 where there is one, else FP32. files: paths in a model folder.

    Raises CardError when no file can be named.
    """
    names = {Path(file).name for file in files}
    for name in ("model_quantized.onnx", "model.onnx", "model_fp16.onnx"):
        if name in names:
            return name
    raise CardError(
        f"no onnx/model_quantized.onnx and no onnx/model.onnx among {sorted(names)}; export the model first"
    )


def usage(model: Model, repo: str) -> list[dict[str, str]]:
    """The usage snippets of a model, in the order of the tools, with the output that they printed.

    Raises:
        CardError: The snippet of a tool was not run.
    """
    files = [variant.file for variant in model.variants]
    wanted = tools(model.task, files)
    outputs = {example.tool: example for example in model.examples}
    missing = [tool for tool in wanted if tool not in outputs]
    if missing:
        raise CardError(
            f"the ledger has no output of the snippet for {', '.join(missing)}; see cards.render.snippets.run"
        )
    file = onnx_file(files) if len(wanted) > 1 else ""
    return [
        {
            "tool": tool,
            "install": INSTALL[tool],
            "code": code(tool, repo, file, outputs[tool].text, model.task),
            "output": outputs[tool].output,
        }
        for tool in wanted
    ]


def run(
    tool: Tool,
    model_folder: Path,
    text: str = SAMPLE,
    python: str = sys.executable,
    task: Task = "token-classification",
) -> str:
    """What the snippet of `tool` prints for a local model folder.

    python: the interpreter, which must have the tool installed ("clinstill" is taken from here).
    Raises CardError with the end of the snippet's standard error when it fails.
    """
    folder = Path(model_folder).resolve()
    file = "" if tool == "transformers" else onnx_file(map(str, (folder / "onnx").glob("*.onnx")))
    source = code(tool, str(folder), file, text, task)
    with tempfile.TemporaryDirectory() as packages:
        (Path(packages) / "clinstill").symlink_to(_ENGINE, target_is_directory=True)
        done = subprocess.run(
            [python, "-c", source],
            cwd=packages,
            env=os.environ | {"PYTHONPATH": packages, "HF_HUB_OFFLINE": "1", "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
        )
    if done.returncode:
        raise CardError(f"the {tool} snippet failed on {folder}:\n{done.stderr[-2000:]}")
    return done.stdout


def _quoted(value: str) -> str:
    """A Python string literal in double quotes: a JSON string is one."""
    return json.dumps(value, ensure_ascii=False)
