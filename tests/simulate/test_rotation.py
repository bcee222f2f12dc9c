"""Two faces a case are enough only as long as they rotate: what is left to the slow tests."""

from itertools import product

import pytest

from simulate import procedures
from tests.simulate.faces import SAMPLES, SHAPED, SHARED, SKIN, faces_at

LAWS = 10  # and more
EVERY = set(range(len(SAMPLES) + len(SHARED)))


@pytest.mark.parametrize("law", range(LAWS))
def test_a_law_is_tried_on_a_sample_for_each_case_and_on_every_face(law: int) -> None:
    chosen = [faces_at(law, (case,)) for case in range(len(SHAPED))]
    assert all(sample < len(SAMPLES) <= shared for sample, shared in chosen)
    assert {face for pair in chosen for face in pair} == EVERY


def test_every_operator_is_tried_on_every_face() -> None:
    met = {
        (term.operator, face)
        for law, (case, name) in product(range(LAWS), enumerate(SHAPED))
        for term in procedures()[name].terms
        for face in faces_at(law, (case,))
    }
    operators = {term.operator for name in SHAPED for term in procedures()[name].terms}
    assert met == set(product(operators, EVERY))


def test_every_way_to_treat_skin_is_tried_on_every_face_that_rotates() -> None:
    for operator in {term.operator for name in SKIN for term in procedures()[name].skin}:
        cases = [
            case
            for case, name in enumerate(SKIN)
            if any(term.operator == operator for term in procedures()[name].skin)
        ]
        assert {face for case in cases for face in faces_at(0, (case,))} >= {0, 1}, operator
        assert len({face for case in cases for face in faces_at(0, (case,))}) >= 4, operator
