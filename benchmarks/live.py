"""Doses that move while they are dragged: how smoothly, and how near to the settled picture.

    python -m benchmarks.live [--seconds 3] [--side 1600] [--engine fake] [--png DIR] [--write]
    python -m benchmarks.live --short

Starts the page as users do and a Chromium that draws WebGL in software, brings an enlarged
portrait, adds treatments one by one and drags the dose of each with the mouse. Said are the
pictures a second, the longest wait for one, what each costs the processor, the size drawn, the
messages sent to the server meanwhile (none), and the bytes sent beforehand: layers, tables, settled
picture, maps, page.

Then each dose is held where it was dragged to, and what the browser draws is laid over what the
server makes of it once the mouse is let go, pixel by pixel at 1:1. Both are JPEGs of quality 92 to
the browser, the photo that live pictures are made of and the settled picture: their grain is part
of the difference.
"""

from __future__ import annotations

import base64
import io
import math
import os
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, WebSocket, sync_playwright

from benchmarks import server
from benchmarks.common import markdown_table, options, parse, sample, stamp, write_figures

PLANS = ("Lip filler", "Chin filler", "Light or laser for redness", "Jawline filler")
BLOCK_PX = 8  # of a JPEG: what lies in a block in which nothing changes is decoded as it was
Pixels = npt.NDArray[np.int64]

# Notes when a live picture was on the screen: the frame after the one it was drawn in.
WATCH = """
(() => {
  const draw = WebGL2RenderingContext.prototype.drawArrays;
  let waiting = false;
  window.liveFrames = [];
  WebGL2RenderingContext.prototype.drawArrays = function (...all) {
    if (!waiting && this.canvas.classList?.contains("live")) {
      waiting = true;
      requestAnimationFrame((now) => {
        waiting = false;
        window.liveFrames.push(now);
      });
    }
    return draw.apply(this, all);
  };
})();
"""
# What the viewer shows: the live canvas and where it lies, and the two pictures.
READ = """
() => {
  const inside = (root) => [...root.querySelectorAll("*")].map((one) => one.shadowRoot);
  const viewer = inside(document).map((root) => root?.querySelector(".viewer")).find(Boolean);
  const pictureOf = (side) => viewer.querySelector(`.${side} .picture`);
  const [before, after] = [pictureOf("before"), pictureOf("after")];
  const live = viewer.querySelector("canvas.live");
  const png = (image, width, height) => {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height });
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/png");
  };
  const whole = (image) => png(image, image.naturalWidth, image.naturalHeight);
  return {
    before: whole(before),
    after: whole(after),
    live: viewer.hasAttribute("data-live") ? png(live, live.width, live.height) : null,
    left: parseFloat(live.style.left) / 100,
    top: parseFloat(live.style.top) / 100,
  };
}
"""


@dataclass
class Wire:
    """Bytes of the messages on the page's own connection, each by itself."""

    sent: list[int] = field(default_factory=list)
    received: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, page: Page) -> Wire:
        """Listen from now on; a connection that is open already is not heard."""
        wire = cls()

        def opened(connection: WebSocket) -> None:
            connection.on("framesent", lambda frame: wire.sent.append(len(frame)))
            connection.on("framereceived", lambda frame: wire.received.append(len(frame)))

        page.on("websocket", opened)
        return wire


@dataclass(frozen=True)
class Pace:
    """How a drag went.

    Attributes:
        frames_per_second: live pictures that came to the screen.
        longest_ms: between two of them.
        cpu_ms: of all the browser's processes, for each of them; tells on a busy machine too.
        canvas_wh: of what was drawn, px.
        sent: messages to the server while the button was down.
    """

    frames_per_second: float
    longest_ms: float
    cpu_ms: float
    canvas_wh: tuple[int, int]
    sent: int


@dataclass(frozen=True)
class Difference:
    """Live against settled, in levels of 255 of a channel, where the settled picture changes.

    Attributes:
        mean: of all channels.
        most_of: 99.9 % of them differ by no more.
        largest: of all.
        outside: largest difference of the live picture from the photo elsewhere.
        effect: mean change that the settled picture makes to the photo there, for comparison.
        shown: (h, w, 3) the part drawn live, (h, w, 3) the settled picture there.
    """

    mean: float
    most_of: float
    largest: int
    outside: int
    effect: float
    shown: tuple[Pixels, Pixels]


