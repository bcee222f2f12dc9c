"""The change over time as a moving picture: the photo, then day after day for two years.

Every picture is simulated for its own dose and day. None is mixed from two others, so nothing is
seen double: on the way from the photo to the first day the dose grows, after it the time runs.
"""

from __future__ import annotations

import io
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from face_mesh import Face
from face_mesh.arrays import Rgb
from face_mesh.errors import EngineError
from face_mesh.messages import N_
from simulate.catalogue.time_course import days_after
from simulate.drawing import CLOSE, INK, NOTICE, PAPER, QUIET, font, head_window, panel, wrap_text
from simulate.export.contact_sheet import BEFORE, TIMES, signs_of
from simulate.outcome.outcome import Outcome
from simulate.outcome.pipeline import simulation_steps
from simulate.plan.conditions import SETTLED, Conditions
from simulate.plan.plan import Plan
from simulate.progress import share_of
from simulate.provenance.c2pa_manifest import HOW, Edits, edits_of, together
from simulate.provenance.file_formats import mark_gif, mark_mp4
from simulate.provenance.visible_mark import STRIP, strip_of, with_words
from simulate.wording.language import Translate, english
from simulate.wording.times import running_date

FPS = 20
RISING, BETWEEN = 12, 10  # pictures from the photo to the first day, and from one stop to the next
BEFORE_RESTS, STOP_RESTS, END_RESTS = 24, 10, 36  # how long they stay, in pictures
VIDEO_PX, GIF_PX = 720, 420  # width: what a phone shows whole, and a file that can be sent
COLOURS = 255  # of a GIF; the one left over is kept for what does not change
LEAST_STRIP = 0.045  # of the width, for the mark
QUALITY = "20"  # of x264, the smaller the better: no blocks on skin
PAINTING = 0.4  # of the work until the first picture is there
DITHER = 10.0  # levels: about the distance of two colours of the palette on skin
UNCHANGED = N_("The photo as it is.")
NO_ENCODER = N_(
    "No video can be made here, as the package av is not installed; choose the pictures over time."
)
FEW = N_("{signs}: few people have all of it.")
# Every pixel has its own threshold, the same in all pictures, so what does not change stays calm.
_BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) / 16.0 - 15 / 32


@dataclass(frozen=True)
class Moment:
    """One picture: how much of the dose, when, for how long it is shown, and how far it is.

    Attributes:
        share: of every dose of the plan; 0 is the photo itself.
        days: after the first treatment.
        rests: pictures of the video for which it stays.
        place: along the line of time below it, 0 to 1.
    """

    share: float
    days: float
    rests: int
    place: float


@dataclass(frozen=True)
class Morph:
    """The moving picture as two files, both with their marks and not signed yet.

    Attributes:
        mp4: H.264, for which every phone and browser has a player.
        gif: smaller and without a player, for where no video can be put.
        edits: how the pictures were changed, for the signature.
        size: width and height of the video, px.
        seconds: how long it takes.
        dates: from which second on which date is shown, as it is said in the picture.
    """

    mp4: bytes
    gif: bytes
    edits: Edits
    size: tuple[int, int]
    seconds: float
    dates: tuple[tuple[float, str], ...]


def moments() -> list[Moment]:
    """Return all pictures in order; the stops are equally far apart on the line of time."""
    stops = [days_after(when) or 0.0 for when in TIMES]
    rising = [Moment((i + 1) / RISING, stops[0], 1, 0.0) for i in range(RISING)]
    rising[-1] = replace(rising[-1], rests=STOP_RESTS)
    found = [Moment(0.0, stops[0], BEFORE_RESTS, 0.0), *rising]
    for i, (start, end) in enumerate(pairwise(stops)):
        for k in range(1, BETWEEN + 1):
            share = k / BETWEEN
            place = (i + share) / (len(stops) - 1)
            rests = STOP_RESTS if k == BETWEEN else 1
            found.append(Moment(1.0, start + share * (end - start), rests, place))
    found[-1] = replace(found[-1], rests=END_RESTS)
    return found


def check_encoder() -> None:
    """Refuse to begin a video where none can be made: PyAV, which holds GPL parts, may be left out.

    Raises:
        EngineError: PyAV is not installed.
    """
    try:
        import av  # noqa: F401
    except ImportError as error:
        raise EngineError(NO_ENCODER) from error


