"""Files of weights against what their headers say."""

from ..input.parts import Folder
from ..input.weights import parameters
from ..registry import Faults, rule

INDEX = "model.safetensors.index.json"


@rule("weights.readable")
def readable(folder: Folder) -> Faults:
    """Weights are complete safetensors files, and every shard that the index names is there.

    Why: `from_pretrained` fails, or loads a model with random weights.
    Fix: Save and upload the weights again.
    """
    index = folder.files.json(INDEX).get("weight_map")
    shards = sorted({str(name) for name in index.values()}) if isinstance(index, dict) else []
    for name in shards or ["model.safetensors"]:
        if name in folder.files:
            found = parameters(folder.files, name)
            if isinstance(found, str) and not folder.files.is_pointer(name):
                yield folder.file(name), f"no complete safetensors file: {found}"
        elif shards:
            yield folder.file(INDEX), f"the index names {name}, which is not there"
