"""Front matter against files: Spaces, data sets, and the task of a model."""

import fnmatch
import re
from collections.abc import Iterator

from ..finding import Finding, error, rule, warning
from ..front_matter import as_list
from ..hub_values import known
from ..subject import Subject

_TASKS = {
    "TokenClassification": "token-classification",
    "SequenceClassification": "text-classification",
    "MaskedLM": "fill-mask",
    "QuestionAnswering": "question-answering",
}
_LIKE = {"text-classification": {"zero-shot-classification", "text-ranking", "sentence-similarity"}}


@rule("space.field")
def space(subject: Subject) -> Iterator[Finding]:
    """A Space's front matter has the values that the Hub runs it with, and its files are there."""
    matter = subject.matter
    if subject.repo_type != "space" or matter.problem:
        return
    data = matter.data
    for key, kind in (("sdk", "sdks"), ("colorFrom", "colours"), ("colorTo", "colours")):
        if key in data and str(data[key]) not in known(kind):
            right = f"one of {', '.join(sorted(known(kind)))}"
            yield error("space.field", matter.place(key), repr(data[key]), right, key)
    short = data.get("short_description")
    if isinstance(short, str) and len(short) > 60:
        yield error(
            "space.field", matter.place("short_description"), f"{len(short)} characters", "at most 60"
        )
    if data.get("sdk") == "gradio" and not data.get("sdk_version"):
        yield warning("space.field", matter.place("sdk"), "no sdk_version", "the version that was tested")
    if not subject.files:
        return
    app = data.get("app_file", "Dockerfile" if data.get("sdk") == "docker" else None)
    if app and str(app) not in subject.files:
        yield error(
            "space.field", matter.place("app_file"), f"no file {app}", "a file of the Space", "app_file"
        )
    yield from _gradio_pin(subject)


def _gradio_pin(subject: Subject) -> Iterator[Finding]:
    version = subject.matter.data.get("sdk_version")
    if subject.matter.data.get("sdk") != "gradio" or "requirements.txt" not in subject.files:
        return
    text = subject.files.part("requirements.txt", 0, 100_000).decode("utf-8", errors="replace")
    pinned = re.search(r"^gradio(?:\[[^\]]*\])?==([\w.]+)", text, re.MULTILINE)
    if pinned and version and pinned[1] != str(version):
        place = subject.matter.place("sdk_version")
        yield error("space.field", place, str(version), f"{pinned[1]}, as requirements.txt pins gradio")


@rule("dataset.field")
def dataset(subject: Subject) -> Iterator[Finding]:
    """A data set's front matter names files that there are, and counts that add up."""
    matter = subject.matter
    if subject.repo_type != "dataset" or matter.problem:
        return
    for value, place in matter.all("size_categories"):
        if value not in known("sizes"):
            yield error("dataset.field", place, repr(value), "a range such as 1K<n<10K", "size_categories")
    for number, config in enumerate(as_list(matter.data.get("configs"))):
        for path in _paths(config):
            files = subject.files.sizes if subject.files else (path,)
            if not path.startswith("hf://") and not any(
                fnmatch.fnmatch(name, path.strip("/")) for name in files
            ):
                place = matter.place("configs", number)
                yield error("dataset.field", place, f"no file {path}", "data_files that are there", "configs")
    yield from _counted(subject)


def _counted(subject: Subject) -> Iterator[Finding]:
    """`size_categories` and the splits of `dataset_info`."""
    infos = [info for info in as_list(subject.matter.data.get("dataset_info")) if isinstance(info, dict)]
    splits = [split for info in infos for split in as_list(info.get("splits")) if isinstance(split, dict)]
    counts = [split.get("num_examples") for split in splits]
    if not counts or not all(isinstance(count, int) for count in counts):
        return
    for value, place in subject.matter.all("size_categories"):
        bounds = re.fullmatch(r"(?:(\d+)([KMB])<)?n<(\d+)([KMBT])", str(value))
        if bounds:
            unit = {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
            low = int(bounds[1]) * unit[bounds[2]] if bounds[1] else 0
            if len(infos) == 1 and not low <= sum(counts) <= int(bounds[3]) * unit[bounds[4]]:
                right = f"the range of {sum(counts):,}, the sum of the splits in dataset_info"
                yield error("dataset.field", place, str(value), right, "size_categories")


def _paths(config: object) -> Iterator[str]:
    data_files = config.get("data_files") if isinstance(config, dict) else None
    for entry in as_list(data_files):
        paths = entry.get("path") if isinstance(entry, dict) else entry
        yield from (path for path in as_list(paths) if isinstance(path, str))


@rule("front-matter.task")
def task(subject: Subject) -> Iterator[Finding]:
    """The task in the front matter is that of the model's head in config.json."""
    heads = subject.files.config.get("architectures") if subject.files else None
    has = {
        _TASKS[m[1]] for head in heads or () if (m := re.search(r"For(\w+)$", str(head))) and m[1] in _TASKS
    }
    for value, place in subject.matter.all("pipeline_tag"):
        if has and value not in has and value not in set().union(*(_LIKE.get(task, set()) for task in has)):
            right = f"{', '.join(sorted(has))}, as config.json has it ({heads[0]})"
            yield error("front-matter.task", place, repr(value), right, "pipeline_tag")
