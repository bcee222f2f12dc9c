"""Everything that changes a photo: a measured face and a plan in, an honest outcome out.

A name is loaded with what it needs when it is first asked for: `python -m simulate` comes by here
before it can say anything, and an interruption meanwhile would end in a traceback.
"""

from importlib import import_module

TYPE_CHECKING = False  # as `typing` has it, which takes longer to load than all of this
if TYPE_CHECKING:
    from simulate.catalogue.loader import procedures
    from simulate.catalogue.procedure import Procedure
    from simulate.outcome.changes import Change
    from simulate.outcome.outcome import Outcome
    from simulate.outcome.pipeline import simulate, simulation_steps
    from simulate.plan.conditions import Conditions
    from simulate.plan.interactions import Interaction, check_plan
    from simulate.plan.plan import Plan, Treatment
    from simulate.plan.presets import preset
    from simulate.plan.summary import plan_summary

    __version__: str

__all__ = [
    "Change",
    "Conditions",
    "Interaction",
    "Outcome",
    "Plan",
    "Procedure",
    "Treatment",
    "__version__",
    "check_plan",
    "plan_summary",
    "preset",
    "procedures",
    "simulate",
    "simulation_steps",
]

_HOMES = {
    "Change": "outcome.changes",
    "Conditions": "plan.conditions",
    "Interaction": "plan.interactions",
    "Outcome": "outcome.outcome",
    "Plan": "plan.plan",
    "Procedure": "catalogue.procedure",
    "Treatment": "plan.plan",
    "check_plan": "plan.interactions",
    "plan_summary": "plan.summary",
    "preset": "plan.presets",
    "procedures": "catalogue.loader",
    "simulate": "outcome.pipeline",
    "simulation_steps": "outcome.pipeline",
}

if not TYPE_CHECKING:  # which would take any name for known

    def __getattr__(name: str) -> object:
        if name == "__version__":
            found = _version()
        elif name in _HOMES:
            found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found
        return found


def _version() -> str:
    """Return the version, which is written in pyproject.toml alone; the checkout is what runs."""
    import tomllib
    from pathlib import Path

    project = Path(__file__).parents[1] / "pyproject.toml"
    version: str = tomllib.loads(project.read_text("utf-8"))["project"]["version"]
    return version
