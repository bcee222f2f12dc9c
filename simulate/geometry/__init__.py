"""Displacement of a face: operators on the metric mesh, one field of all parts, one remap."""
