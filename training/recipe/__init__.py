"""Recipe: everything that decides what a run makes, typed, and read from a file and `--set`."""

from .consistency import nearest
from .reading import RECIPES, RecipeError, load_recipe, recipes
from .schema import Recipe

__all__ = ["RECIPES", "Recipe", "RecipeError", "load_recipe", "nearest", "recipes"]
