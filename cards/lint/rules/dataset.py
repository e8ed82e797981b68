"""The front matter of a data set, against its files and itself."""

import fnmatch
import re
from collections.abc import Iterator

from ..hub_names import known
from ..input.card import Card
from ..input.parts import Folder
from ..read.front_matter import as_list
from ..registry import Faults, rule

_RANGE = re.compile(r"(?:(\d+)([KMB])<)?n<(\d+)([KMBT])")
_UNITS = {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


@rule("dataset.size")
def size(card: Card) -> Faults:
    """size_categories is a range of the Hub, and that of the examples which dataset_info counts.

    Why:
        Readers look for data by its size.
    Fix:
        Write the range of the sum of all splits, such as 1K<n<10K.
    """
    data, matter = card.front_matter.data, card.front_matter
    infos = [info for info in as_list(data.get("dataset_info")) if isinstance(info, dict)]
    splits = [split for info in infos for split in as_list(info.get("splits")) if isinstance(split, dict)]
    counts = [count for split in splits if isinstance(count := split.get("num_examples"), int)]
    for value, place in matter.all("size_categories") if card.repo_type == "dataset" else ():
        bounds = _RANGE.fullmatch(str(value))
        if value not in known("sizes"):
            yield place, f"{value!r} is no range such as 1K<n<10K"
        elif bounds and len(infos) == 1 and counts and len(counts) == len(splits):
            low = int(bounds[1]) * _UNITS[bounds[2]] if bounds[1] else 0
            if not low <= sum(counts) <= int(bounds[3]) * _UNITS[bounds[4]]:
                yield place, f"{value} is not the range of the {sum(counts):,} examples in dataset_info"


@rule("dataset.file")
def file(folder: Folder) -> Faults:
    """The data_files of a data set's configs are there.

    Why:
        `load_dataset` fails, and the Hub shows no viewer.
    Fix:
        Name files of the repository.
    """
    matter = folder.card.front_matter
    configs = as_list(matter.data.get("configs")) if folder.card.repo_type == "dataset" else []
    for number, config in enumerate(configs):
        for path in _paths(config):
            wanted = path.strip("/")
            if not path.startswith("hf://") and not fnmatch.filter(folder.files.sizes, wanted):
                yield matter.place("configs", number), f"there is no file {path}"


def _paths(config: object) -> Iterator[str]:
    data_files = config.get("data_files") if isinstance(config, dict) else None
    for entry in as_list(data_files):
        paths = entry.get("path") if isinstance(entry, dict) else entry
        yield from (path for path in as_list(paths) if isinstance(path, str))
