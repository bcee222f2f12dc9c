"""All that is kept of one visitor, to be forgotten together."""

from __future__ import annotations

from ui.compute import faces, files, live_payload, outcomes


def forget() -> None:
    """Empty this session's caches; treated skin goes with the faces that hold it."""
    for cached in (
        faces.detections,
        faces.photo_picture,
        faces.upright_turn,
        faces.face,
        faces.preview,
        faces.measures,
        outcomes.shape_changes,
        outcomes.skin_mask,
        outcomes.results,
        files.file_cache,
        live_payload.sent,
    ):
        cached.clear()
