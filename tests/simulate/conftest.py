"""One measured face after another, for the laws that hold on every face."""

from collections.abc import Iterator

import pytest

from face_mesh import Face
from simulate.skin import effect
from tests.helpers import FACES
from tests.simulate.faces import SAMPLES, SHARED, face_of


@pytest.fixture(
    scope="session",
    params=[*SAMPLES, *(pytest.param(name, marks=pytest.mark.shared) for name in SHARED)],
)
def face(request: pytest.FixtureRequest) -> Face:
    """Both samples, and people of the shared photos where these are."""
    if request.param in SHARED and not FACES.is_dir():
        pytest.skip("the shared face photos are not on this machine")
    return face_of(request.param)


@pytest.fixture(scope="module")
def no_skin() -> Iterator[None]:
    """Leave the skin of every plan alone: what is tested is what moves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(effect, "jobs_of", lambda plan: iter(()))
        yield
