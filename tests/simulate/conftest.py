"""One measured face after another, for the laws that hold on every face."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from zlib import crc32

import pytest

from face_mesh import Face
from simulate import Plan, Procedure, Treatment, procedures
from simulate.catalogue.procedure import Reaction
from simulate.plan import plan as plan_module
from simulate.skin import skin_effect
from tests.helpers import FACES
from tests.simulate.faces import SAMPLES, SHARED, face_of, faces_at


@pytest.fixture(
    scope="session",
    params=[*SAMPLES, *(pytest.param(name, marks=pytest.mark.shared) for name in SHARED)],
)
def face(request: pytest.FixtureRequest) -> Face:
    """Both samples, and people of the shared photos where these are."""
    if request.param in SHARED and not FACES.is_dir():
        pytest.skip("the shared face photos are not on this machine")
    return face_of(request.param)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the slow tests what `rotating` leaves out: four faces of six for each case."""
    for item in items:
        rotating = item.get_closest_marker("rotating")
        if rotating and isinstance(item, pytest.Function) and "face" in item.callspec.indices:
            case = dict(item.callspec.indices)
            at, (alike,) = case.pop("face"), rotating.args
            law = 0 if alike else crc32(item.originalname.encode())
            if at not in faces_at(law, case.values()):
                item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module")
def no_skin() -> Iterator[None]:
    """Leave the skin of every plan alone: what is tested is what moves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(skin_effect, "jobs_of", lambda plan: iter(()))
        yield


@pytest.fixture
def with_reactions(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Plan]:
    """A way to give cheek filler other reactions, of known size; on both sides unless told."""

    def give(*reactions: Reaction, side: str = "both") -> Plan:
        entry: Procedure = replace(procedures()["cheek_filler"], reactions=reactions)
        known = {**procedures(), "cheek_filler": entry}
        monkeypatch.setattr(plan_module, "procedures", lambda: known)
        return Plan((Treatment("cheek_filler", entry.usual_dose(side), side),))

    return give
