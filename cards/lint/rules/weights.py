"""Files of weights against what their headers say, and the card against them."""

import re

from ..input.files import Files
from ..input.parts import Folder
from ..input.weights import Tensors, tensors
from ..registry import Faults, rule

INDEX = "model.safetensors.index.json"
# "- **Parameters:** 66M", "| Number of parameters | 66,362,880 |"
_PARAMETERS = re.compile(
    r"^[\s>*|+-]*(?:number of |total |model )?param(?:eter)?s\**\s*[:|]\**\s*[~≈]?\s*"
    r"(?P<number>\d+(?:,\d{3})+|\d+(?:\.\d+)?)\s?(?P<unit>[KMB]|thousand|million|billion|)\**\s*\|?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_NEAR = 0.15  # embeddings, heads or adapters may be left out of a count


@rule("weights.readable")
def readable(folder: Folder) -> Faults:
    """Weights are complete safetensors files, and every shard that the index names is there.

    Why: `from_pretrained` fails, or loads a model with random weights.
    Fix: Save and upload the weights again.
    """
    for name in _shards(folder.files):
        if name not in folder.files:
            yield folder.file(INDEX), f"the index names {name}, which is not there"
    found = _weights(folder.files)
    if isinstance(found, str):
        yield (
            folder.file(found.partition(":")[0]),
            f"no complete safetensors file: {found.partition(': ')[2]}",
        )


@rule("weights.parameters")
def parameters(folder: Folder) -> Faults:
    """The number of parameters in a list or table is what the header of the weights gives.

    Why: Readers choose a model by its size.
    Fix: Write the count that the Hub shows beside the weights.
    """
    counted = _weights(folder.files)
    if not isinstance(counted, Tensors) or counted.packed or not counted.parameters:
        return
    for said in _PARAMETERS.finditer(folder.card.text):
        value = float(said["number"].replace(",", "")) * _UNITS[said["unit"].lower()]
        if abs(value - counted.parameters) > _NEAR * counted.parameters:
            shown = f"{said['number']}{said['unit']}"
            place = folder.card.at(said.start("number"))
            yield place, f"{shown} parameters, and the weights have {counted.parameters:,}"


def _weights(files: Files) -> Tensors | str | None:
    """What the headers of the model's safetensors files say; None where it has none."""
    names = [name for name in _shards(files) if name in files] or ["model.safetensors"]
    names = [name for name in names if name in files and not files.is_pointer(name)]
    return tensors(files, names) if names else None


def _shards(files: Files) -> list[str]:
    index = files.json(INDEX).get("weight_map")
    return sorted({str(name) for name in index.values()}) if isinstance(index, dict) else []