def morph(
    face: Face, plan: Plan, conditions: Conditions = SETTLED, translate: Translate = english
) -> Generator[float, None, Morph]:
    """Work out the moving picture of a plan, yielding the share done; close it to cancel.

    The same face, plan and seed give the same bytes. Nothing is written to a disk.

    Args:
        face: at the size at which it is simulated; the picture is cut to the head.
        plan: the treatments.
        conditions: for whom, and how skin is painted; every time and every reaction is drawn.
        translate: says the words in the picture.

    Raises:
        PlanError, EngineError: as `simulate`, and as `check_encoder`.
    """
    check_encoder()

    def at(when: str) -> Conditions:
        return replace(conditions, when=when, reactions="all")

    asked = moments()
    first = simulation_steps(face, plan, at(TIMES[1]))  # skin is painted for it, and then for all
    worst = yield from share_of(first, PAINTING)
    cards = _Cards(face, translate)
    palette = _palette(cards, [face.photo.image, worst.image])
    gif, edits = list[Image.Image](), Edits({})
    with closing(_Video(cards.size(VIDEO_PX))) as video:
        for i, moment in enumerate(asked):
            image, signs = face.photo.image, list[str]()
            if moment.share:
                working = simulation_steps(
                    face, _shared(plan, moment.share), at(f"{moment.days:g}d")
                )
                outcome = yield from share_of(working, 0.0, _done(i, len(asked)))
                image, signs = outcome.image, signs_of(outcome)
                edits = _also(edits, outcome)
            video.add(cards.frame(image, VIDEO_PX, moment, signs), moment.rests)
            gif.append(_indexed(cards.frame(image, GIF_PX, moment, signs), palette))
            yield _done(i + 1, len(asked))
        film = video.film()
    shown = [moment.rests for moment in asked]
    note = translate(NOTICE)
    return Morph(
        mp4=mark_mp4(film, painted=edits.painted),
        gif=mark_gif(_gif(gif, shown, note), painted=edits.painted),
        edits=edits,
        size=cards.size(VIDEO_PX),
        seconds=sum(shown) / FPS,
        dates=_dates(asked, translate),
    )


def _dates(asked: Sequence[Moment], translate: Translate) -> tuple[tuple[float, str], ...]:
    found: list[tuple[float, str]] = []
    start = 0
    for moment in asked:
        said = _date(moment, translate)
        if not found or found[-1][1] != said:
            found.append((start / FPS, said))
        start += moment.rests
    return tuple(found)


def _date(moment: Moment, translate: Translate) -> str:
    return translate(running_date(moment.days) if moment.share else BEFORE)


def _done(pictures: int, of: int) -> float:
    return PAINTING + (1.0 - PAINTING) * pictures / of


def _shared(plan: Plan, share: float) -> Plan:
    """Return the plan with a share of every dose."""
    less = [replace(treatment, dose=share * treatment.dose) for treatment in plan.treatments]
    return replace(plan, treatments=tuple(less))


def _also(edits: Edits, outcome: Outcome) -> Edits:
    """Return what was done so far and in one picture more; once all of it is known, no need."""
    return edits if len(edits.boxes) == len(HOW) else together([edits, edits_of(outcome)])


