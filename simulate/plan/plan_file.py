"""A plan as a file to keep: what is done, and for when and for whom it was looked at.

TOML for people, JSON for programs; both are read by what they hold, whatever the file is called.
Nothing of a face is in it but, if asked for, the places that were picked or painted by hand.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from dataclasses import asdict, dataclass, replace
from typing import Any

from face_mesh.errors import PlanError
from face_mesh.messages import N_
from face_mesh.untrusted import TooMuch, json_table, toml_table
from simulate.catalogue.time_course import days_after
from simulate.plan.conditions import RESPONDERS
from simulate.plan.plan import LIMITS, Plan
from simulate.plan.plan_code import MARK, plan_of_code

MOST_BYTES = LIMITS.bytes  # of a file; no plan of hands and doses is longer
_PLACE = re.compile(r"\[\s+([0-9.e-]+),\s+([0-9.e-]+)\s+\]")  # as JSON writes a list, in four lines
_SEEN = ("when", "responder")  # beside the plan
_NOT_A_PLAN = N_("This file holds no plan; choose one that was saved here, or its TOML or JSON.")


@dataclass(frozen=True)
class PlanFile:
    """What a plan file says.

    Attributes:
        plan: what is done.
        when: time after the first treatment; None is the settled result.
        responder: "low", "expected" or "high".

    Raises:
        PlanError: an impossible time, no such responder.
    """

    plan: Plan
    when: str | None = None
    responder: str = "expected"

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated."""
        days_after(self.when)
        if self.responder not in RESPONDERS:
            raise PlanError("The responder of a plan file is low, expected or high.")

    def to_toml(self) -> str:
        """Return it as TOML that `--plan` and `plan_of_file` read."""
        head = "".join(f'{key} = "{value}"\n' for key, value in self._seen().items())
        return head + self.plan.to_toml()

    def to_json(self) -> str:
        """Return it as JSON that `--plan` and `plan_of_file` read."""
        plan = asdict(self.plan)
        plan["treatments"] = [_filled(one) for one in plan["treatments"]]
        table = {**self._seen(), **_filled(plan)}
        table.setdefault("treatments", [])
        text = _PLACE.sub(r"[\1, \2]", json.dumps(table, indent=2, ensure_ascii=False))
        return re.sub(r"\],\n\s+\[", "], [", text) + "\n"

    def _seen(self) -> dict[str, str]:
        settled = self.responder == "expected"
        found = {"when": self.when, "responder": None if settled else self.responder}
        return {key: value for key, value in found.items() if value is not None}

    def without_places(self) -> PlanFile:
        """Return it without what was picked or painted by hand, which belongs to one photo."""
        return replace(self, plan=self.plan.without_places())


def _filled(table: dict[str, Any]) -> dict[str, Any]:
    """Return a table without what was not said."""
    return {key: value for key, value in table.items() if value not in (None, "", ())}


def plan_of_file(data: bytes) -> PlanFile:
    """Return what a plan file says: TOML, JSON or the code of a report.

    Raises:
        PlanError: it is none of them, or says something that cannot be.
    """
    try:
        begins = data.removeprefix(BOM_UTF8).lstrip()
        if begins.startswith(MARK.encode()) and len(data) <= MOST_BYTES:
            return PlanFile(plan_of_code("".join(begins.decode("utf-8").split())))
        table = (json_table if begins.startswith(b"{") else toml_table)(data, LIMITS)
    except TooMuch as error:
        raise PlanError(error.said) from error
    except ValueError as error:
        raise PlanError(_NOT_A_PLAN) from error
    seen = {key: table.pop(key) for key in _SEEN if key in table}
    if not all(isinstance(value, str) for value in seen.values()):
        raise PlanError("In a plan file when and responder are text.")
    return PlanFile(Plan.from_table(table), **seen)
