"""Damage model folders at random and load them: `python fuzz_models.py MODEL FIRST_SEED COUNT`.

Each seed is one folder, damaged in one to three places of its configuration, tokenizer or graph, loaded
and used on a text. Only EngineError may come of it. Prints a JSON line for each seed before it is tried
(where native code crashes, it is the last one), and exits with 1 at the first that is wrong. It runs in a
process of its own, with bounded memory.
"""

import copy
import json
import random
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import onnx

from space.engine import EngineError, load, time_limit

TEXT = "Aspirin caused renal failure, 😀 lidocaine was given after nau\u0301sea.\r\n"
MEMORY = 6 << 30  # bytes of address space
DEEP = 2000
VALUES = [
    None, True, False, -1, 0, 1, 7, 2**31, 2**63, 10**30, 1.5, -0.0, 1e308, float("inf"), float("nan"), "",
    "0", "a", "[UNK]", "O", "B-", "B-X", "\ud800", "\x00", "x" * 10_000, "(a+)+", [], {}, [None], [[]],
    {"a": None}, {"0": "O"}, [["a", -1.0]], ["a"] * 1000,
]  # fmt: skip


def places(tree: object) -> list[tuple[dict | list, str | int]]:
    """Every (container, key) of a JSON value."""
    found, todo = [], [tree]
    while todo:
        node = todo.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        for key in keys:
            found.append((node, key))
            todo.append(node[key])
    return found


def damage_tree(chance: random.Random, tree: dict) -> None:
    """Change, delete, double or swap one place, those near the root as often as those in long lists."""
    levels: dict[int, list] = {}
    for container, key in places(tree):
        levels.setdefault(len(container), []).append((container, key))
    container, key = chance.choice(levels[chance.choice(sorted(levels))])
    kind = chance.randrange(4)
    if kind == 0:
        del container[key]
    elif kind == 1:
        other, place = chance.choice(places(tree))
        container[key] = copy.deepcopy(other[place])
    elif kind == 2 and isinstance(container, dict):
        container[chance.choice(["", "x", "type", "Regex", f"{key} "])] = copy.deepcopy(chance.choice(VALUES))
    else:
        container[key] = copy.deepcopy(chance.choice(VALUES))


def damage_json(chance: random.Random, path: Path) -> None:
    if chance.random() < 0.2:
        damage_bytes(chance, path)
        return
    tree = json.loads(path.read_bytes())
    for _ in range(chance.randint(1, 3)):
        damage_tree(chance, tree)
    path.write_text(json.dumps(tree), encoding="utf-8")
    if chance.random() < 0.05:
        opening = chance.choice(["[", '{"a":'])
        path.write_text(opening * DEEP + path.read_text())
    if chance.random() < 0.05:
        path.write_bytes(path.read_text().encode(chance.choice(["utf-16", "utf-8-sig", "utf-32"])))


def damage_bytes(chance: random.Random, path: Path) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(content))
        kind = chance.randrange(4)
        if kind == 0:
            content[at] = chance.randrange(256)
        elif kind == 1:
            del content[at : at + chance.randint(1, 64)]
        elif kind == 2:
            content[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 16)))
        else:
            content[at:] = content[at : at + len(content) // 2]
        content = content or bytearray(b"x")
    path.write_bytes(bytes(content))


def damage_graph(chance: random.Random, path: Path) -> None:
    """Half of the time its bytes, near the front, where the graph stands, or anywhere; else its messages."""
    if chance.random() < 0.3:
        damage_bytes(chance, path)
        return
    model = onnx.load(path)
    for _ in range(chance.randint(1, 3)):
        damage_message(chance, model)
    path.write_bytes(model.SerializeToString())


def damage_message(chance: random.Random, model: onnx.ModelProto) -> None:
    """Walk from the root down to a field and change it."""
    message = model
    while True:
        field, value = chance.choice(message.ListFields())
        if field.type == field.TYPE_MESSAGE:
            if not field.is_repeated:
                message = value
            elif chance.random() < 0.1:
                if chance.random() < 0.5:
                    value.append(chance.choice(value))
                else:
                    value.pop(chance.randrange(len(value)))
                return
            else:
                message = chance.choice(value)
            if not message.ListFields():
                return
            continue
        new = scalar(chance, field, value[0] if field.is_repeated else value)
        with suppress(ValueError, TypeError):  # a number that the field cannot hold
            if field.is_repeated:
                value[chance.randrange(len(value))] = new
            else:
                setattr(message, field.name, new)
        return


def scalar(chance: random.Random, field: object, value: object) -> object:
    if isinstance(value, str):
        return chance.choice(
            [
                "",
                "Loop",
                "If",
                "Identity",
                "input_ids",
                "logits",
                "x" * 300,
                "Reshape",
                "Expand",
                "ai.onnx.ml",
            ]
        )
    if isinstance(value, bytes):
        return value[: chance.randrange(len(value) + 1)]
    if isinstance(value, float):
        return chance.choice([0.0, -1.0, 1e30, float("nan")])
    return chance.choice([-1, 0, 1, 2, 7, 9, 64, 1000, 2**20, 2**31 - 1, 2**62, -(2**62)])


def damage(chance: random.Random, folder: Path) -> str:
    """Returns which file was damaged."""
    ways: dict[str, Callable[[random.Random, Path], None]] = {
        "config.json": damage_json,
        "tokenizer.json": damage_json,
        "onnx/model.onnx": damage_graph,
    }
    name = chance.choice(list(ways))
    ways[name](chance, folder / name)
    return name


def main(model: Path, first: int, count: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    time_limit.LIMIT_S = 20
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory() as work:
            folder = Path(shutil.copytree(model, Path(work) / "model"))
            name = damage(random.Random(seed), folder)
            print(json.dumps({"seed": seed, "damaged": name}), flush=True)
            try:
                load(folder, file="model.onnx", threads=1)([TEXT])
                outcome = "used"
            except EngineError as error:
                outcome = str(error)
                if not outcome.startswith(str(folder)) or "\n" in outcome:
                    print(
                        f"seed {seed}: the message names no file, or has many lines: {outcome}",
                        file=sys.stderr,
                    )
                    return 1
            print(json.dumps({"outcome": outcome.removeprefix(work)[:300]}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
