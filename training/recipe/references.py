"""Names in a recipe, and references to them; what all its parts share: an unknown key is an error."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

# Steps, models and corpora are folders of a run and parts of claim ids.
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        populate_by_name=True,
        use_attribute_docstrings=True,
    )


@dataclass(frozen=True)
class Reference:
    """Says of a field what its names are names of.

    `encoder`: a step that leaves an encoder. `model`: a step that leaves a token classifier; `layers`: one
    whose layers are copied; `teacher`: one that is learned from. `corpus`: a corpus, all of whose texts are
    read. `splits`: corpora, with the splits that are read of each.
    """

    to: Literal["encoder", "model", "layers", "teacher", "corpus", "splits"]


EncoderName = Annotated[Name, Reference("encoder")]
ModelName = Annotated[Name, Reference("model")]
LayersName = Annotated[Name, Reference("layers")]
TeacherName = Annotated[Name, Reference("teacher")]
CorpusName = Annotated[Name, Reference("corpus")]
Splits = Annotated[dict[Name, tuple[str, ...]], Reference("splits")]


@dataclass(frozen=True)
class Use:
    """A name that a part of a recipe refers to. place: its key, dotted; splits: where it is a corpus."""

    to: str
    name: str
    place: str
    splits: tuple[str, ...] = ()

    @property
    def is_step(self) -> bool:
        return self.to not in ("corpus", "splits")


def uses(part: BaseModel, place: str = "") -> Iterator[Use]:
    """Everything that a part of a recipe refers to, as the types of its fields say."""
    for key, field in type(part).model_fields.items():
        value, here = getattr(part, key), f"{place}.{field.alias or key}".lstrip(".")
        if isinstance(value, BaseModel):
            yield from uses(value, here)
            continue
        for reference in references(field):
            if isinstance(value, Mapping):
                yield from (Use(reference.to, name, here, tuple(splits)) for name, splits in value.items())
            elif value is not None:
                names = (value,) if isinstance(value, str) else value
                yield from (Use(reference.to, name, here) for name in names)


def references(field: FieldInfo) -> list[Reference]:
    """What the names in a field are names of; none where it holds no names."""
    return _references(field.annotation, tuple(field.metadata))


def _references(annotation: object, metadata: tuple[object, ...]) -> list[Reference]:
    """Those of a field, or of the items that it holds."""
    found = [each for each in metadata if isinstance(each, Reference)]
    if get_origin(annotation) is Annotated:
        found += [each for each in get_args(annotation)[1:] if isinstance(each, Reference)]
    for inner in get_args(annotation):
        if not isinstance(inner, Reference):
            found += _references(inner, ())
    return list(dict.fromkeys(found))
