"""The collection that gathers what one run published: made once, completed by later pushes."""

from collections.abc import Callable

from cards.render.collection import Collection

from ..hub.client import Hub
from .request import Settings


def collect(
    hub: Hub, wanted: Collection, namespace: str, settings: Settings, say: Callable[[str], None]
) -> None:
    """Make the collection in `namespace`, or add what one of the same title lacks. What people put there
    or wrote about it stays."""
    with hub.explained(f"the collection {wanted.title!r}"):
        made = hub.api.create_collection(
            wanted.title,
            namespace=namespace,
            description=wanted.description,
            private=settings.private,
            exists_ok=True,
        )
        there = {(item.item_type, item.item_id) for item in made.items}
        missing = [item for item in wanted.items if (item.type, item.id) not in there]
        for item in missing:
            hub.api.add_collection_item(made.slug, item.id, item.type, note=item.note, exists_ok=True)
    say(f"collection {hub.endpoint}/collections/{made.slug}: {len(missing)} added, {len(there)} were there")
