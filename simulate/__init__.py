"""Everything that changes a photo: a measured face and a plan in, an honest outcome out."""

from simulate.catalogue import procedures
from simulate.changes import Change
from simulate.entry import Procedure
from simulate.interactions import Interaction, check_plan
from simulate.outcome import Outcome, simulate, simulating
from simulate.plan import Plan, Treatment
from simulate.summary import plan_summary

__version__ = "0.1.0"

__all__ = [
    "Change",
    "Interaction",
    "Outcome",
    "Plan",
    "Procedure",
    "Treatment",
    "__version__",
    "check_plan",
    "plan_summary",
    "procedures",
    "simulate",
    "simulating",
]
