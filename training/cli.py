"""Command line `python -m training`: runs, plans and compares recipes, lists them, copies their models.

What the user gave is looked at before torch is imported, which takes seconds.
"""

import argparse
import importlib.util
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from .arguments import ENVIRONMENT, parser

if TYPE_CHECKING:
    from .recipe import Recipe

OURS = ("training", "cards", "space")


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and run it.

    Errors that a user can mend are printed without a traceback; the exit code is then 2.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        _main(arguments)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in OURS:
            raise
        _fail(_other_environment(error.name, arguments))
    except OSError as error:  # a full disk, a folder that may not be written
        _fail(error)
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on from here", file=sys.stderr)
        sys.exit(130)


def _main(arguments: list[str]) -> None:
    from cards.errors import CardError
    from space.engine import EngineError

    from .corpora import CorpusError
    from .errors import StageError
    from .recipe import RecipeError, load_recipe

    options = parser().parse_args(arguments)
    try:
        if options.verb == "recipes":
            _recipes(options)
        elif options.verb == "graph":
            from . import graph_text

            print(graph_text.FORMATS[options.format](load_recipe(options.recipe, options.set)))
        elif options.verb == "compare":
            _compare(options)
        elif options.verb == "table":
            _table(options)
        elif options.verb == "bundle":
            from . import bundling

            bundling.bundle(options.run, options.to)
        elif options.verb == "unbundle":
            _unbundle(options)
        else:
            _run(options)
    except (RecipeError, CorpusError, StageError, EngineError, CardError) as error:
        _fail(error)


def _run(options: argparse.Namespace) -> None:
    """A run, or its plan; what can be known is looked at before torch is imported."""
    from . import library_logs
    from .corpora import check
    from .recipe import RecipeError, load_recipe, recipes
    from .run_context import Context
    from .run_folder import RECIPE, RunFolder
    from .store import Store

    recipe = load_recipe(options.recipe, options.set)
    called = options.recipe if options.recipe in recipes() and not options.set else RECIPE
    data = dict(_place(text, recipe) for text in options.data)
    run = RunFolder(options.out)
    context = Context(recipe, run, data, Store(options.store) if options.store else None, called=called)
    check(context.corpora.values(), data)
    if options.out.exists() and not options.out.is_dir():
        raise RecipeError(f"--out {options.out} is a file; give a folder, which is made if it is missing")
    if options.verb == "plan":
        from . import planning

        print(planning.plan(context))
        return
    if importlib.util.find_spec("torch") is None:  # told before the run folder is made
        raise ModuleNotFoundError(name="torch")
    library_logs.keep(run.log / "libraries.log")
    from . import running

    running.run(context, options.first, options.last)


def _recipes(options: argparse.Namespace) -> None:
    from .recipe import documentation, load_recipe, recipes

    if options.schema:
        print(documentation.schema(), end="")
    elif options.keys:
        documentation.write_keys(options.keys)
    else:
        for name in recipes():
            print(f"{name:16} {load_recipe(name).summary}")


def _compare(options: argparse.Namespace) -> None:
    """Compare two runs; exit code 1 where a gate does not hold."""
    from . import compare_runs

    found = compare_runs.compare(options.first, options.second, options.model, options.variant)
    print(compare_runs.FORMATS[options.format](found))
    if options.webhook:
        compare_runs.notify(options.webhook, found)
    if not all(gate.held for comparison in found for gate in comparison.gates):
        sys.exit(1)


def _table(options: argparse.Namespace) -> None:
    from . import methods_table

    if options.page:
        methods_table.write_table(options.run, options.baseline, options.page)
    else:
        print(methods_table.table(options.run, options.baseline))


def _unbundle(options: argparse.Namespace) -> None:
    from . import bundling
    from .errors import StageError
    from .recipe import load_recipe

    ledger = bundling.published(options.bundled)
    recipe = load_recipe(options.recipe or ledger.recipe)
    if options.out.exists() and not (options.out.is_dir() and next(options.out.iterdir(), None) is None):
        raise StageError(f"--out {options.out} is there already; name a new folder")
    for name, model in ledger.models.items():
        if model.labels != recipe.labels:
            found, wanted = ", ".join(model.labels), ", ".join(recipe.labels)
            raise StageError(
                f"the {name} labels {found}, the recipe {recipe.name} {wanted}: another made the pair"
            )
    from .unbundling import unbundle

    unbundle(options.bundled, ledger, recipe, options.out)


def _fail(problem: object) -> NoReturn:
    print(f"error: {problem}", file=sys.stderr)
    sys.exit(2)


def _other_environment(package: str | None, arguments: list[str]) -> str:
    again = shlex.join([f"{ENVIRONMENT}/bin/python", "-m", "training", *arguments])
    return (
        f"{sys.executable} has no package {package!r}; training has an environment of its own, which"
        f" `make setup` makes or brings up to date. Then run\n  {again}"
    )


def _place(text: str, recipe: "Recipe") -> tuple[str, Path]:
    """The corpus and folder of one `--data`."""
    from .recipe import RecipeError, nearest

    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise RecipeError(f"--data takes ID=FOLDER of a corpus, found {text!r}")
    known = dict.fromkeys(corpus.id for corpus in recipe.corpora.values())
    if name not in known:
        raise RecipeError(
            f"--data {text}: recipe {recipe.name} reads no corpus {name!r}{nearest(name, known)};"
            f" its corpora: {', '.join(known)}"
        )
    folder = Path(os.path.expanduser(path))  # no shell does that behind ID=
    if not folder.is_dir():
        what = "is a file; give the folder that holds it" if folder.exists() else "does not exist"
        raise RecipeError(f"--data {text}: {folder} {what}")
    return name, folder
