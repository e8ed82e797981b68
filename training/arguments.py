"""Arguments of `python -m training`: its verbs and what each takes, with help that teaches."""

import argparse
from pathlib import Path

ENVIRONMENT = ".venv-training"

EXAMPLES = f"""examples:
  python -m training recipes                         what can be run
  python -m training graph bundled                   its steps, and what each reads
  python -m training run smoke --out runs/smoke      a whole run in two minutes, no data needed
  python -m training plan bundled --out runs/x       what would run there, and why
  python -m training run bundled --out runs/bundled --data bc5cdr=PATH --data pubmed=PATH
  python -m training run bundled --out runs/x --set steps.teacher.epochs=3 --set window=128
  python -m training run bundled --out runs/bundled --from student      repeat from a step on
  python -m training run bundled --out runs/a --store runs/store        share finished steps between runs
  python -m training compare runs/a runs/b           which is better, by how much, and is it certain
  python -m training bundle runs/bundled             copy the pair into space/bundled
  python -m training unbundle space/bundled --out runs/pair      a run of that pair, to publish or measure

`make setup` makes the environment that all but `recipes` and `graph` need; then begin with
  source {ENVIRONMENT}/bin/activate

A run can be stopped at any time: the same command goes on where it stopped, and a step is not repeated
whose settings, inputs and code did not change. It ends with what the next commands take:
  python -m cards render runs/smoke                  the model cards, from the run's ledger

Energy and carbon of training are claimed where they can be known. The energy is read from the counters
of processors and graphics cards, where these can be read; otherwise tell the rated power of all
processors together. The carbon needs the country, three letters of ISO 3166:
  CLINSTILL_CPU_WATTS=65 CLINSTILL_COUNTRY=DEU python -m training run smoke --out runs/smoke"""

RUN = """Run everything of a recipe that still has to run: read the corpora, do the steps in their order, then
for each model export it to ONNX, quantise it to INT8 where the recipe says so, calibrate its scores and
measure its files, and write the ledger. `graph` shows what that is for a recipe.

A recipe of your own is a copy of one in training/recipes/, given by its path; the modules of
`training/recipe/` say what each key means."""

LEFT = """what lies in RUN afterwards:
  models/NAME                       as they are published: config, tokenizer, FP32, INT8
  ledger.json                       every number, with what it was measured on
  recipe.yaml, log/, figures/       the recipe as it was run; how training went; what libraries said
  corpora/, steps/, measured/       the texts as they were read; what steps left; what models found

example:
  python -m training run smoke --out runs/smoke --set steps.teacher.epochs=2"""


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    shape = argparse.RawDescriptionHelpFormatter
    made = argparse.ArgumentParser(
        prog="python -m training",
        description="Make models from a recipe, with their INT8 files, and measure them.",
        epilog=EXAMPLES,
        formatter_class=shape,
    )
    verbs = made.add_subparsers(
        dest="verb", required=True, metavar="VERB", title="verbs (VERB --help tells more)"
    )
    listed = verbs.add_parser(
        "recipes",
        help="list the recipes",
        description="List the recipes of the project, a line each; or describe what a recipe may say.",
    )
    listed.add_argument("--schema", action="store_true", help="print a JSON schema, for editors")
    listed.add_argument("--keys", type=Path, metavar="PAGE", help="write every key into docs/recipes.md")
    drawn = verbs.add_parser(
        "graph",
        parents=[_recipe_options()],
        help="show the steps of a recipe",
        description="Show what a run of a recipe does, in order, and what each step reads.",
    )
    drawn.add_argument("--format", choices=("text", "mermaid"), default="text", help="default: %(default)s")
    common = [_recipe_options(), _run_options()]
    whole = verbs.add_parser(
        "run",
        parents=common,
        help="everything that still has to run",
        description=RUN,
        epilog=LEFT,
        formatter_class=shape,
    )
    step = "a step of the recipe, or what follows from a model, such as student.int8; `graph` lists them"
    whole.add_argument("--from", dest="first", metavar="STEP", help=f"repeat from here on: {step}")
    whole.add_argument("--until", dest="last", metavar="STEP", help="run nothing that comes after it")
    verbs.add_parser(
        "plan",
        parents=common,
        help="say what a run would do, and why",
        description="Say what `run` with the same options would do, and why. Nothing is run or written.",
    )
    _add_compare(verbs)
    table = verbs.add_parser(
        "table",
        help="the models of a run against one of them",
        description="Print a Markdown table of the models of a run, each against a baseline among them, from "
        "the run's ledger.",
    )
    table.add_argument("run", type=Path, metavar="RUN", help="folder of a finished run")
    table.add_argument("--baseline", required=True, metavar="MODEL", help="what the others are held against")
    table.add_argument("--page", type=Path, metavar="FILE", help="put it between the markers of this page")
    _add_pair_verbs(verbs)
    return made


def _add_compare(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    compare = verbs.add_parser(
        "compare",
        help="hold one run against another",
        description="Hold the models of a run against those of the same names of another, on the same "
        "documents: paired bootstrap and Wilcoxon on F1, Mann-Whitney on latency. Exit code 1 where a gate "
        "does not hold; `gates` of the first run's recipe declares them.",
    )
    compare.add_argument("first", type=Path, metavar="RUN_A", help="the reference, a finished run")
    compare.add_argument("second", type=Path, metavar="RUN_B", help="the run that is held against it")
    compare.add_argument("--model", metavar="NAME", help="only this model; default: all that both have")
    compare.add_argument(
        "--variant", choices=("fp32", "fp16", "int8"), help="file of both; default: the smallest"
    )
    compare.add_argument(
        "--format", choices=("text", "markdown", "json"), default="text", help="default: %(default)s"
    )
    compare.add_argument("--webhook", metavar="URL", help="post the comparison there, as JSON")


def _add_pair_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    copy = verbs.add_parser(
        "bundle",
        help="copy a run's pair into the Space",
        description="Copy what inference needs of a run's pair into the Space, as its default models.",
    )
    copy.add_argument("run", type=Path, metavar="RUN", help="folder of a finished run")
    copy.add_argument("--to", type=Path, default=Path("space/bundled"), help="default: %(default)s")
    back = verbs.add_parser(
        "unbundle",
        help="make a run of a bundled pair",
        description="Make a run folder of a bundled pair, to publish and to measure. Its FP32 weights are "
        "read back from the files of the bundle; `run` then quantises, calibrates and measures it.",
    )
    back.add_argument("bundled", type=Path, metavar="BUNDLED", help="folder with student/ and teacher/")
    back.add_argument("--out", type=Path, required=True, metavar="RUN", help="run folder, a new one")
    back.add_argument("--recipe", help="what made the pair, where its ledger names no recipe of ours")


def _recipe_options() -> argparse.ArgumentParser:
    """What every verb that reads a recipe takes."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("recipe", help="name of a recipe, or a path ending in .yaml")
    common.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a key of the recipe, e.g. steps.student.epochs=2; any number of times",
    )
    return common


def _run_options() -> argparse.ArgumentParser:
    """What every verb that is about a run takes, besides the recipe."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--out", type=Path, required=True, metavar="RUN", help="run folder, made if missing")
    common.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="ID=FOLDER",
        help="where a corpus of the recipe lies; else $CLINSTILL_DATA/ID, else the Hub; once for each corpus",
    )
    common.add_argument(
        "--store", type=Path, metavar="DIR", help="finished steps that runs share: taken from here, kept here"
    )
    return common
