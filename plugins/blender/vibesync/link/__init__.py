"""The socket to the hub, on threads of its own. No bpy: messages cross to the main thread through queues."""
