"""The list of faults does not rot: each can still be put in, and its tests are there."""

import ast
import tomllib

import pytest

from tests.helpers import ROOT
from tests.mutants.faults import FAULTS, Fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.name)
def test_a_fault_can_still_be_put_in(fault: Fault) -> None:
    whole = (ROOT / fault.file).read_text("utf-8")
    assert whole.count(fault.text) == 1
    assert fault.instead != fault.text
    with_it = whole.replace(fault.text, fault.instead)
    (tomllib.loads if fault.file.endswith(".toml") else ast.parse)(with_it)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.name)
def test_its_tests_are_there(fault: Fault) -> None:
    assert fault.tests
    assert all((ROOT / one.partition("::")[0]).is_file() for one in fault.tests)


def test_no_name_is_given_twice() -> None:
    assert len({one.name for one in FAULTS}) == len(FAULTS)
