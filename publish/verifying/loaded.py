"""Whether a model folder loads in each program that its users load it with, and finds there what the
engine finds with the same weights."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from space.engine import EngineError, Entity, load

from .loading import NAMED, REMEDY, TOOLS, LoaderError, Program, find, start
from .report import Check

FP32 = "onnx/model.onnx"
NOT_LOADED = Check(
    what="loads",
    verdict="not run",
    found="only token classifiers are loaded here: try it in the program that its card names",
)
Found = list[list[Entity]]  # of each text


def check_loaders(folder: Path, texts: Sequence[str], say: Callable[[str], None]) -> Iterator[Check]:
    """One check for the engine and one for each other program, for all of the folder's files that it can
    load, on these texts. `say` is told what takes time."""
    by_engine, refused = _by_engine(folder, texts)
    if by_engine or refused:
        loaded = [f"{file}: {sum(map(len, found))} entities" for file, found in by_engine.items()]
        yield _check("loads in clinstill", not refused, refused or loaded)
    for tool in TOOLS:
        files = [file for file in NAMED[tool] if file in by_engine or _is_weights(folder / file)]
        program = find(tool)
        if not files:
            missing = f"nothing to load: needs {' or '.join(NAMED[tool])}"
            yield Check(what=f"loads in {tool}", verdict="not run", found=missing)
        elif program is None:
            missing = f"no environment here has it: {REMEDY}"
            yield Check(what=f"loads in {tool}", verdict="not run", found=missing)
        else:
            say(f"loading with {tool}")
            done = [_loaded(program, folder, file, texts, by_engine) for file in files]
            wrong = [line for holds, line in done if not holds]
            yield _check(f"loads in {tool}", not wrong, wrong or [line for _, line in done])


def spans(found: Sequence[Entity]) -> list[tuple[int, int, str]]:
    """What two programs have to agree on: a score may differ by rounding."""
    return [(entity.start, entity.end, entity.label) for entity in found]


def _by_engine(folder: Path, texts: Sequence[str]) -> tuple[dict[str, Found], list[str]]:
    """What the engine finds, by ONNX file, and one line for each file that it refuses: such a file is
    given to no other program either."""
    found, refused = {}, []
    for file in sorted(path.relative_to(folder).as_posix() for path in folder.glob("onnx/*.onnx")):
        try:
            found[file] = load(folder, file=file)(texts)
        except EngineError as error:
            refused.append(f"{file}: {error}")
    return found, refused


def _is_weights(path: Path) -> bool:
    return path.suffix == ".safetensors" and path.is_file()


def _loaded(
    program: Program, folder: Path, file: str, texts: Sequence[str], by_engine: Mapping[str, Found]
) -> tuple[bool, str]:
    """Whether the file loads and finds the engine's entities, and one line that says so."""
    reference = by_engine.get(FP32 if file.endswith(".safetensors") else file)
    try:
        with start(program, folder, file) as loader:
            found = loader(texts)
    except (LoaderError, EngineError) as error:  # of the program; of config or tokenizer
        return False, f"{file}: {error}"
    if loader.ids_differ:
        return False, f"{file}: its tokenizer reads {len(loader.ids_differ)} of {len(texts)} texts otherwise"
    line = f"{file}: {sum(map(len, found))} entities, {program.tool} {loader.version}"
    if reference is None:
        return True, f"{line}; no {FP32} to compare with"
    pairs = zip(found, reference, strict=True)
    apart = sum(spans(ours) != spans(theirs) for ours, theirs in pairs)
    if apart:
        return False, f"{line}; other entities than the engine's in {apart}"
    return True, f"{line}; the engine's own"


def _check(what: str, holds: bool, lines: Sequence[str]) -> Check:
    return Check(what=what, verdict="ok" if holds else "FAIL", found="\n".join(lines))
