"""Recipe: everything that decides what a run makes, typed, and read from a file and `--set`."""

from .reading import RECIPES, RecipeError, load_recipe, nearest, recipes
from .schema import Base, Distillation, Fitting, Quantization, Recipe

__all__ = [
    "RECIPES",
    "Base",
    "Distillation",
    "Fitting",
    "Quantization",
    "Recipe",
    "RecipeError",
    "load_recipe",
    "nearest",
    "recipes",
]
