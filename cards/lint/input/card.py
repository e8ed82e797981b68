"""A card: its text, and what is read of it once for all rules."""

from dataclasses import dataclass
from functools import cached_property

from ..read.blocks import Block, read_blocks
from ..read.front_matter import FrontMatter, read_front_matter
from ..read.snippets import Snippet, read_snippets
from ..read.tables import Results, read_results
from ..report import Place
from .files import RepoType

_DATASET_KEYS = {"task_categories", "dataset_info", "configs", "size_categories", "annotations_creators"}


@dataclass(frozen=True, eq=False)
class Card:
    """Any card, ours or not.

    Attributes:
        file: The card, as findings name it.
        text: With "\\n" at the end of each line, whatever the file has.
        repo_id: Its id on the Hub, where that is known.
        known_type: What kind of repository it is the card of, where that is known.
    """

    file: str
    text: str
    repo_id: str | None = None
    known_type: RepoType | None = None

    @cached_property
    def front_matter(self) -> FrontMatter:
        return read_front_matter(self.text, self.file)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return read_blocks(self.text)

    @cached_property
    def snippets(self) -> tuple[Snippet, ...]:
        return read_snippets(self.blocks)

    @cached_property
    def results(self) -> tuple[Results, ...]:
        return tuple(read_results(self.blocks))

    @cached_property
    def repo_type(self) -> RepoType:
        """What kind of repository it is the card of."""
        keys = self.front_matter.data.keys()
        if self.known_type:
            return self.known_type
        if "sdk" in keys:
            return "space"
        return "dataset" if _DATASET_KEYS & keys else "model"

    def at(self, offset: int) -> Place:
        """The place of a character."""
        line = self.text.count("\n", 0, offset) + 1
        return Place(self.file, line, offset - self.text.rfind("\n", 0, offset))

    def at_line(self, line: int, column: int = 1) -> Place:
        return Place(self.file, line, column)
