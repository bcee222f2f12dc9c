"""Manifests that a stranger wrote: whatever is in them, a verdict holds only what it may."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import c2pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulate.__main__ import main
from simulate.provenance import signing
from simulate.provenance.c2pa_manifest import HOW
from simulate.provenance.signing import SELF_SIGNED, credentials
from simulate.provenance.verify import (
    MOST_NAME,
    MOST_PROBLEMS,
    SENTENCES,
    Edit,
    Verdict,
    verdict_json,
    verdict_of,
    verdict_of_json,
    verify,
)
from tests.hostile import NAME, TEXT, strings, unseen
from tests.simulate.manifests import BOX, actions, manifest, named, signed_as

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of nobody: no clinic, no key yet."""
    signing._made_for_this_run.cache_clear()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    for name in (signing.CERTIFICATE, signing.KEY):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def of_how(value: object) -> Change:
    return lambda m: actions(m)[1]["parameters"].__setitem__("org.beforehand.how", value)


def of_shape(**values: object) -> Change:
    return lambda m: actions(m)[1]["changes"][0]["region"][0]["shape"].update(values)


def of_action(**values: object) -> Change:
    return lambda m: actions(m)[1].update(values)


def more(of: dict[str, Any]) -> None:
    """Hundreds of changes, one of them elsewhere than the first, and one of another kind."""
    elsewhere = manifest("warped")
    of_shape(width=1.0)(elsewhere)
    several = [actions(elsewhere)[1], *300 * [actions(of)[1]], actions(manifest("painted"))[1]]
    actions(of).extend(several)


# What a stranger can sign; what the library refuses to sign is in `judged` below.
NOT_OURS = {
    "how is a list": of_how(["warped"]),
    "how is a table": of_how({"warped": 1}),
    "how is a number": of_how(3),
    "how is nothing": of_how(None),
    "how is true": of_how(True),
    "how is nested": of_how([[[[{"a": [[]]}]]]]),
    "how is another": of_how(NAME),
    "how is too long": of_how(100_000 * "a"),
    "no parameters": lambda m: actions(m)[1].pop("parameters"),
    "another program": lambda m: m.update(claim_generator_info=[{"name": TEXT, "version": "1"}]),
    "no program": lambda m: m.pop("claim_generator_info"),
}
NO_PLACE = {
    "a circle": of_shape(type="circle"),
    "a polygon": of_shape(type="polygon", vertices=[{"x": 1, "y": 1}]),
    "px": of_shape(unit="pixel"),
    "no width": of_shape(width=None),
    "below nought": of_shape(width=-5.0),
    "too wide": of_shape(width=1e308),
    "a large whole number": of_shape(width=10**30),
    "beyond the edge": of_shape(width=95.0),
    "no changes": lambda m: actions(m)[1].pop("changes"),
    "no shape": lambda m: actions(m)[1]["changes"][0]["region"].__setitem__(0, {"type": "spatial"}),
    "a time": of_action(
        changes=[{"region": [{"type": "temporal", "time": {}}], "description": TEXT}]
    ),
    "nowhere": of_action(changes=[{"region": [], "description": TEXT}]),
}
THE_SAME = {
    "words of their own": of_action(description=TEXT),
    "a title": lambda m: m.update(title=TEXT),
    "something else": lambda m: m["assertions"].append({"label": "org.x", "data": {"a": [[TEXT]]}}),
    "what it is of": of_action(digitalSourceType=TEXT),
}


def check(found: Verdict) -> Verdict:
    """Assert that a verdict holds only what it may, also when another process has it."""
    assert found.state in SENTENCES
    assert len(found.signer) <= MOST_NAME
    assert len(found.problems) <= MOST_PROBLEMS
    assert len({one.how for one in found.edits}) == len(found.edits)
    for one in found.edits:
        assert one.how in HOW
        for number in one.box or ():
            assert 0.0 <= number <= 100.0
    assert not any(unseen(text) for text in strings(verdict_json(found)))
    assert verdict_of_json(json.loads(json.dumps(verdict_json(found), allow_nan=False))) == found
    return found


def test_what_we_write_is_read_whole() -> None:
    found = check(verify(signed_as(manifest("warped", "painted"), credentials())))
    assert (found.state, found.signer) == ("valid", SELF_SIGNED)
    assert found.edits == (Edit("warped", BOX), Edit("painted", BOX))


