"""Several people at once: nobody receives or reaches what comes from the photo of another."""

import random
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks import sessions
from benchmarks.sessions import (
    Person,
    Visitor,
    coded_portrait,
    decoded,
    head_of,
    moving,
    shows,
    together,
)
from benchmarks.visitor import parts_of
from tests.browser.conftest import Server, wait_until

pytestmark = pytest.mark.browser
PEOPLE = 3
TREAT = "Lip filler"


@pytest.fixture
def people(server: Server) -> Iterator[list[Person]]:
    """Several people who have arrived at the same moment, each with a photo of their own."""
    arrived = [Person(number, Visitor(server.url)) for number in range(PEOPLE)]
    together(arrived, lambda one: one.arrive(coded_portrait(one.number), TREAT))
    yield arrived
    together(arrived, lambda one: one.visitor.click("forget"))
    together(arrived, lambda one: one.visitor.leave())
    wait_until(lambda: not kept(server), "every photo to be gone from the process")


def test_the_number_in_a_photo_is_read_and_no_other() -> None:
    photos = [decoded(coded_portrait(number)) for number in (0, 5, 100)]
    assert [sessions.owner(one) for one in photos] == [0, 5, 100]
    assert sessions.owner(photos[0][sessions.ROW_PX :]) is None


def test_nobody_receives_the_picture_of_another(people: list[Person]) -> None:
    waits, _ = moving(people, seconds=3.0, pause=0.0)
    assert len(waits) >= PEOPLE
    assert sessions.strangers(people) == []
    for one in people:
        assert one.seen.numbers[one.number] >= 3, "the photo, and two results"
        assert one.seen.others, "maps over the photo"

    # Had a picture of the first been sent to the second, it would have been seen.
    first, second = people[:2]
    first.move(random.Random(7))
    second.visitor.received += first.visitor.received
    assert sessions.strangers(people)


def test_what_is_untreated_carries_the_number_unchanged(people: list[Person]) -> None:
    person = people[1]
    pictures = {
        name: decoded(part)
        for data in person.visitor.received
        for name, part in parts_of(data).items()
        if name in ("before", "after")
    }
    photo = decoded(coded_portrait(person.number))[..., :3]
    assert (pictures["before"] != pictures["after"]).any()
    row = slice(0, 2 * sessions.ROW_PX)
    assert (pictures["before"][row] == pictures["after"][row]).all()
    cells = slice(8, sessions.ROW_PX - 8)
    assert abs(pictures["after"][cells][..., :3].astype(int) - photo[cells]).mean() < 1.0


def test_nobody_reaches_the_files_of_another(people: list[Person]) -> None:
    sheets: dict[int, np.ndarray] = {}

    def take(one: Person) -> None:
        sheets[one.number] = decoded(one.visitor.download(download_key(one.visitor)))

    together(people, take)
    heads = {one.number: head_of(one.number) for one in people[:2]}
    assert [shows(sheets[0], heads[number]) for number in (0, 1)] == [True, False]
    assert [shows(sheets[1], heads[number]) for number in (0, 1)] == [False, True]
    for one in people:
        kinds = {address.split("/")[1] for address in one.visitor.fetched}
        assert kinds == {"_stcore", "media"}, "both an upload and a download were told of"
        media = [address for address in one.visitor.fetched if "/media/" in address]
        assert [one.visitor.request("GET", address)[0] for address in media] == [200]
    assert sessions.reached(people) == []
    cookieless = Visitor.__new__(Visitor)
    cookieless.host, cookieless.cookies = people[0].visitor.host, {}
    assert cookieless.request("GET", media[0])[0] == 404


def test_two_people_with_the_same_photo_share_nothing(server: Server) -> None:
    photo = coded_portrait(9)
    one, two = (Person(9, Visitor(server.url)) for _ in range(2))
    one.arrive(photo, TREAT)
    held = kept(server)
    assert held["Photo"] >= 1
    assert held["Face"] >= 1
    two.arrive(photo, TREAT)
    both = kept(server)
    assert both["Photo"] == 2 * held["Photo"]
    assert both["Face"] == 2 * held["Face"]

    # What one lets go is gone, and the other still has all of theirs.
    one.visitor.click("forget")
    wait_until(lambda: kept(server) == held, "the first copy to be gone from the process")
    two.move(random.Random(1))
    one.visitor.leave()
    two.visitor.click("forget")
    two.visitor.leave()
    wait_until(lambda: not kept(server), "both copies to be gone from the process")


def kept(server: Server) -> dict[str, int]:
    """What is held of photos; nobody here has a camera."""
    return {kind: n for kind, n in server.holds().items() if kind != "camera frames"}


def download_key(visitor: Visitor) -> str:
    """The key of the comparison's download."""
    return next(key for key in visitor.keys() if key.startswith("download"))
