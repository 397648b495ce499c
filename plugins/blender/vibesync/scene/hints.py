"""What Blender's handlers said since the last look: where to look, never what happened.

Deleted things are in no event, writes that change nothing raise one, hiding is silent about the object: the truth comes
from comparing the scene with the shadow. Handlers only fill this; they read nothing and change nothing.
"""
from typing import Any, Set

import bpy

from .registry import key_of


class Hints:
    """Keys of data-blocks and kinds of news."""

    def __init__(self) -> None:
        self.objects: Set[int] = set()
        self.meshes: Set[int] = set()
        self.has_scene = False
        self.has_structure = False
        self.has_optics = False
        self.has_frame = False
        self.is_undone = False
        self.is_all = True

    def clear(self) -> None:
        """Everything said was looked at."""
        self.__init__()  # type: ignore[misc]
        self.is_all = False

    @property
    def is_empty(self) -> bool:
        """Nothing was said."""
        return not (
            self.objects or self.meshes or self.has_scene or self.has_structure or self.has_optics or self.has_frame
            or self.is_undone or self.is_all
        )

    def add_updates(self, depsgraph: Any) -> None:
        """From depsgraph_update_post."""
        for update in depsgraph.updates:
            block = update.id.original
            if isinstance(block, bpy.types.Object):
                self.objects.add(key_of(block))
                if update.is_updated_geometry and block.type == "MESH" and block.data is not None:
                    self.meshes.add(key_of(block.data))
            elif isinstance(block, bpy.types.Mesh):
                self.meshes.add(key_of(block))
            elif isinstance(block, bpy.types.Scene):
                self.has_scene = True
            elif isinstance(block, bpy.types.Collection):
                self.has_structure = True
            elif isinstance(block, (bpy.types.Camera, bpy.types.Light)):
                self.has_optics = True