@pytest.mark.parametrize("change", NOT_OURS.values(), ids=NOT_OURS)
def test_what_we_would_not_write_is_not_ours(
    change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = manifest()
    change(of)
    found = check(verify(signed_as(of, named(NAME, monkeypatch))))
    assert found.state == "foreign"


@pytest.mark.parametrize("change", NO_PLACE.values(), ids=NO_PLACE)
def test_a_place_that_is_none_is_left_out(change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    of = manifest()
    change(of)
    found = check(verify(signed_as(of, named(NAME, monkeypatch))))
    assert (found.state, found.edits) == ("stranger", (Edit("warped"),))


@pytest.mark.parametrize("change", THE_SAME.values(), ids=THE_SAME)
def test_their_words_are_not_kept(change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    of = manifest()
    change(of)
    found = check(verify(signed_as(of, named("Doe", monkeypatch))))
    assert (found.state, found.signer, found.edits) == ("stranger", "Doe", (Edit("warped", BOX),))
    assert not {"h", "evil", "x"} & set(json.dumps(verdict_json(found)).split())


def test_of_many_changes_each_way_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    of = manifest()
    more(of)
    found = check(verify(signed_as(of, named(NAME, monkeypatch))))
    assert found.edits == (Edit("warped"), Edit("painted", BOX))


def test_our_own_signature_stays_ours_with_a_way_that_comes_later() -> None:
    of = manifest()
    of_how("sculpted")(of)
    found = check(verify(signed_as(of, credentials())))
    assert (found.state, found.edits) == ("valid", ())


@pytest.mark.parametrize("name", [NAME, "\n\n# h", 8 * "é\u0301\u0301", "\u202e\u200b", " "])
def test_a_name_in_a_certificate_is_one_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check(verify(signed_as(manifest(), named(name, monkeypatch))))


# --- whatever the library reads out


def read_out() -> dict[str, Any]:
    """What the library reads out of one of ours."""
    with c2pa.Reader("image/png", io.BytesIO(signed_as(manifest(), credentials()))) as reader:
        found: dict[str, Any] = json.loads(reader.json())
    return found


def places(of: object, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each value in JSON."""
    inner = of.items() if isinstance(of, dict) else enumerate(of) if isinstance(of, list) else ()
    return [at, *(place for key, one in inner for place in places(one, (*at, key)))]


def put(of: Any, at: tuple[Any, ...], value: object) -> Any:
    """Return JSON with another value at a place."""
    if not at:
        return value
    inner = dict(of) if isinstance(of, dict) else list(of)
    inner[at[0]] = put(inner[at[0]], at[1:], value)
    return inner


ODD: tuple[object, ...] = (
    *(None, True, 0, -1, 10**400, 1e308, float("nan"), float("inf"), "", "30", TEXT, 9999 * "a"),
    *([], {}, [[]], {"a": 1}, [None], ["warped"], [3, {}], {"region": 5}, "9" * 5000, "²"),
)


def test_any_odd_value_at_any_place_is_a_verdict() -> None:
    whole = read_out()
    seen = set()
    for place in places(whole):
        for value in ODD:
            seen.add(check(verdict_of(json.dumps(put(whole, place, value)), frozenset({1}))).state)
    assert seen == {"stranger", "foreign", "tampered"}


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "[]", "3", '"a"', "{", "\ud800", "NaN", "9" * 5000),
        *(100_000 * "[", 100_000 * '{"a":', '{"manifests": ' + 5000 * "[" + 5000 * "]" + "}"),
        " " * 5_000_000 + "{}",
        '{"active_manifest": "a", "manifests": {"a": {}}, "validation_state": "Trusted"}',
        '{"active_manifest": ["a"], "manifests": {"a": {"title": 1}}}',
    ],
    ids=lambda text: text[:12],
)
def test_what_is_no_manifest_is_damaged(text: str) -> None:
    assert check(verdict_of(text, frozenset())).state == "tampered"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                "manifests active_manifest validation_state assertions label data actions action "
                "parameters org.beforehand.how changes region shape origin signature_info "
                "common_name state signer edits how regions_pct problems".split()
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(json_values)
def test_any_json_is_a_verdict(value: object) -> None:
    check(verdict_of(json.dumps(value), frozenset()))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(json_values)
def test_a_verdict_of_another_process_is_checked_too(value: object) -> None:
    try:
        check(verdict_of_json(value))
    except ValueError as error:
        assert "state" in str(error)  # noqa: PT017
    check(verdict_of_json({"state": "valid", "signer": TEXT, "edits": value, "problems": value}))


# --- the command


@pytest.mark.parametrize(
    "change", [*NOT_OURS.values(), *NO_PLACE.values(), *THE_SAME.values(), more]
)
def test_the_command_tells_a_verdict_and_no_traceback(
    change: Change,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    of = manifest()
    change(of)
    path = tmp_path / "picture.png"
    path.write_bytes(signed_as(of, named(NAME, monkeypatch)))
    assert main(["--verify", str(path)]) == 3
    told = capsys.readouterr()
    assert told.err == ""
    assert told.out.removesuffix("\n") in SENTENCES.values()
    assert main(["--verify", str(path), "--json"]) == 3
    told = capsys.readouterr()
    assert told.err == ""
    assert told.out.isascii()
    assert not unseen(told.out, lines=True)
    found = json.loads(told.out)
    assert set(found) == {"state", "signer", "source_type", "edits", "problems", "sentence"}
    assert not any(unseen(text) for text in strings(found))
