"""What `python -m simulate` does. Its options, files and exit statuses are a contract."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from math import isfinite
from pathlib import Path
from typing import NoReturn

from face_mesh import (
    Arrangement,
    BeforehandError,
    Face,
    PhotoError,
    PlanError,
    ScaleHint,
    arrange,
    measure_face,
    open_photo,
)
from face_mesh.arrays import Rgb
from face_mesh.inert_text import inert
from face_mesh.measures import measure_all
from face_mesh.photo.arrangement import MOST_STRAIGHTEN_DEG, WHOLE
from face_mesh.skin.readability import tone_unreadable
from face_mesh.skin.signs import read_skin
from face_mesh.skin.skin_tone import skin_tone
from face_mesh.untrusted import Unreadable, contents, number_of, whole_of
from simulate import Outcome, Plan, __version__, procedures, simulation_steps
from simulate.command_line.output_folder import output_folder, write
from simulate.export.comparison import comparison_image
from simulate.export.contact_sheet import film, film_image, range_image, responders
from simulate.export.json_export import catalogue_json, face_json, outcome_json, presets_json
from simulate.export.turned_view import turned_sheet
from simulate.inpaint.registry import EMBEDDED
from simulate.outcome.turned_head import MOST_DEG
from simulate.plan.conditions import MOST_SEED, Conditions
from simulate.plan.interactions import check_plan
from simulate.plan.plan_code import MARK, plan_of_code
from simulate.plan.plan_file import MOST_BYTES, PlanFile, plan_of_file
from simulate.plan.presets import preset, presets
from simulate.plan.summary import plan_summary
from simulate.progress import complete
from simulate.provenance.c2pa_manifest import Edits, edits_of, sign_file, together
from simulate.provenance.png_metadata import png_bytes
from simulate.provenance.signing import Credentials, credentials
from simulate.provenance.verify import verdict_json, verify
from simulate.provenance.visible_mark import marked_outcome, with_mark
from simulate.wording.doses import dose as dose_words
from simulate.wording.plans import total as total_words
from simulate.wording.plans import weeks
from simulate.wording.procedures import days_off, place

STAGES = ("Reading the photo", "Measuring the face", "Simulating", "Writing the pictures")
BAR_WIDTH = 24
MOST_TOLD = 1000  # letters of a line on a terminal
SHEET_PX = 1600  # longest side of the photo that sheets are made from: their panels are small
Picture = tuple[str, Rgb, Edits | None]  # name, pixels, how changed: None for the photo itself
Made = tuple[str, bytes, Edits]  # name of a file, what is in it, how what it shows was changed
MOST_SAID = 300  # characters of what argparse says, which repeats what was typed
MOST_FACE = 999
QUARTER_DEG = 90
MOST_VERIFIED_BYTES = 512 << 20  # a picture of 64 megapixels without any compression has 192
NO_MEMORY = "There is not enough memory for this photo; make it smaller."
# Native code has errors of its own for it, each library another.
_OF_MEMORY = re.compile(r"memory|can't allocate|cannot allocate|bad_alloc|start new thread", re.I)
ENGINE_IDLE = "Nothing in this plan paints skin, so the engine was not used."


class _Parser(argparse.ArgumentParser):
    """Refuse with one sentence instead of a usage screen."""

    def error(self, message: str) -> NoReturn:
        said = f"{message[:1].upper()}{message[1:MOST_SAID]}"
        raise PlanError(f"{said}; --help shows the options.")


def _number(text: str) -> float:
    try:
        return number_of(text)
    except ValueError:
        raise argparse.ArgumentTypeError("give a number, as 63.5") from None


def _turn(text: str) -> float:
    degrees = _number(text)
    if not 0.0 < abs(degrees) <= MOST_DEG:
        said = f"turn the head by 1 to {MOST_DEG:.0f} degrees, or by -1 to -{MOST_DEG:.0f}"
        raise argparse.ArgumentTypeError(said)
    return degrees


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            return whole_of(text, low, high)
        except ValueError:
            said = f"give a whole number from {low} to {high}"
            raise argparse.ArgumentTypeError(said) from None

    return read


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m simulate", description="Simulate a procedure on a photo.")
    parser.add_argument("photo", nargs="?", metavar="PHOTO")
    parser.add_argument(
        "--treat",
        action="append",
        default=[],
        metavar="PROC=DOSE[:SIDE]",
        help="as often as wanted; lesions are picked with @X,Y in shares of width and height",
    )
    parser.add_argument(
        "--plan",
        metavar="FILE|NAME|CODE",
        help="a plan file (TOML or JSON), a plan of --list-plans, or the code of a report",
    )
    parser.add_argument(
        "--body-kg", type=_number, metavar="KG", help="body mass, for the yearly amount of filler"
    )
    parser.add_argument("--when", help="time after treatment, as 10d, 2w, 3mo, 1y")
    parser.add_argument(
        "--responder", help="low, expected (unless the plan says otherwise) or high"
    )
    parser.add_argument(
        "--reactions",
        default="likely",
        help="swelling, bruising and redness at --when: likely, all or none",
    )
    parser.add_argument(
        "--film", action="store_true", help="also film.png, day 0 to two years, with all reactions"
    )
    parser.add_argument(
        "--range", action="store_true", help="also range.png, weak to strong response, and unsure"
    )
    parser.add_argument(
        "--turned",
        type=_turn,
        metavar="DEG",
        help="also turned.png, the head turned to its own left (or below 0 right) by up to "
        f"{MOST_DEG:.0f} degrees, with its profile",
    )
    parser.add_argument(
        "--video",
        action="store_true",
        help="also morph.mp4 and morph.gif, from before to two years, with all reactions",
    )
    parser.add_argument(
        "--report", action="store_true", help="also report.pdf to take home, with --film in it too"
    )
    parser.add_argument(
        "--qr", action="store_true", help="with --report: the plan as a code that --plan reopens"
    )
    parser.add_argument(
        "--notes", action="store_true", help="with --report: the notes of the plan, word by word"
    )
    parser.add_argument(
        "--phototype",
        metavar="I-VI",
        help="your skin type (Fitzpatrick), which then stands in place of what the photo shows",
    )
    parser.add_argument("--engine", default=EMBEDDED, help="embedded or hub:NAME, for skin")
    parser.add_argument("--seed", type=_whole(0, MOST_SEED), default=0)
    parser.add_argument(
        "--face", type=_whole(0, MOST_FACE), help="which face, from 1, left to right"
    )
    parser.add_argument("--ipd", type=_number, metavar="MM", help="true distance of the pupils")
    parser.add_argument(
        "--length",
        type=_number,
        nargs=5,
        metavar=("MM", "X1", "Y1", "X2", "Y2"),
        help="a known length beside the face and its two ends in the photo, in px",
    )
    parser.add_argument(
        "--mirrored",
        action="store_true",
        help="the photo is mirrored, as in a mirror selfie: undo it, so that left is left",
    )
    parser.add_argument(
        "--turn",
        type=_whole(0, 3 * QUARTER_DEG),
        default=0,
        metavar="DEG",
        help="turn the photo clockwise by 90, 180 or 270 degrees",
    )
    parser.add_argument(
        "--straighten",
        type=_number,
        default=0.0,
        metavar="DEG",
        help=f"turn it clockwise by up to {MOST_STRAIGHTEN_DEG:.0f} degrees, without empty corners",
    )
    parser.add_argument(
        "--crop",
        type=_number,
        nargs=4,
        default=WHOLE,
        metavar=("LEFT", "TOP", "RIGHT", "BOTTOM"),
        help="keep a part of it, in shares of width and height; these four act in this order, and "
        "all places in the photo are those of what comes of it",
    )
    parser.add_argument("--out", metavar="DIR")
    parser.add_argument("--quiet", action="store_true", help="no progress bar, no warnings")
    parser.add_argument("--list", action="store_true", help="show the catalogue")
    parser.add_argument("--list-plans", action="store_true", help="show the named plans")
    parser.add_argument("--measure", metavar="PHOTO", dest="measured")
    parser.add_argument(
        "--marked", action="store_true", help="also put the mark that is seen on after.png"
    )
    parser.add_argument(
        "--signed",
        action="store_true",
        help="sign what is simulated (C2PA); signatures differ from run to run, pixels do not",
    )
    parser.add_argument(
        "--verify", metavar="FILE", dest="verified", help="whether a picture is ours and unchanged"
    )
    parser.add_argument(
        "--json", action="store_true", help="with --list, --list-plans, --measure or --verify"
    )
    return parser


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status.

    Raises:
        KeyboardInterrupt: it was interrupted, and has cleaned up.
    """
    try:
        return _done(_parser().parse_args(argv))
    except BeforehandError as error:
        return _refused(str(error), error.exit_status)
    except BrokenPipeError:  # the reader of our output went away: `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if not isinstance(error, MemoryError) and not _OF_MEMORY.search(str(error)):
            raise
        return _refused(NO_MEMORY, 4)


