"""What a visitor has chosen: all that a picture depends on besides the face."""

from __future__ import annotations

from dataclasses import dataclass

from simulate.plan import Plan
from ui.wording import LIKELY


@dataclass(frozen=True)
class Choice:
    """All that an outcome depends on besides the face.

    Attributes:
        plan: what is done; empty as long as only moles are to be removed and none is picked.
        when: time after treatment; None is the settled result.
        responder: "low", "expected" or "high".
        engine: which model paints skin.
        seed: which sample of the painted skin.
        picks_moles: whether moles can be picked in the picture.
        reactions: of swelling, bruises and redness: "likely", "all" or "none".
    """

    plan: Plan
    when: str | None = None
    responder: str = "expected"
    engine: str = "embedded"
    seed: int = 0
    picks_moles: bool = False
    reactions: str = LIKELY

    @property
    def circumstances(self) -> tuple[str | None, str, int, str, str]:
        """What `simulate` takes after face and plan."""
        return self.when, self.responder, self.seed, self.engine, self.reactions
