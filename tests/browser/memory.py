"""What is in another process: runs of bytes in its memory, and files it holds open."""

import re
from collections.abc import Iterator
from pathlib import Path

CHUNK = 16 * 2**20


def found_in(pid: int, needles: dict[str, bytes]) -> dict[str, int]:
    """How often each run of bytes is in the writable memory of a process, freed pages included."""
    counts = dict.fromkeys(needles, 0)
    longest = max(map(len, needles.values()))
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for start, end in _writable(pid):
            kept = b""
            for at in range(start, end, CHUNK):
                try:
                    memory.seek(at)
                    data = kept + memory.read(min(CHUNK, end - at))
                except (OSError, ValueError, OverflowError):
                    break  # not backed by memory, or given back meanwhile
                for name, needle in needles.items():
                    counts[name] += data.count(needle)
                kept = data[1 - longest :]
    return counts


def _writable(pid: int) -> Iterator[tuple[int, int]]:
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
        if found:
            yield int(found[1], 16), int(found[2], 16)


def open_files(pid: int) -> list[str]:
    """What a process holds open that lies in a file system, deleted files included."""
    links = []
    for one in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.append(str(one.readlink()))
        except OSError:
            continue  # closed meanwhile
    return sorted(link for link in links if link.startswith("/") and not link.startswith("/dev"))
