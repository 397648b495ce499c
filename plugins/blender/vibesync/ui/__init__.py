"""What the artist sees in Blender: the sidebar panel, its buttons, the preferences."""