class _Cards:
    """Draws the head with the date below it."""

    def __init__(self, face: Face, translate: Translate) -> None:
        self.window, self.translate = head_window(face, CLOSE), translate
        self.crop_hw = face.photo.image[self.window].shape[:2]
        self.mark_above = strip_of(face)[0].start == self.window[0].start
        face_height = float(np.ptp(face.landmarks_px[:, 1]))
        self.strip = max(STRIP * face_height / self.crop_hw[1], LEAST_STRIP)

    def size(self, width_px: int) -> tuple[int, int]:
        """Return width and height of a card, both even as H.264 wants them."""
        height, width = self.crop_hw
        whole = round(height * width_px / width) + self.foot_px(width_px)
        return width_px, whole + whole % 2

    def foot_px(self, width_px: int) -> int:
        return round(0.17 * width_px)

    def frame(self, image: Rgb, width_px: int, moment: Moment, signs: Sequence[str]) -> Rgb:
        """Return (h, w, 3) uint8: the head, the date, a line of time, and what is drawn."""
        card = Image.new("RGB", self.size(width_px), PAPER)
        head = panel(image[self.window], width_px)
        if head.width != width_px:  # of a small photo
            head = head.resize((width_px, round(head.height * width_px / head.width)))
        if moment.share:
            self._mark(head)
        card.paste(head, (0, 0))
        draw, unit, left = ImageDraw.Draw(card), width_px / 34, round(width_px / 50)
        top = card.height - self.foot_px(width_px)
        date = _date(moment, self.translate)
        draw.text((left, top + 0.5 * unit), date, INK, font(round(1.7 * unit), self.translate))
        if signs:
            self._signs(draw, signs, (left, top + 2.5 * unit), unit, width_px - 2 * left)
        notice = font(round(0.95 * unit), self.translate)
        said = self.translate(NOTICE if moment.share else UNCHANGED)
        draw.text((left, card.height - 1.6 * unit), said, QUIET, notice)
        self._line(draw, moment, (0.36 * width_px, 0.96 * width_px, top + 1.4 * unit), unit)
        return np.asarray(card, np.uint8)

    def _mark(self, head: Image.Image) -> None:
        """Put the mark where `with_mark` does, but as sharp as the card: faces may be small."""
        high = round(self.strip * head.width)
        top = 0 if self.mark_above else head.height - high
        strip = head.crop((0, top, head.width, top + high))
        head.paste(with_words(strip, self.translate), (0, top))

    def _signs(
        self,
        draw: ImageDraw.ImageDraw,
        signs: Sequence[str],
        at: tuple[float, float],
        unit: float,
        wide: int,
    ) -> None:
        listed = ", ".join(self.translate(sign) for sign in signs)
        said = self.translate(FEW, signs=listed[:1].upper() + listed[1:])
        letters = font(round(0.95 * unit), self.translate)
        draw.text(at, wrap_text(said, letters, wide)[0], INK, letters)

    def _line(
        self,
        draw: ImageDraw.ImageDraw,
        moment: Moment,
        ends: tuple[float, float, float],
        unit: float,
    ) -> None:
        """Draw the line of time: a tick for each stop, and a dot for where the picture is."""
        left, right, y = ends
        draw.line((left, y, right, y), QUIET, max(1, round(0.12 * unit)))
        for i in range(len(TIMES)):
            x = left + (right - left) * i / (len(TIMES) - 1)
            draw.line((x, y - 0.3 * unit, x, y + 0.3 * unit), QUIET, max(1, round(0.12 * unit)))
        if moment.share:
            x, r = left + (right - left) * moment.place, 0.5 * unit
            draw.ellipse((x - r, y - r, x + r, y + r), INK)


class _Video:
    """An H.264 film in memory; one thread, for others may be making theirs."""

    def __init__(self, size: tuple[int, int]) -> None:
        import av
        from av.video.stream import VideoStream

        self.file, self.shown = io.BytesIO(), 0
        options = {"fflags": "+bitexact"}
        self.frame_of = av.VideoFrame.from_ndarray
        self.container = av.open(self.file, "w", format="mp4", options=options)
        stream = self.container.add_stream("libx264", rate=FPS)
        assert isinstance(stream, VideoStream)
        self.stream = stream
        stream.width, stream.height = size
        stream.pix_fmt, stream.time_base = "yuv420p", Fraction(1, FPS)
        # Without the last option x264 now and then writes other bytes for the same pictures.
        stream.options = {
            "crf": QUALITY,
            "preset": "faster",
            "x264-params": "cpu-independent=1",
        }
        stream.thread_count = 1
        # The colours of BT.709, said so: players guess others for small pictures.
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = context.color_range = 1

    def add(self, image: Rgb, times: int) -> None:
        """Show a picture for some times 1 / `FPS` of a second."""
        made = self.frame_of(image, format="rgb24")
        frame = made.reformat(format="yuv420p", src_colorspace=1, dst_colorspace=1)
        for _ in range(times):
            frame.pts, frame.time_base = self.shown, Fraction(1, FPS)
            self.container.mux(self.stream.encode(frame))
            self.shown += 1

    def film(self) -> bytes:
        """Return the whole film."""
        self.container.mux(self.stream.encode(None))
        self.container.close()
        return self.file.getvalue()

    def close(self) -> None:
        """Let go of the encoder, also of a film that was cancelled."""
        self.container.close()


def _palette(cards: _Cards, images: Sequence[Rgb]) -> Image.Image:
    """Return the colours of a GIF: those of the photo and of the worst day."""
    shown = [cards.frame(image, GIF_PX, Moment(1.0, 0.0, 1, 0.0), ()) for image in images]
    return Image.fromarray(np.hstack(shown)).quantize(COLOURS, Image.Quantize.MEDIANCUT)


def _indexed(card: Rgb, palette: Image.Image) -> Image.Image:
    high, wide = card.shape[:2]
    tiles = np.tile(_BAYER, (high // 4 + 1, wide // 4 + 1))[:high, :wide, None]
    spread = np.clip(card + DITHER * tiles, 0.0, 255.0)
    picture = Image.fromarray(np.asarray(np.round(spread), np.uint8))
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def _gif(pictures: Sequence[Image.Image], rests: Sequence[int], note: str) -> bytes:
    file = io.BytesIO()
    pictures[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=[1000 * rest // FPS for rest in rests],
        loop=0,
        optimize=True,
        disposal=1,
        comment=note.encode("utf-8"),
    )
    return file.getvalue()
