"""The benchmark of the first stroke runs and counts what it says it counts."""

import sys

import pytest

from benchmarks import first_stroke


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read as Linux tells it")
def test_a_short_round_says_what_a_stroke_costs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["first_stroke", "--short", "--rounds", "1"])
    monkeypatch.setattr(first_stroke, "SIDE", 40)
    first_stroke.main()
    lines = [line.rsplit(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    found = {name.strip(): (float(value), unit) for name, value, unit in lines}
    assert list(found) == [
        "ready",
        "held before",
        "first stroke",
        "second stroke",
        "held after",
        "peak",
    ]
    assert all(found[name][1] == "s" for name in ("ready", "first stroke", "second stroke"))
    assert 0 < found["held before"][0] < found["held after"][0] <= found["peak"][0]
    # The network alone is 26 MB in float32; with torch and diffusers it was over 400 more.
    assert 26 < found["held after"][0] - found["held before"][0] < 300
