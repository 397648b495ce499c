"""Blender's side: everything that touches bpy. Main thread only; no data-block handle outlives the function that got
it.
"""