def _done(asked: argparse.Namespace) -> int:
    if asked.list:
        _list(asked.json)
    elif asked.list_plans:
        _list_plans(asked.json)
    elif asked.verified:
        return _verify(asked.verified, asked.json)
    elif asked.measured:
        _measure(asked)
    else:
        _run(asked)
    return 0


def _refused(sentence: str, status: int) -> int:
    """Say why in one line; what was typed may hold signs that a terminal acts on."""
    print(inert(sentence, most=MOST_TOLD), file=sys.stderr)
    return status


def _run(asked: argparse.Namespace) -> None:
    if not asked.photo:
        raise PlanError(
            "Name a photo, or use --list, --list-plans or --measure; --help shows the options."
        )
    if not asked.out:
        raise PlanError("Say where the pictures go with --out DIR.")
    if asked.qr and not asked.report:
        raise PlanError("The code is a part of the report; ask for it with --report --qr.")
    if asked.notes and not asked.report:
        raise PlanError("The notes are a part of the report; ask for them with --report --notes.")
    (plan, conditions), signer = _plan(asked), credentials() if asked.signed else None
    laid = _arrangement(asked)
    with output_folder(asked.out) as out, _progress(asked.quiet) as tick:
        tick()
        start = time.perf_counter()
        photo = arrange(open_photo(asked.photo), laid)
        decoded = time.perf_counter()
        tick()
        face = measure_face(photo, which=_which(asked), hint=_hint(asked))
        measured = time.perf_counter()
        tick()
        outcome = _simulated(face, plan, conditions, tick)
        sheets, files = _sheets(face, plan, conditions, asked, tick)
        if asked.turned is not None:
            sheets.append(
                ("turned.png", turned_sheet(outcome, asked.turned), together([edits_of(outcome)]))
            )
        tick()
        spent = {"decode": decoded - start, "landmarks": measured - decoded}
        _write(out, _timed(outcome, spent), sheets, files, signer, on_after=asked.marked)
    if not asked.quiet:
        print("".join(f"{inert(line, most=MOST_TOLD)}\n" for line in outcome.warnings), end="")


