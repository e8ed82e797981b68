"""The page on recipes holds what the types say, and its examples are recipes."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from training.recipe import RECIPES, documentation, load_recipe
from training.recipe.documentation import BEGIN, END

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/recipes.md"
EXAMPLES = re.findall(r"^```yaml\n(name: (\S+)\n.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)


def test_the_page_has_every_key():
    shown = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert shown.strip() == documentation.keys(), "run `python -m training recipes --keys docs/recipes.md`"


def test_every_key_has_a_meaning():
    assert [line for line in documentation.keys().splitlines() if line.endswith("|  |")] == []


@pytest.mark.parametrize(("text", "name"), EXAMPLES, ids=[name for _, name in EXAMPLES])
def test_an_example_is_a_recipe(tmp_path, text, name):
    path = tmp_path / f"{name}.yaml"
    path.write_text(text)
    assert load_recipe(str(path)).name == name


def test_there_are_three_examples():
    assert len(EXAMPLES) == 3


def test_the_schema_takes_the_recipes_of_the_project_and_the_examples():
    texts = [text for text, _ in EXAMPLES] + [path.read_text() for path in RECIPES.glob("*.yaml")]
    for text in texts:
        jsonschema.validate(json.loads(as_json(text)), json.loads(documentation.schema()))


def as_json(text: str) -> str:
    """As an editor reads it, by YAML 1.2: `on` is a word, and 4e-4 a number."""
    data = yaml.safe_load(re.sub(r"\bon: ", '"on": ', text))
    return re.sub(r'"(\d+e-\d+)"', lambda found: str(float(found[1])), json.dumps(data))
