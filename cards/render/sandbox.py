"""What a template may do, which may come from a folder of somebody's: read our records and write text.

Jinja's sandbox keeps templates from Python's own objects. This one also keeps them from what pydantic's
records can do besides holding values (one of their methods reads files), and bounds what is written.
"""

import traceback
from collections.abc import Mapping
from pathlib import Path

from jinja2 import BaseLoader, StrictUndefined, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel

from ..errors import CardError

LONGEST_CARD = 1_000_000  # characters that a template may write
MOST_COUNTED = 100_000  # steps of all ranges of a rendering together, so that loops in loops end
READ = {"claim", "find"}  # of a record's methods, those that templates call


class Sandbox(ImmutableSandboxedEnvironment):
    """A Jinja environment for cards."""

    intercepted_binops = frozenset(("*", "**"))

    def __init__(self, loader: BaseLoader):
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        del self.globals["lipsum"]
        self.globals["range"] = self._range
        self._counted = 0

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        if isinstance(obj, BaseModel) and attr not in type(obj).model_fields.keys() | READ:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if operator == "**" or not numbers:
            raise SecurityError(f"a template repeats nothing with {operator}; it multiplies numbers alone")
        return super().call_binop(context, operator, left, right)

    def write(self, template: str, context: Mapping[str, object]) -> str:
        """The text of a template. Raises CardError that names the template's line, whatever is wrong."""
        self._counted = 0
        try:
            parts, length = [], 0
            for part in self.get_template(template).generate(context):
                parts.append(part)
                length += len(part)
                if length > LONGEST_CARD:
                    raise CardError(f"{template}: writes more than {LONGEST_CARD:,} characters")
            return "".join(parts)
        except CardError:
            raise
        except TemplateError as error:
            raise CardError(f"{_place(error, template)}: {error.message}") from error
        except Exception as error:  # a template can fail in every way in which an expression can
            raise CardError(f"{_place(error, template)}: {type(error).__name__}: {error}") from error

    def _range(self, *bounds: int) -> range:
        found = range(*bounds)
        self._counted += len(found)
        if self._counted > MOST_COUNTED:
            raise SecurityError(f"ranges of {self._counted:,} steps; a card may take {MOST_COUNTED:,}")
        return found


def _place(error: Exception, template: str) -> str:
    """NAME:LINE of the innermost template that failed."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(".j2")]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else template
