"""Usage snippets: the code that a card shows, and running it to get the output shown below it.

Training runs each snippet on the finished model folder and keeps the output as an
`Example` of the ledger:

    Example(tool=tool, text=SAMPLE, output=output) for output in run(tool, folders)
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import CardError
from ..ledger import Model, Task, Tool

SAMPLE = "After two weeks of isoniazid the patient developed jaundice, and rifampicin was stopped."

INSTALL: dict[Tool, str] = {
    "transformers": "pip install transformers torch",
    "optimum": 'pip install "optimum-onnx[onnxruntime]"',
    "clinstill": "pip install .  # in a clone of the Clinstill repository",
}

TOOLS: dict[Task, tuple[Tool, ...]] = {  # the engine tags entities and does nothing else
    "token-classification": ("transformers", "optimum", "clinstill"),
    "text-classification": ("transformers", "optimum"),
    "fill-mask": ("transformers", "optimum"),
}


@dataclass(frozen=True)
class _Pipeline:
    """A pipeline of transformers as a snippet has it."""

    name: str
    model_class: str  # of optimum
    shows: str  # what stands below it
    options: str = ""


_PIPELINES: dict[Task, _Pipeline] = {
    "token-classification": _Pipeline(
        "tagger",
        "ORTModelForTokenClassification",
        """\
for e in tagger(text):
    print(e["entity_group"], e["start"], e["end"], text[e["start"] : e["end"]], round(float(e["score"]), 2))
""",
        ', aggregation_strategy="first"',
    ),
    "text-classification": _Pipeline(
        "classifier",
        "ORTModelForSequenceClassification",
        """\
for found in classifier([text]):
    print(found["label"], round(float(found["score"]), 2))
""",
    ),
    "fill-mask": _Pipeline(
        "fill",
        "ORTModelForMaskedLM",
        """\
for found in fill(text.replace("[MASK]", fill.tokenizer.mask_token)):
    print(found["token_str"].strip(), round(float(found["score"]), 2))
""",
    ),
}

# What the install line of "clinstill" installs, for running the snippet from this repository.
_ENGINE = Path(__file__).parents[2] / "space" / "engine"


def code(tool: Tool, model: str, file: str, text: str = SAMPLE, task: Task = "token-classification") -> str:
    """The snippet of a tool.

    Args:
        tool: One of those in TOOLS for the task.
        model: Hub id, or a folder in the Hub layout.
        file: The ONNX file in its `onnx/` (see `onnx_file`).
        text: What the snippet gives to the model.
        task: The model's.
    """
    model, file, text = (json.dumps(value, ensure_ascii=False) for value in (model, file, text))
    if tool == "clinstill":
        return f"""\
from clinstill import load

text = {text}
tagger = load({model})
for entity in tagger([text])[0]:
    print(entity.label, entity.start, entity.end, entity.text, round(entity.score, 2))
"""
    made = _PIPELINES[task]
    if tool == "transformers":
        return f"""\
from transformers import pipeline

text = {text}
{made.name} = pipeline("{task}", model={model}{made.options})
{made.shows}"""
    return f"""\
from optimum.onnxruntime import {made.model_class}
from transformers import AutoTokenizer, pipeline

text = {text}
model = {made.model_class}.from_pretrained({model}, subfolder="onnx", file_name={file})
tokenizer = AutoTokenizer.from_pretrained({model})
{made.name} = pipeline("{task}", model=model, tokenizer=tokenizer{made.options})
{made.shows}"""


def tools(task: Task, files: Iterable[str]) -> list[Tool]:
    """The tools that can run a model: without an ONNX file among `files`, transformers alone."""
    has_onnx = any(Path(file).suffix == ".onnx" for file in files)
    return [tool for tool in TOOLS[task] if has_onnx or tool == "transformers"]


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
    model_folders: Sequence[Path],
    text: str = SAMPLE,
    python: str = sys.executable,
    task: Task = "token-classification",
) -> list[str]:
    """What the snippet of `tool` prints for each local model folder, in one process: imports take longest.

    python: the interpreter, which must have the tool installed ("clinstill" is taken from here).
    Raises CardError with the end of the snippets' standard error when one fails.
    """
    sources = []
    for folder in [folder.resolve() for folder in model_folders]:
        file = "" if tool == "transformers" else onnx_file(map(str, (folder / "onnx").glob("*.onnx")))
        sources.append(code(tool, str(folder), file, text, task))
    between = secrets.token_hex()
    with tempfile.TemporaryDirectory() as packages:
        (Path(packages) / "clinstill").symlink_to(_ENGINE, target_is_directory=True)
        done = subprocess.run(
            [python, "-c", f"print('{between}', end='')\n".join(sources)],
            cwd=packages,
            env=os.environ | {"PYTHONPATH": packages, "HF_HUB_OFFLINE": "1", "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
        )
    if done.returncode:
        failed = ", ".join(map(str, model_folders))
        raise CardError(f"the {tool} snippet failed on {failed}:\n{done.stderr[-2000:]}")
    return done.stdout.split(between)
