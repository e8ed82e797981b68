"""The record of every task that a recipe may name, and the modules that records name."""

import importlib
from types import ModuleType

from .entities import ENTITIES

TASKS = {task.name: task for task in (ENTITIES,)}


def import_named(name: str) -> ModuleType:
    """Import a module of `training` that a record names."""
    return importlib.import_module(f"..{name}", __package__)
