"""The JSON other programs rely on: the outcome, the measured face, the catalogue and plans."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Any

from face_mesh import Face
from face_mesh.measures import measure_all
from face_mesh.repeatability import smallest_change
from face_mesh.skin import readability
from face_mesh.skin.signs import read_skin
from face_mesh.skin.skin_tone import UNSEEN, skin_tone
from simulate.catalogue.procedure import CurvePoint, Procedure, Reaction
from simulate.catalogue.sources import citation
from simulate.outcome.outcome import Outcome
from simulate.plan.interactions import interactions
from simulate.plan.plan import Plan, Treatment
from simulate.plan.presets import Preset
from simulate.plan.summary import plan_summary

Json = dict[str, Any]


def outcome_json(outcome: Outcome, *, version: str) -> Json:
    """Return `outcome.json` of the command line."""
    face = outcome.face
    return {
        "photo": _photo(face),
        "quality": _quality(face),
        "treatments": [_treatment(treatment) for treatment in outcome.plan.treatments],
        "plan": plan_json(outcome.plan),
        "when": outcome.conditions.when,
        "responder": outcome.conditions.responder,
        "reactions": outcome.conditions.reactions,
        "tone": _tone(face, outcome.conditions.phototype),
        "changes": [
            {
                "measure": c.measure,
                "unit": c.unit,
                "before": round(c.before, 3),
                "after": round(c.after, 3),
                "expected_low": round(c.expected_low, 3),
                "expected_high": round(c.expected_high, 3),
                "in_picture": c.in_picture,
                "smallest_change": _smallest(c.measure, c.before),
                "because": c.because,
            }
            for c in outcome.changes
        ],
        "unreadable": dict(outcome.skin.unreadable),
        "changed_fraction": round(outcome.changed_fraction, 6),
        "warnings": list(outcome.warnings),
        "timings_ms": {stage: round(ms, 2) for stage, ms in outcome.timings_ms.items()},
        "engine": outcome.conditions.engine,
        "seed": outcome.conditions.seed,
        "version": version,
    }


def face_json(face: Face, phototype: str | None = None) -> Json:
    """Return what `--measure --json` prints.

    Args:
        face: measured face.
        phototype: of the skin as the person says it, "I" to "VI"; None is not said.
    """
    return {
        "photo": _photo(face) | {"scale_source": face.scale.source},
        "quality": _quality(face),
        "measures": [
            {"id": m.id, "name": m.name, "value": round(m.value, 3), "unit": m.unit}
            | {"sd": round(m.sd, 3), "smallest_change": _smallest(m.id, m.value)}
            for m in measure_all(face)
        ],
        "tone": _tone(face, phototype),
        "skin": [
            {"id": r.id, "name": r.name, "region": r.region, "scale": r.scale}
            | {"severity": None if r.severity is None else round(r.severity, 3)}
            | {"smallest_change": _smallest(r.id, r.severity)}
            | {"unreadable": r.unreadable, "at_rest": r.at_rest}
            | {"ita_deg": _number(r.ita_deg, 1), "area_mm2": round(r.area_mm2, 1)}
            | {"count": r.count, "parts": {name: round(n, 3) for name, n in r.parts.items()}}
            for r in read_skin(face)
        ],
    }


def catalogue_json(entries: list[Procedure]) -> list[Json]:
    """Return what `--list --json` prints."""
    return [
        {
            "id": p.id,
            "name": p.name,
            "area": p.area,
            "summary": p.summary,
            "unit": p.dose.unit,
            "usual": p.dose.usual,
            "max": p.dose.max,
            "step": p.dose.step,
            "scope": p.dose.scope,
            "sides": list(p.sides),
            "kinds": list(p.kinds),
            "evidence": [{"claim": e.claim, "source": citation(e.source)} for e in p.evidence],
            "coefficients": [
                {"operator": t.operator, "value": t.coefficient, "source": citation(t.source)}
                | {"derivation": t.derivation}
                for t in p.terms
            ]
            + [
                {"operator": f"{t.operator} {t.sign}", "value": t.reduction}
                | {"source": citation(t.source), "derivation": t.derivation}
                for t in p.skin
            ],
            "cautions": list(p.cautions),
            "relative_sd": round(p.spread, 3),
            "course": _course(p),
            "reactions": [_reaction(reaction) for reaction in p.reactions],
            "downtime_days": [p.downtime.days_low, p.downtime.days_high] if p.downtime else None,
            "risks": [
                {"what": risk.what, "frequency": risk.frequency, "serious": risk.serious}
                | {"source": citation(risk.source)}
                for risk in p.risks
            ],
            "suits_less": [
                {"who": one.who, "source": citation(one.source)} for one in p.suits_less
            ],
            "max_yaw_deg": p.view.max_yaw_deg if p.view else None,
        }
        for p in entries
    ]


def _course(entry: Procedure) -> Json:
    course = entry.course
    return {
        "days": list(course.days),
        "share": list(course.share),
        "onset_day": round(course.onset_day, 2),
        "peak_day": course.peak_day,
        "source": citation(course.source),
        "published": _points(course.published),
    }


def _reaction(one: Reaction) -> Json:
    return {
        "sign": one.sign,
        "where": one.patch.centre,
        "peak": one.peak,
        "frequency": one.frequency,
        "days": list(one.days),
        "level": list(one.level),
        "source": citation(one.source),
        "published": _points(one.published),
    }


def _points(points: Iterable[CurvePoint]) -> list[Json]:
    return [
        {
            "day": point.day,
            "value": point.value,
            "source": citation(point.source),
            "note": point.note,
        }
        for point in points
    ]


def plan_json(plan: Plan) -> Json:
    """Return what a plan adds up to and what its treatments do to each other."""
    said = plan_summary(plan)
    return {
        "treatments": [
            {"procedure": row.procedure, "name": row.name, "dose": row.dose, "unit": row.unit}
            | {"scope": row.scope, "side": row.side, "week": row.week, "cost": row.cost}
            | {"downtime_days": row.downtime_days, "downtime_source": _cited(row.downtime_source)}
            | {"clinic_downtime_days": row.clinic_downtime_days}
            for row in said.rows
        ],
        "totals": [
            {
                "id": total.id,
                "what": total.what,
                "amount": round(total.amount, 6),
                "most": total.most,
                "unit": total.unit,
                "within_weeks": total.within_weeks,
                "source": citation(total.source),
            }
            for total in said.totals
        ],
        "sessions": said.sessions,
        "body_kg": said.body_kg,
        "body_kg_given": said.body_kg_given,
        "cost": said.cost,
        "costs_missing": said.costs_missing,
        "currency": plan.currency,
        "downtime_days": said.downtime_days,
        "weeks": said.weeks,
        "notes": plan.notes,
        "interactions": [
            {
                "severity": interaction.severity,
                "reason": interaction.reason,
                "source": citation(interaction.source),
                "procedures": interaction.procedures,
            }
            for interaction in interactions(plan)
        ],
    }


def presets_json(presets: Iterable[Preset]) -> list[Json]:
    """Return what `--list-plans --json` prints."""
    return [
        {"id": preset.id, "name": preset.name, "summary": preset.summary}
        | {
            "steps": [
                {"procedure": step.procedure, "dose": step.dose, "side": step.side}
                | {"week": step.week, "source": citation(step.source)}
                | {"derivation": step.derivation}
                for step in preset.treatments
            ],
            "suits_less": [
                {"who": they.who, "source": citation(they.source)} for they in preset.suits_less
            ],
            "plan": plan_json(preset.plan),
        }
        for preset in presets
    ]


def _cited(source: str | None) -> str | None:
    return None if source is None else citation(source)


def _treatment(one: Treatment) -> Json:
    said: Json = {"procedure": one.procedure, "dose": one.dose, "unit": one.entry.dose.unit}
    said |= {"side": one.side}
    if one.spots:
        said["spots"] = one.spots
    if one.strokes:
        said["strokes"] = [
            {"kind": s.kind, "points": s.points, "radius_mm": s.radius_mm} for s in one.strokes
        ]
    return said


def _tone(face: Face, phototype: str | None) -> Json:
    """The tone of the skin, with its interval of 95 %; null where the photo does not tell."""
    why = readability.tone_unreadable(face)
    tone = UNSEEN if why else skin_tone(face)
    return {
        "ita_deg": _number(tone.ita_deg, 1),
        "low": _number(tone.low, 1),
        "high": _number(tone.high, 1),
        "monk": tone.monk,
        "monk_range": None if tone.monk is None else [tone.monk_light, tone.monk_dark],
        "unreadable": why,
        "phototype": phototype,
        "source": "photo" if phototype is None else "said",
    }


def _number(value: float, digits: int) -> float | None:
    """A rounded number, or null where JSON has no word for what it is."""
    return round(value, digits) if isfinite(value) else None


def _smallest(id_: str, value: float | None) -> float | None:
    """The smallest change that two photos can tell from noise, or null where it is not known."""
    smallest = None if value is None else smallest_change(id_, value)
    return None if smallest is None else round(smallest, 3)


def _photo(face: Face) -> Json:
    height, width = face.photo.image.shape[:2]
    return {
        "width": width,
        "height": height,
        "px_per_mm": round(face.px_per_mm, 4),
        "px_per_mm_sd": round(face.px_per_mm_sd, 4),
        "pose": {
            "yaw_deg": round(face.pose.yaw_deg, 2),
            "pitch_deg": round(face.pose.pitch_deg, 2),
            "roll_deg": round(face.pose.roll_deg, 2),
        },
    }


def _quality(face: Face) -> list[Json]:
    return [
        {"id": f.id, "severity": f.severity, "message": f.message, "advice": f.advice}
        for f in face.findings
    ]
