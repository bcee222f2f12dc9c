"""BMP: how it is packed."""

from __future__ import annotations

from face_mesh.photo.budget.limits import unusual

# Run lengths of drawings, of at most 256 colours, which Pillow reads in Python, a byte at a time.
_RUN_LENGTHS = (1, 2)
_OLD_HEADER = 12  # bytes; has no field for it


def check(data: bytes) -> None:
    """Let a BMP pass that asks for no more work than photos do; see `check_budget`."""
    header = int.from_bytes(data[14:18], "little")
    if header != _OLD_HEADER and int.from_bytes(data[30:34], "little") in _RUN_LENGTHS:
        raise unusual()
