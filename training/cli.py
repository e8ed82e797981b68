"""`python -m training`: run a recipe, one stage of it, or list recipes."""

import argparse
import sys
from pathlib import Path

EXAMPLES = """examples:
  python -m training recipes                         what can be run
  python -m training run smoke --out runs/smoke      a whole run in two minutes, no data needed
  python -m training run bundled --out runs/bundled --data bc5cdr=PATH --data pubmed=PATH
  python -m training run bundled --out runs/x --set teacher.fitting.epochs=3 --set window=128
  python -m training run bundled --out runs/bundled --from quantize     repeat from a stage on
  python -m training student bundled --out runs/bundled                 repeat one stage only
  python -m training bundle runs/bundled             copy the pair into space/bundled

A run can be stopped at any time: the same command goes on where it stopped, and a stage whose
inputs did not change is not repeated.

Energy and carbon of training are claimed where they can be known. The energy is read from the counters
of processors and graphics cards, where these can be read; otherwise tell the rated power of all
processors together. The carbon needs the country, three letters of ISO 3166:
  CLINSTILL_CPU_WATTS=65 CLINSTILL_COUNTRY=DEU python -m training run smoke --out runs/smoke"""


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and run it. Errors that a user can mend are printed without a
    traceback, exit code 2."""
    # torch and transformers take seconds to import: --help should not wait for them
    from .recipe import RecipeError, load_recipe, recipes

    options = _parser().parse_args(arguments)
    if options.verb == "recipes":
        for name in recipes():
            print(f"{name:16} {load_recipe(name).summary}")
        return
    from cards.errors import CardError
    from space.engine import EngineError

    from . import bundle, pipeline
    from .context import Context
    from .corpora import CorpusError
    from .errors import StageError
    from .run_folder import RunFolder
    from .stages import STAGES

    try:
        if options.verb == "bundle":
            bundle.bundle(options.run, options.to)
            return
        recipe = load_recipe(options.recipe, options.set)
        context = Context(recipe, RunFolder(options.out), dict(_place(text) for text in options.data))
        if options.verb == "run":
            pipeline.run(context, options.first)
        else:
            pipeline.resolve(context)
            pipeline.run_stage(context, next(s for s in STAGES if s.name == options.verb))
    except (RecipeError, CorpusError, StageError, EngineError, CardError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on from here", file=sys.stderr)
        sys.exit(130)


def _place(text: str) -> tuple[str, Path]:
    from .recipe import RecipeError

    name, equals, path = text.partition("=")
    if not equals or not Path(path).is_dir():
        raise RecipeError(
            f"--data takes ID=FOLDER of a corpus, found {text!r}"
            + ("" if not equals else f": {path} is no folder")
        )
    return name, Path(path)


def _parser() -> argparse.ArgumentParser:
    from .stages import STAGES

    parser = argparse.ArgumentParser(
        prog="python -m training",
        description="Make a teacher, a student and its INT8 file from a recipe, and measure them.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("recipes", help="list the recipes")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("recipe", help="name of a recipe, or a path ending in .yaml")
    common.add_argument("--out", type=Path, required=True, metavar="RUN", help="run folder, made if missing")
    common.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="ID=PATH",
        help="folder of a corpus; else $CLINSTILL_DATA/ID, else the Hub",
    )
    common.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a key of the recipe, e.g. student.fitting.epochs=2",
    )
    whole = verbs.add_parser("run", parents=[common], help="every stage that still has to run")
    whole.add_argument(
        "--from",
        dest="first",
        choices=[s.name for s in STAGES],
        metavar="STAGE",
        help="repeat from this stage on: " + ", ".join(s.name for s in STAGES),
    )
    for stage in STAGES:
        verbs.add_parser(stage.name, parents=[common], help=f"repeat the stage {stage.name} only")
    copy = verbs.add_parser("bundle", help="copy a run's pair into the Space")
    copy.add_argument("run", type=Path, metavar="RUN")
    copy.add_argument("--to", type=Path, default=Path("space/bundled"))
    return parser
