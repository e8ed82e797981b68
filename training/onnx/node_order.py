"""Order of a graph's nodes: each behind those that it reads, in the branches of an If too, as ONNX has it.

ONNX Runtime's quantizer sorts without a look into branches. ONNX Runtime itself runs such a file, but the
checker of ONNX refuses it.
"""

from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import onnx


def sort_nodes(file: Path) -> None:
    """Sort the nodes of an ONNX file."""
    model = onnx.load(file)
    nodes = list(model.graph.node)
    made = {name: number for number, node in enumerate(nodes) for name in node.output if name}
    order = TopologicalSorter[int]()
    for number, node in enumerate(nodes):
        order.add(number, *(made[name] for name in _read(node) if name in made))
    del model.graph.node[:]
    model.graph.node.extend(nodes[number] for number in order.static_order())
    onnx.save(model, file)


def _read(node: onnx.NodeProto) -> Iterator[str]:
    """The names that a node reads."""
    yield from node.input
    for attribute in node.attribute:
        for inner in attribute.g.node:
            yield from _read(inner)
