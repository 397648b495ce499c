"""What the add-on knows and decides: shadow scene, diff, outbox, apply plan, session. No bpy, no sockets, no clock."""