def _simulated(face: Face, plan: Plan, conditions: Conditions, tick: _Bar) -> Outcome:
    outcome = complete(simulation_steps(face, plan, conditions), tick.within)
    if conditions.engine != EMBEDDED and not outcome.skin.parts:
        return replace(outcome, warnings=(*outcome.warnings, ENGINE_IDLE))
    return outcome


def _sheets(
    face: Face, plan: Plan, conditions: Conditions, asked: argparse.Namespace, tick: _Bar
) -> tuple[list[Picture], list[Made]]:
    """Return what was asked for: the sheets, and the files of the report and of the video."""
    small, found, files = face.resized(SHEET_PX), list[Picture](), list[Made]()
    times, three = list[Outcome](), list[Outcome]()
    if asked.film:
        times = complete(film(small, plan, conditions), tick.within)
        shown = film_image([marked_outcome(one) for one in times])
        found.append(("film.png", shown, together(edits_of(one) for one in times)))
    if asked.range or asked.report:
        three = complete(responders(small, plan, conditions), tick.within)
    if asked.range:
        shown = range_image([marked_outcome(one) for one in three])
        found.append(("range.png", shown, together(edits_of(one) for one in three)))
    if asked.report:
        from simulate.export.pdf.figures import PlanResults
        from simulate.export.pdf.pages import report_pdf  # whose library no other run needs

        pdf = report_pdf([PlanResults(three, times)], code=asked.qr, notes=asked.notes)
        files.append(("report.pdf", pdf, together(edits_of(one) for one in (*three, *times))))
    if asked.video:
        from simulate.export.timelapse_video import morph  # whose encoder no other run needs

        moving = complete(morph(small, plan, conditions), tick.within)
        files.append(("morph.mp4", moving.mp4, moving.edits))
        files.append(("morph.gif", moving.gif, moving.edits))
    return found, files


