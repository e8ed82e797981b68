"""Clinstill's engine, called as a user calls it."""

from pathlib import Path

from bench_worker import Tag

from space.engine import load as load_tagger


def load(models: Path, *, threads: int | None = None) -> Tag:
    """threads: as `space.engine.load` takes them."""
    tagger = load_tagger(models / "shipped", threads=threads)

    def tag(texts: list[str], _batch: int) -> list[list[tuple[int, int, str]]]:
        return [[(one.start, one.end, one.label) for one in found] for found in tagger(texts)]

    return tag
