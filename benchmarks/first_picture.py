"""How long it takes from nothing to the first after-picture, and where the time goes.

    python -m benchmarks.first_picture [--rounds 5] [--idle 4] [--treat "Lip filler"] [--write]
    python -m benchmarks.first_picture --short

Each round starts a fresh process of the page, and a browser that was never here (Chromium without a
graphics card), and goes as fast as the page lets it: first screen, consent, a sample portrait, one
procedure. The clock runs from the start of the process; a person's time to read is not in it, nor
the idling between the server's first answer and the visit.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks import server
from benchmarks.common import markdown_table, options, parse, stamp, write_figures

STEPS = (
    "server answers",
    "first screen",
    "consent given",
    "photo measured and shown",
    "procedure chosen",
    "after-picture seen",
)


def once(treat: str, idle: float) -> dict[str, float]:
    """Return when each of STEPS was reached, s after the start of the process, idling left out."""
    reached: dict[str, float] = {}
    idled = 0.0

    def mark(step: str) -> None:
        reached[step] = time.perf_counter() - begun - idled

    with opened() as page, timed() as begun, server.served() as (url, _):
        mark("server answers")
        time.sleep(idle)
        idled = idle
        page.goto(url)
        page.get_by_role("button", name="With a patient").wait_for()
        mark("first screen")
        page.get_by_role("button", name="With a patient").click()
        for words in ("The patient is 18 or older.", "The patient has been told this"):
            page.get_by_text(words).click()
            expect(page.get_by_role("checkbox", name=words)).to_be_checked()
        page.get_by_role("combobox", name="Country").fill("rather")
        page.get_by_role("option", name="I'd rather not say").click()
        page.get_by_role("button", name="Continue").click()
        portrait = page.get_by_role("button", name="Grace Hopper")
        portrait.wait_for()
        mark("consent given")
        portrait.click()
        page.locator(".before .picture[src]").wait_for()
        field = page.get_by_role("combobox", name="Search and add a procedure")
        field.wait_for()
        mark("photo measured and shown")
        field.click()
        field.fill(treat)
        option = page.get_by_role("option", name=treat).first
        option.wait_for()
        mark("procedure chosen")
        option.click()
        page.locator(".viewer[data-after] .after .picture[src]").wait_for()
        page.evaluate("""() => document.querySelector('[data-testid="stApp"]') && new Promise(
            (done) => requestAnimationFrame(() => requestAnimationFrame(done)))""")
        mark("after-picture seen")
    return reached


@contextmanager
def timed() -> Iterator[float]:
    """Give the moment at which it is entered."""
    yield time.perf_counter()


@contextmanager
def opened() -> Iterator[Page]:
    """A browser that was never here; its own start is not the page's."""
    with sync_playwright() as playwright:
        browser = server.chromium(playwright)
        page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
        page.set_default_timeout(120_000)
        try:
            yield page
        finally:
            browser.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the median of each step, and the whole."""
    parser = options(__doc__, figures=True)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--treat", default="Lip filler")
    parser.add_argument("--idle", type=float, default=0.0, help="s from the start to the visit")
    asked = parse(parser, arguments)
    count = asked.rounds or (1 if asked.short else 5)
    rounds = [once(asked.treat, asked.idle) for _ in range(count)]
    before = "start of the process"
    rows = []
    for step in STEPS:
        took = [one[step] - one.get(before, 0.0) for one in rounds]
        middle = statistics.median(took)
        print(f"{step:26} + {middle:5.2f} s  ({min(took):.2f} … {max(took):.2f})")
        if before in STEPS:  # before that the server starts, for which nobody waits
            rows.append((step, f"{middle:.1f} s"))
        before = step
    loaded = [one["after-picture seen"] - one["server answers"] for one in rounds]
    whole = [one["after-picture seen"] for one in rounds]
    print(
        f"from page load to the after-picture {statistics.median(loaded):.2f} s, "
        f"from the start of the process {statistics.median(whole):.2f} s, "
        f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    rows.append(("from page load to the after-picture", f"{statistics.median(loaded):.1f} s"))
    visit = f"visited {asked.idle:g} s after the server first answered"
    figures = stamp(timed=True) + "\n" + markdown_table((visit, "median"), rows)
    write_figures(asked.write, "first_picture", {"": figures})


if __name__ == "__main__":
    main()