def _plan(asked: argparse.Namespace) -> tuple[Plan, Conditions]:
    """Return what is to be done, and for when and whom; refuse it before the photo is read."""
    if asked.plan and asked.treat:
        raise PlanError("Give the plan either as a file or with --treat, not both.")
    if asked.video:
        from simulate.export.timelapse_video import check_encoder  # as above

        check_encoder()
    read = _read_plan(asked.plan) if asked.plan else PlanFile(Plan.parse(asked.treat))
    plan = read.plan
    conditions = Conditions(
        read.when if asked.when is None else asked.when,
        asked.responder or read.responder,
        asked.seed,
        asked.engine,
        asked.reactions,
        asked.phototype,
    )
    if not plan.treatments:
        raise PlanError("Say what to simulate, for example --treat lip_filler=1.0.")
    if asked.body_kg is not None:
        plan = replace(plan, body_kg=asked.body_kg)
    check_plan(plan)
    return plan, conditions


def _read_plan(said: str) -> PlanFile:
    """Return what a report's code, a file, or the plan of a name says, where it is no file's."""
    if said.startswith(MARK):
        return PlanFile(plan_of_code(said))
    if re.fullmatch(r"[A-Za-z0-9_]{1,60}", said) and not os.path.exists(said):
        return PlanFile(preset(said).plan)
    try:
        return plan_of_file(contents(said, MOST_BYTES))
    except Unreadable as error:
        raise PlanError("The plan file cannot be read; check its name.") from error


def _face(asked: argparse.Namespace, photo: str) -> Face:
    laid = _arrangement(asked)
    return measure_face(arrange(open_photo(photo), laid), which=_which(asked), hint=_hint(asked))


def _arrangement(asked: argparse.Namespace) -> Arrangement:
    quarters, rest = divmod(asked.turn, QUARTER_DEG)
    if rest:
        raise PlanError("Turn the photo by 90, 180 or 270 degrees; --straighten is for less.")
    left, top, right, bottom = asked.crop
    return Arrangement(asked.mirrored, quarters, asked.straighten, (left, top, right, bottom))


def _which(asked: argparse.Namespace) -> int | None:
    return None if asked.face is None else asked.face - 1


def _hint(asked: argparse.Namespace) -> ScaleHint | None:
    if asked.ipd is not None and asked.length is not None:
        raise PlanError("Give the true size either with --ipd or with --length, not both.")
    if asked.length is not None:
        mm, x1, y1, x2, y2 = asked.length
        return ScaleHint(length_mm=mm, length_px=((x1, y1), (x2, y2)))
    return None if asked.ipd is None else ScaleHint(interpupillary_mm=asked.ipd)


def _timed(outcome: Outcome, spent_s: dict[str, float]) -> Outcome:
    ms = dict(outcome.timings_ms)
    for stage, seconds in spent_s.items():
        ms[stage] = seconds * 1e3
        ms["total"] += seconds * 1e3
    return replace(outcome, timings_ms=ms)


def _write(
    out: Path,
    outcome: Outcome,
    sheets: Sequence[Picture],
    files: Sequence[Made],
    signer: Credentials | None,
    *,
    on_after: bool,
) -> None:
    """Write all files, sealed with `signer`; outcome.json is the last."""
    start = time.perf_counter()

    def sealed(data: bytes, edits: Edits) -> bytes:
        return sign_file(data, edits, signer, __version__) if signer else data

    def made() -> Iterator[tuple[str, bytes]]:
        for name, image, edits in chain(_pictures(outcome, on_after), sheets):
            data = png_bytes(
                image, simulated=edits is not None, painted=bool(edits and edits.painted)
            )
            yield name, data if edits is None else sealed(data, edits)
        for name, data, edits in files:
            yield name, sealed(data, edits)
        timed = _timed(outcome, {"encode": time.perf_counter() - start})
        report = outcome_json(timed, version=__version__)
        yield "outcome.json", f"{json.dumps(report, indent=2)}\n".encode()

    write(out, made())


def _pictures(outcome: Outcome, on_after: bool) -> Iterator[Picture]:
    """Yield name, picture and how it was changed, one at a time: large photos fill memory.

    after.png has the pixels of the outcome unless the mark is asked for: programs compare it.
    """
    edits = edits_of(outcome)
    after = with_mark(outcome.image, outcome.face) if on_after else outcome.image
    yield "before.png", outcome.face.photo.image, None
    yield "after.png", after, edits
    yield "comparison.png", comparison_image(marked_outcome(outcome)), together([edits])