def portrait(side_px: int) -> FilePayload:
    """Return a public-domain portrait enlarged to a longest side, as an upload."""
    buffer = io.BytesIO()
    Image.fromarray(sample(side_px=side_px).image).save(buffer, "JPEG", quality=95)
    return {"name": "portrait.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def bring(page: Page, photo: FilePayload) -> None:
    """Go from the first screen to the preview of a consultant."""
    page.get_by_role("button", name="With a patient").click()
    for label in ("The patient is 18 or older.", "The patient has been told this and agrees"):
        page.get_by_text(label).click()
    page.get_by_role("combobox", name="Country").fill("rather")
    page.get_by_role("option", name="I'd rather not say").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("tab", name="Choose a file").click()
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_role("button", name="Use this photo").click()
    page.get_by_alt_text("The photo before any treatment").wait_for()


def add(page: Page, name: str) -> None:
    """Add a procedure and wait for its settled picture."""
    field = page.get_by_role("combobox", name="Search and add a procedure")
    field.click()
    field.press_sequentially(name)
    page.get_by_role("option", name=re.compile(f"^{re.escape(name)}")).first.click()
    slider(page, name).wait_for()
    settled(page)


def slider(page: Page, name: str) -> Locator:
    """Return the slider of a dose."""
    return page.get_by_test_id("stSlider").filter(has_text=name).first


def settled(page: Page) -> None:
    """Wait until the server has nothing to do and its picture is shown."""
    page.wait_for_timeout(400)
    page.locator(".st-key-working").wait_for(state="detached", timeout=120_000)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(
        timeout=120_000
    )
    page.locator(".viewer[data-after]:not([data-live])").wait_for(timeout=120_000)
    page.wait_for_timeout(400)


def press(page: Page, name: str) -> tuple[float, float, float]:
    """Press the mouse on a slider's thumb; return where its track begins and ends, and y."""
    one = slider(page, name)
    one.scroll_into_view_if_needed()
    track = one.bounding_box()
    thumb = one.get_by_test_id("stSliderThumbValue").locator("xpath=..").bounding_box()
    assert track
    assert thumb
    y = thumb["y"] + thumb["height"] / 2
    page.mouse.move(thumb["x"] + thumb["width"] / 2, y)
    page.mouse.down()
    return track["x"] + 8, track["x"] + track["width"] - 8, y


def drag(page: Page, wire: Wire, name: str, seconds: float, end: float, pictures: int = 0) -> Pace:
    """Drag a dose to and fro and hold it at a share of its track; the mouse stays down.

    It goes on beyond those seconds, a minute at most, until so many live pictures have come.
    """
    left, right, y = press(page, name)
    page.evaluate("window.liveFrames = []")
    wire.sent.clear()
    spent = cpu_seconds(page)
    stop, step = time.monotonic() + seconds, 0
    last = stop + (60.0 if pictures else 0.0)
    while (now := time.monotonic()) < stop or (
        now < last and page.evaluate("window.liveFrames.length") < pictures
    ):
        page.mouse.move(left + (right - left) * (0.5 + 0.5 * math.sin(step / 12)), y)
        step += 1
        page.wait_for_timeout(4)
    frames = page.evaluate("window.liveFrames")
    spent = 1e3 * (cpu_seconds(page) - spent) / max(1, len(frames))
    page.mouse.move(left + (right - left) * end, y)
    page.wait_for_timeout(800)
    waits = [after - before for before, after in pairwise(frames)]
    size = page.locator("canvas.live").evaluate("canvas => [canvas.width, canvas.height]")
    rate = 1000.0 / statistics.fmean(waits) if waits else 0.0
    return Pace(rate, max(waits, default=0.0), spent, (size[0], size[1]), len(wire.sent))


def cpu_seconds(page: Page) -> float:
    """Return the time that all processes of the page's browser have computed so far."""
    browser = page.context.browser
    assert browser
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(one["cpuTime"] for one in found)


def difference(page: Page) -> Difference:
    """Let the mouse go and compare what was shown live with the settled picture; call at 1:1."""
    live = page.evaluate(READ)
    assert live["live"], "nothing is drawn live"
    page.mouse.up()
    settled(page)
    still = page.evaluate(READ)
    drawn, after, before = (_pixels(url) for url in (live["live"], still["after"], still["before"]))
    high, wide = after.shape[:2]
    top, left = round(live["top"] * high), round(live["left"] * wide)
    window = (slice(top, top + drawn.shape[0]), slice(left, left + drawn.shape[1]))
    # Outside what is drawn live the picture settled before is seen, which is the photo's there.
    whole = _pixels(live["after"])
    whole[window] = drawn
    apart = np.abs(whole - after)
    changed = _in_blocks((after != before).any(axis=2))
    outside = np.abs(whole - before)[~changed]
    inside = apart[changed]
    return Difference(
        float(inside.mean()),
        float(np.percentile(inside, 99.9)),
        int(inside.max()),
        int(outside.max(initial=0)),
        float(np.abs(after - before)[changed].mean()),
        (drawn, after[window]),
    )


def _pixels(url: str) -> Pixels:
    data = base64.b64decode(url.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.int64)


def _in_blocks(changed: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Every pixel of a block of a JPEG in which one is changed."""
    high, wide = changed.shape
    padded = np.pad(changed, [(0, -high % BLOCK_PX), (0, -wide % BLOCK_PX)])
    rows, columns = (n // BLOCK_PX for n in padded.shape)
    blocks = padded.reshape(rows, BLOCK_PX, columns, BLOCK_PX).any(axis=(1, 3))
    return blocks.repeat(BLOCK_PX, axis=0).repeat(BLOCK_PX, axis=1)[:high, :wide]


def visited(browser: Browser, url: str) -> tuple[Page, Wire]:
    """Open the page at a size at which 1:1 shows the treated area whole."""
    page = browser.new_page(viewport={"width": 1900, "height": 1500})
    page.set_default_timeout(60_000)
    page.add_init_script(WATCH)
    wire = Wire.of(page)
    page.goto(url)
    return page, wire


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = options(__doc__, figures=True)
    parser.add_argument("--seconds", type=float, help="of each drag")
    parser.add_argument("--side", type=int, help="longest of the portrait, px")
    parser.add_argument("--engine", default="fake", help="that paints skin")
    parser.add_argument("--png", type=Path, help="folder for live beside settled, as pictures")
    asked = parse(parser, arguments)
    seconds = asked.seconds or (0.3 if asked.short else 3.0)
    side_px = asked.side or (600 if asked.short else 1600)
    rows = []
    with (
        server.served({"BEFOREHAND_SKIN_ENGINE": asked.engine}) as (url, _),
        sync_playwright() as playwright,
    ):
        browser = server.chromium(playwright)
        page, wire = visited(browser, url)
        bring(page, portrait(side_px))
        load = os.getloadavg()[0]
        print(f"WebGL by {page.evaluate(RENDERER)}; load {load:.1f} on {os.cpu_count()} cores")
        for name in PLANS[:1] if asked.short else PLANS:
            kilobytes, pace, found = measured(page, wire, name, seconds)
            print(sentence(name, kilobytes, pace, found))
            apart = f"{found.mean:.2f} of {found.effect:.2f}"
            rate, longest = f"{pace.frames_per_second:.1f}", f"{pace.longest_ms:.0f} ms"
            rows.append((name, f"{kilobytes:.0f} kB", rate, longest, apart))
            if asked.png:
                _save(asked.png, name, found)
        browser.close()
    heads = ("procedure", "sent beforehand", "pictures a second", "longest wait", "difference")
    write_figures(asked.write, "live", {"": f"{stamp(timed=True)}\n{markdown_table(heads, rows)}"})


def measured(page: Page, wire: Wire, name: str, seconds: float) -> tuple[float, Pace, Difference]:
    """Add a procedure and drag its dose; return kB sent beforehand, its pace, and what is off."""
    wire.received.clear()
    add(page, name)
    kilobytes = sum(wire.received) / 1e3
    page.get_by_role("radio", name="Face", exact=True).check()
    pace = drag(page, wire, name, seconds, 0.8)
    page.mouse.up()
    settled(page)
    page.get_by_role("radio", name="1:1").check()
    drag(page, wire, name, 0.2, 0.4)
    return kilobytes, pace, difference(page)


def sentence(name: str, kilobytes: float, pace: Pace, found: Difference) -> str:
    """What was found about a procedure, in two lines."""
    size = "x".join(map(str, pace.canvas_wh))
    return (
        f"{name}: {kilobytes:.0f} kB beforehand, {pace.frames_per_second:.1f} pictures a second of "
        f"{size}, longest wait {pace.longest_ms:.0f} ms, {pace.cpu_ms:.0f} ms of processor each, "
        f"{pace.sent} messages\n  from the settled picture {found.mean:.2f} levels in the mean, "
        f"{found.most_of:.0f} for 99.9 %, {found.largest} at most, {found.outside} outside; "
        f"the effect itself {found.effect:.2f}"
    )


RENDERER = """
() => {
  const gl = document.createElement("canvas").getContext("webgl2");
  return gl.getParameter(gl.getExtension("WEBGL_debug_renderer_info").UNMASKED_RENDERER_WEBGL);
}
"""


def _save(folder: Path, name: str, found: Difference) -> None:
    """Live, settled, and ten times their difference beside each other."""
    live, after = found.shown
    apart = np.clip(10 * np.abs(live - after), 0, 255)
    folder.mkdir(parents=True, exist_ok=True)
    row = np.concatenate([live, after, apart], axis=1).astype(np.uint8)
    Image.fromarray(row).save(folder / f"{name.lower().replace(' ', '_')}.png")


if __name__ == "__main__":
    main()
