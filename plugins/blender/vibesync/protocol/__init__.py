"""What the add-on and the hub say to each other: generated tables, validation, encodings. No bpy, no sockets."""