def _verify(path: str, as_json: bool) -> int:
    """Print whether a file is a simulation of ours and unchanged; return the exit status."""
    try:
        data = contents(path, MOST_VERIFIED_BYTES)
    except Unreadable as error:
        raise PhotoError("The file cannot be read; check its name.") from error
    if len(data) > MOST_VERIFIED_BYTES:
        raise PhotoError("The file is larger than any that this program makes.")
    verdict = verify(data)
    if as_json:
        print(json.dumps({**verdict_json(verdict), "sentence": verdict.sentence}, indent=2))
    else:
        print(verdict.sentence)
    return verdict.exit_status


def _list(as_json: bool) -> None:
    entries = list(procedures().values())
    if as_json:
        print(json.dumps(catalogue_json(entries), indent=2))
        return
    wide = max(len(p.id) for p in entries) + 1
    for p in entries:
        dose = f"usual {p.dose.usual:g}, most {dose_words(p.dose.max, p)}"
        print(f"{p.id:{wide}s}{p.area:8s}{p.name:44s}{dose}")


def _list_plans(as_json: bool) -> None:
    named = list(presets().values())
    if as_json:
        print(json.dumps(presets_json(named), indent=2))
        return
    for one in named:
        print(f"{one.id}: {one.name}. {one.summary}")
        _print_plan(one.plan)
        for they in one.suits_less:
            print(f"  Suits less: {they.who}")


def _print_plan(plan: Plan) -> None:
    """Print what a plan adds up to, a line for each treatment and for each total of a label."""
    for treatment in plan.treatments:
        week = "" if treatment.week is None else ", ".join(weeks([treatment]))
        off = treatment.entry.downtime
        days = f"days off: {days_off(off.days_low, off.days_high)}" if off else ""
        dose = dose_words(treatment.dose, treatment.entry, treatment.side)
        print(f"  {treatment.procedure:26s}{dose:28s}{week:10s}{days}".rstrip())
    for total in plan_summary(plan).totals:
        if total.amount:
            print(f"  {total_words(total, plan.body_kg)}")


def _measure(asked: argparse.Namespace) -> None:
    said = Conditions(phototype=asked.phototype).phototype  # refused before the photo is read
    face = _face(asked, asked.measured)
    if asked.json:
        print(json.dumps(face_json(face, said), indent=2))
    else:
        _print_face(face, said)


def _print_face(face: Face, phototype: str | None) -> None:
    for finding in face.findings:
        print(f"{finding.severity}: {finding.message} {finding.advice}")
    for m in measure_all(face):
        print(f"{m.name:52s}{m.value:9.2f} {m.unit:6s}± {m.sd:.2f}")
    print(f"{'Skin tone':52s}{_tone(face, phototype)}")
    for r in read_skin(face):
        where = f"{r.name}, {place(r.region)}"
        if r.severity is None:
            print(f"{where:52s}        – not readable in this photo: {r.unreadable}")
        else:
            ita = f"ITA {r.ita_deg:.0f}°" if isfinite(r.ita_deg) else ""
            print(f"{where:52s}{r.severity:9.2f}        {ita}".rstrip())


def _tone(face: Face, phototype: str | None) -> str:
    """The tone of the skin in a line: as its person says it, or else as the photo shows it."""
    if phototype is not None:
        return f"type {phototype}, as you say"
    why = tone_unreadable(face)
    tone = skin_tone(face)
    if why:
        return f"        – not readable in this photo: {why}"
    monk = f"Monk {tone.monk} ({tone.monk_light} to {tone.monk_dark})"
    return f"ITA {tone.ita_deg:.0f}° ({tone.low:.0f} to {tone.high:.0f}), {monk}"


@contextmanager
def _progress(quiet: bool) -> Iterator[_Bar]:
    bar = _Bar(shown=sys.stderr.isatty() and not quiet)
    try:
        yield bar
    finally:
        bar.clear()


class _Bar:
    """One line on a terminal: which of the stages is running, and how far it is."""

    def __init__(self, *, shown: bool) -> None:
        self.shown, self.done = shown, -1

    def __call__(self) -> None:
        """Begin the next stage."""
        self.done += 1
        self.within(0.0)

    def within(self, fraction: float) -> None:
        """Show how much of the running stage is done."""
        if self.shown:
            full = int(BAR_WIDTH * (self.done + fraction) / len(STAGES))
            bar = "#" * full + "." * (BAR_WIDTH - full)
            sys.stderr.write(f"\r\033[K[{bar}] {STAGES[self.done]}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Leave the line as it was found."""
        if self.shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
