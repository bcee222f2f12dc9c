"""After "Forget my photo", and after a tab was closed, nothing of a photo is left anywhere.

Not in objects, not in memory that was freed, not in files, not at any address. The photo carries
a stripe of noise, so that a run of its pixels or of its file is like nothing else in memory, and
each search is first shown to find what is there.
"""

import io
import os
import platform
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.sessions import Person, Visitor, coded_portrait, give
from benchmarks.visitor import parts_of
from tests.browser.conftest import CLOSED_SECONDS, Server, serving, wait_until
from tests.browser.memory import found_in, open_files

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="reads and frees as glibc does"),
]
RUN_BYTES = 48
STRIPE = slice(52, 84)  # rows below the number


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose temporary files have a folder of their own, with someone at another tab."""
    folder = tmp_path_factory.mktemp("temporary")
    with serving(
        TMPDIR=str(folder), STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=CLOSED_SECONDS
    ) as started:
        started.temporary = folder
        other = Visitor(started.url)
        yield started
        other.leave()


def noisy(seed: int) -> tuple[bytes, dict[str, bytes]]:
    """A portrait with a stripe of noise, and runs of bytes that are in it and nowhere else."""
    with Image.open(io.BytesIO(coded_portrait(3))) as picture:
        pixels = np.array(picture.convert("RGB"))
    noise = np.random.default_rng(seed)
    pixels[STRIPE] = noise.integers(0, 256, pixels[STRIPE].shape, np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    data, row = buffer.getvalue(), (STRIPE.start + STRIPE.stop) // 2
    at = data.index(b"IDAT") + 20_000
    return data, {
        "its file": data[at : at + RUN_BYTES],
        "its pixels": pixels[row, 100:].tobytes()[:RUN_BYTES],
    }


def arrive(server: Server, seed: int) -> tuple[Visitor, dict[str, bytes]]:
    """Somebody who looks at two doses, and what to search for afterwards."""
    data, needles = noisy(seed)
    person = Person(3, Visitor(server.url))
    person.arrive(data, "Lip filler")
    for name, part in sent(person.visitor).items():
        middle = len(part) // 2
        needles[f"the picture {name}"] = part[middle : middle + RUN_BYTES]
    return person.visitor, needles


def sent(visitor: Visitor) -> dict[str, bytes]:
    """The photo and the last result as the browser got them."""
    return {
        name: part
        for data in visitor.received
        for name, part in parts_of(data).items()
        if name in ("before", "after")
    }


def download(visitor: Visitor) -> list[str]:
    """Fetch the comparison; return all addresses that were told."""
    visitor.download(next(key for key in visitor.keys() if key.startswith("download")))
    for address in visitor.fetched:
        if "/media/" in address:
            assert visitor.request("GET", address)[0] == 200
    assert any("/media/" in address for address in visitor.fetched)
    return visitor.fetched


def test_forgetting_leaves_nothing_behind(server: Server) -> None:
    visitor, needles = arrive(server, 1)
    addresses = download(visitor)
    found = found_in(server.process.pid, needles)
    assert found["its file"] == 0, "the file goes as soon as it is opened"
    assert found["its pixels"] >= 1
    assert found["the picture before"] >= 1
    assert found["the picture after"] >= 1

    visitor.click("forget")
    nothing = dict.fromkeys(needles, 0)
    wait_until(lambda: not photos(server), "the photo to be gone from the objects")
    wait_until(
        lambda: found_in(server.process.pid, needles) == nothing,
        "the photo to be gone from memory",
    )
    visitor.run()  # the tab is still open: nothing comes back
    assert found_in(server.process.pid, needles) == nothing
    gone(server, addresses, visitor)
    visitor.leave()


def test_a_photo_that_is_exchanged_goes_too(server: Server) -> None:
    visitor, needles = arrive(server, 2)
    assert found_in(server.process.pid, needles)["its pixels"] >= 1
    visitor.click("look_after_photos")
    visitor.click("again_front")
    give(visitor, noisy(5)[0])  # the old one stays until the new one is used
    nothing = dict.fromkeys(needles, 0)
    wait_until(
        lambda: found_in(server.process.pid, needles) == nothing,
        "the first photo to be gone from memory",
    )
    visitor.leave()


def test_closing_the_tab_does_the_same_a_little_later(server: Server) -> None:
    visitor, needles = arrive(server, 3)
    addresses = download(visitor)
    assert found_in(server.process.pid, needles)["its pixels"] >= 1
    visitor.leave()
    for address in addresses:  # at once, for an address outlives no tab
        if "/media/" in address:
            assert visitor.request("GET", address)[0] == 404
    nothing = dict.fromkeys(needles, 0)
    wait_until(lambda: not photos(server), "the photo to be gone from the objects", seconds=30)
    wait_until(
        lambda: found_in(server.process.pid, needles) == nothing,
        "the photo to be gone from memory",
    )
    gone(server, addresses, visitor)


def test_the_file_of_a_photo_would_be_seen() -> None:
    data, needles = noisy(4)
    kept = {name: found_in(os.getpid(), {name: needle})[name] for name, needle in needles.items()}
    assert kept["its file"] >= 1, f"of {len(data)} bytes"


def photos(server: Server) -> dict[str, int]:
    """What is held of photos; nobody here has a camera."""
    return {kind: n for kind, n in server.holds().items() if kind != "camera frames"}


def gone(server: Server, addresses: list[str], visitor: Visitor) -> None:
    """Nothing is at any address, in a temporary file, or in a file that is held open."""
    for address in addresses:
        assert visitor.request("GET", address)[0] == 404
    assert [path for path in Path(server.temporary).rglob("*") if path.is_file()] == []
    pictures = [one for one in open_files(server.process.pid) if str(server.temporary) in one]
    assert pictures == []
