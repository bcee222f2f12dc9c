"""Displacement of a face: operators on the metric mesh, a basis a term, one field, one remap."""
