"""Cases of lint rules: cards and repositories that break a rule, or look like it and do not.

`tests/cards/lint/cases/ID.yaml` has the lists `wrong` and `right`. A case is

    card: the text of a card; with `files` a repository is made of both
    files: {config.json: {...}, model.safetensors: {tensors: {weight: [10, 10]}}, model.onnx: {graph: 5},
        a.txt: text}
    hub: what the Hub's own check says of the card, [error, ...]
    run: changes of the rendered run of `tiny_ledger`, each {file, replace, by}, {file, claim, set},
        {file, write} or {delete: file}
    line, says: where a wrong case is found, and words of the message
"""

import json
import struct
from pathlib import Path

import onnx
import tiny_ledger
import yaml

CASES = Path(__file__).parents[1] / "cards" / "lint" / "cases"
NAME = "reef-ner"  # the folder of a case with files


def cases(kind: str) -> list[tuple[str, int, dict]]:
    """(rule, number, case) of a kind, "wrong" or "right"."""
    files = sorted(CASES.glob("*.yaml"))
    read = {file.name.removesuffix(".yaml"): yaml.safe_load(file.read_text("utf-8")) for file in files}
    return [(rule, number, case) for rule in read for number, case in enumerate(read[rule].get(kind, ()))]


def make(case: dict, parent: Path) -> Path:
    """The path to lint: a card, or a folder named `NAME`. A case of a run is made by `change`."""
    folder = parent / NAME
    folder.mkdir()
    (folder / "README.md").write_text(case["card"], encoding="utf-8")
    for name, content in case.get("files", {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(_bytes(name, content))
    return folder if "files" in case else folder / "README.md"


def change(run: Path, changes: list[dict]) -> None:
    """Make a run wrong, or right in another way."""
    for each in changes:
        path = run / (each.get("file") or each["delete"])
        if "delete" in each:
            path.unlink()
        elif "write" in each:
            path.write_text(each["write"])
        elif "claim" in each:
            tiny_ledger.change(path, each["claim"], **each["set"])
        else:
            text = path.read_text(encoding="utf-8")
            assert each["replace"] in text
            path.write_text(text.replace(each["replace"], each["by"], 1), encoding="utf-8")


def _bytes(name: str, content: str | dict) -> bytes:
    if isinstance(content, str):
        return content.encode()
    if "bytes" in content:
        return bytes(content["bytes"])
    if "tensors" in content:
        return safetensors(content["tensors"])
    return graph(content["graph"]) if name.endswith(".onnx") else json.dumps(content).encode()


def safetensors(tensors: dict[str, list[int]], dtype: str = "F32", size: int = 4) -> bytes:
    """A safetensors file of zeros."""
    header: dict[str, dict] = {}
    end = 0
    for name, shape in tensors.items():
        count = size
        for axis in shape:
            count *= axis
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + count]}
        end += count
    packed = json.dumps(header).encode()
    return struct.pack("<Q", len(packed)) + packed + bytes(end)


def graph(width: int) -> bytes:
    """An ONNX graph whose output has `width` places for each token."""
    shape = ["batch", "tokens", width]
    ends = [onnx.helper.make_tensor_value_info(name, 1, shape) for name in ("hidden", "logits")]
    node = onnx.helper.make_node("Identity", ["hidden"], ["logits"])
    made = onnx.helper.make_graph([node], "head", ends[:1], ends[1:])
    opset = [onnx.helper.make_opsetid("", 17)]
    return onnx.helper.make_model(made, opset_imports=opset, ir_version=8).SerializeToString()
