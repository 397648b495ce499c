"""The custom properties the add-on leaves in a file, and the questions answered from them alone.

Plain ID properties, because those survive save, append and undo in every Blender version. They are hints: the registry
is the authority on identity.
"""
from typing import Any, Optional

ID_KEY = "vibesync_uuid"
DOCUMENT_KEY = "vibesync_document"
PROJECT_KEY = "vibesync_project"
# A data-block that the hub deleted: out of the scene, waiting for a quiet moment to be removed for good.
DELETED_KEY = "vibesync_deleted"
# A mesh made from bounds alone, because its data is not on the wire yet; and one that stands in for "no mesh".
BOX_KEY = "vibesync_box"
PLACEHOLDER_KEY = "vibesync_placeholder"
# The canonical type of an Empty that stands in for something Blender cannot make.
TYPE_KEY = "vibesync_type"
# The canonical name, and the name Blender shows instead because it was taken or too long.
NAME_KEY = "vibesync_name"
SHOWN_KEY = "vibesync_shown"


def tag_changed(block: Any) -> None:
    """Tells Blender that a data-block changed, where a write does not: a custom property, links in a scene's root
    collection.

    Undo keeps data-blocks that were not tagged as they are in memory. A root collection is part of its scene, which
    linking does not tag: a later undo then leaves it pointing to objects that are gone, and Blender crashes.
    """
    block.update_tag()


def uuid_or_none(block: Any) -> Optional[str]:
    """The identity written into a data-block, which may be a copy's."""
    value = block.get(ID_KEY)
    return value if isinstance(value, str) else None


def is_deleted(block: Any) -> bool:
    """Whether a data-block only waits to be removed."""
    return block.get(DELETED_KEY) is not None


def is_placeholder(mesh: Any) -> bool:
    """Whether a mesh stands in for "no mesh"."""
    return mesh.get(PLACEHOLDER_KEY) is not None
