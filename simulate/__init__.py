"""Everything that changes a photo: a measured face and a plan in, an honest outcome out."""

from simulate.catalogue import procedures
from simulate.changes import Change
from simulate.entry import Procedure
from simulate.outcome import Outcome, simulate, simulating
from simulate.plan import Plan, Treatment

__version__ = "0.1.0"

__all__ = [
    "Change",
    "Outcome",
    "Plan",
    "Procedure",
    "Treatment",
    "__version__",
    "procedures",
    "simulate",
    "simulating",
]
