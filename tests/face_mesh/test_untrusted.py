"""The door for text from outside: what is taken, and what is refused before a parser sees it."""

import json
import math
import os
import resource
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from face_mesh.messages import Message
from face_mesh.untrusted import (
    Limits,
    TooMuch,
    Unreadable,
    contents,
    is_line,
    json_table,
    number_of,
    real,
    toml_table,
    whole_of,
)
from tests.helpers import ROOT

Reader = Callable[[bytes, Limits], dict[str, Any]]
LIMITS = Limits(Message("Plan file"), bytes=1 << 20, items=150_000, names=5000)


def too_much(text: str, *, toml: bool = True) -> str:
    with pytest.raises(TooMuch) as error:
        (toml_table if toml else json_table)(text.encode(), LIMITS)
    said = str(error.value.said)
    assert said.startswith("Plan file")
    assert said.endswith(".")
    assert len(said) < 120
    return said


# --- tables


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (".".join("a" * 32_000) + "=1", "parts with dots"),
        (".".join(["''"] * 32_000) + "=1", "parts with dots"),
        (" . ".join(['"a"'] * 32_000) + " = 1", "parts with dots"),
        ("[" + ".".join("a" * 32_000) + "]", "parts with dots"),
        ("[[" + ".".join("a" * 32_000) + "]]", "parts with dots"),
        ("x = {" + ".".join("a" * 32_000) + " = 1}", "parts with dots"),
        ("x = [[{y = {" + ".".join("a" * 32_000) + " = 1}}]]", "parts with dots"),
        ("# '''\na = 1\n" + ".".join("b" * 32_000) + "=1", "line 3: a name of more"),
        ("a = '#'\n" + ".".join("b" * 32_000) + "=1", "line 2: a name of more"),
        ('a = """"""\n' + ".".join("b" * 32_000) + "=1", "line 2: a name of more"),
        ('a = """\n\\""""""\n' + ".".join("b" * 32_000) + "=1", "line 3: a name of more"),
        ("a = '''\n'''''\n" + ".".join("b" * 32_000) + "=1", "line 3: a name of more"),
        ('a = "\\\\"\n' + ".".join("b" * 32_000) + "=1", "line 2: a name of more"),
        ("a = " + "[" * 100_000, "brackets inside"),
        ("[" * 100_000, "brackets inside"),
        ("a = " + "{b = " * 30_000, "brackets inside"),
        ("".join(f"[a{i}]\n" for i in range(6000)), "entries"),
        ("".join(f"[a{i}.b.c.d]\n" for i in range(2500)), "entries"),
        ("".join(f"a{i} = 1\n" for i in range(6000)), "entries"),
        ("a = [" + "1," * 200_000 + "]", "entries"),
        ("[[a]]\n" * 100_000, "entries"),
        ("a = " + "9" * 400, "number or name"),
        ("a = 0x" + "f" * 900_000, "number or name"),
        ("a" * 400 + " = 1", "number or name"),
        ("a = '" + "b" * 30_000 + "'", "a text of more"),
        ("'" + "b" * 30_000 + "' = 1", "a text of more"),
        ("#" * (LIMITS.bytes + 1), "longer than"),
    ],
)
def test_toml_that_would_blow_a_parser_up_never_reaches_it(
    text: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reached(_: str) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr("face_mesh.untrusted.tables.tomllib.loads", reached)
    assert said in too_much(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": ' + "[" * 100_000, "brackets inside"),
        ('{"a":' * 100_000, "brackets inside"),
        ('{"a": [' + "1," * 200_000 + "1]}", "entries"),
        ("{" + ",".join(f'"{i}": 1' for i in range(6000)) + "}", "entries"),
        ('{"a": ' + "9" * 400 + "}", "number or name"),
        ('{"a": "' + "b" * 30_000 + '"}', "a text of more"),
        ('{"a": 1, "a": 2}', "'a' stands there twice"),
    ],
)
def test_json_that_would_blow_a_parser_up_is_refused(text: str, said: str) -> None:
    assert said in too_much(text, toml=False)


@pytest.mark.parametrize(
    "text", ['{"a": NaN}', '{"a": Infinity}', "[1]", "1", "", '{"a": "', "{]}"]
)
def test_what_is_no_json_table_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        json_table(text.encode(), LIMITS)
    assert not isinstance(error.value, TooMuch)


@pytest.mark.parametrize("text", ["a = ", 'a = "', "a = '''", "]", "a = 1]]", "\x0b", "a = \xff"])
def test_what_is_no_toml_is_no_toml(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        toml_table(text.encode("latin-1"), LIMITS)


RICH_TOML = (
    r'''
a."b.c" = [1.5, {x = """a"b""c\"""", y = '''
    + "'''a'b'''''"
    + r"""}] # "
b = 1979-05-27T07:32:00.5Z
"c # d" = "\"#" # '
e = 'x\' # f
[t."u".v]
w = [ # [[[[[[[[[[[[[[[[[
  [0.1, 2], [3, 4.5e-3],
]
[[s]]
k = 1_000
"""
)


def test_toml_is_read_as_its_parser_reads_it() -> None:
    for text in (RICH_TOML, RICH_TOML.replace("\n", "\r\n"), "", "# only a remark"):
        assert toml_table(text.encode(), LIMITS) == tomllib.loads(text)


WORDS = st.sampled_from(
    [
        "a",
        '"',
        "'",
        '"""',
        "'''",
        "\\",
        "#",
        "\n",
        "=",
        " ",
        ".",
        "[",
        "]",
        "{",
        "}",
        ",",
        "1",
        "\\u0041",
    ]
)


@given(st.lists(WORDS, max_size=24).map("".join))
def test_whatever_toml_holds_is_looked_through_to_the_end(text: str) -> None:
    """What a parser takes is taken, unless a limit is named: nothing hides in quotes or remarks."""
    long = "\n" + ".".join("b" * 40) + "=1\n"
    for whole in (text, text + long):
        try:
            parsed = tomllib.loads(whole)
        except (ValueError, RecursionError):
            continue
        if whole is not text and "b" in parsed:
            with pytest.raises(TooMuch, match="dots"):
                toml_table(whole.encode(), LIMITS)
        else:
            assert toml_table(whole.encode(), LIMITS) == parsed


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(-1e9, 1e9) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
        max_leaves=12,
    )
)
def test_json_is_read_as_it_was_written(value: object) -> None:
    for indent in (None, 2):
        text = json.dumps({"value": value}, indent=indent, ensure_ascii=False)
        assert json_table(text.encode("utf-8", "replace"), LIMITS) == json.loads(
            text.encode("utf-8", "replace")
        )


def test_a_code_of_136_characters_takes_no_memory() -> None:
    """In a process of its own, whose peak is its own; it took 3.9 GB before."""
    code = (
        "import base64, resource, sys, zlib\n"
        "from face_mesh import PlanError\n"
        "from simulate.plan.plan_file import plan_of_file\n"
        "text = ('.'.join('a' * 32_000) + '=1').encode()\n"
        "code = b'BEFOREHAND1:' + base64.urlsafe_b64encode(zlib.compress(text, 9))\n"
        "assert len(code) < 140\n"
        "for data in (code, b'.'.join([b'a'] * 500_000) + b'=1'):\n"
        "    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "    try:\n"
        "        plan_of_file(data)\n"
        "    except PlanError as error:\n"
        "        assert 'dots' in str(error)\n"
        "    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30)),
    )
    assert all(int(line) < 50_000 for line in done.stdout.split())  # kB


@pytest.mark.parametrize(("text", "read"), [("a = 1\n", toml_table), ('{"a": 1}', json_table)])
def test_a_byte_order_mark_is_no_part_of_the_text(text: str, read: Reader) -> None:
    assert read(text.encode("utf-8-sig"), LIMITS) == {"a": 1}


@pytest.mark.parametrize("stored", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize(("text", "read"), [("a = 1\n", toml_table), ('{"a": 1}', json_table)])
def test_text_of_wide_characters_is_told_how_to_be_saved(
    text: str, read: Reader, stored: str
) -> None:
    with pytest.raises(TooMuch) as refused:
        read(text.encode(stored), LIMITS)
    said = str(refused.value.said)
    assert said.startswith("Plan file: ")
    assert "save it again with the encoding UTF-8" in said


# --- numbers


@given(st.floats() | st.integers(-(10**20), 10**20))
def test_a_number_that_was_written_is_read_back(number: float) -> None:
    found = number_of(f" {number!r}\t")
    assert found == float(number) or (math.isnan(found) and math.isnan(number))


@given(st.text(max_size=12))
def test_a_text_is_a_plain_number_or_none(text: str) -> None:
    try:
        found = number_of(text)
    except ValueError:
        return
    assert text.isascii()
    assert "\n" not in text
    assert "_" not in text
    assert isinstance(found, float)


@pytest.mark.parametrize(
    "text",
    [
        *("", "\uff11.\uff15", "\u0663", "\u00b2", "1_0", "1\n", "\n1", "1\x0b", "1\u00a0"),
        *("1,5", "0x10", "1e", "--1", "9" * 65, "1e99999", "\u22121"),
    ],
)
def test_what_is_no_plain_number(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        number_of(text)
    with pytest.raises(ValueError, match="number"):
        whole_of(text, -(10**70), 10**70)


def test_a_whole_number_keeps_to_its_range() -> None:
    assert (whole_of("7", 0, 9), whole_of(" -3 ", -5, 9)) == (7, -3)
    for text in ("10", "-1", "1.0", "1e1", "nan"):
        with pytest.raises(ValueError, match="number"):
            whole_of(text, 0, 9)


@given(st.integers() | st.floats())
def test_every_number_of_a_parser_is_a_float(number: float) -> None:
    found = real(number)
    assert type(found) is float
    assert found == float(number) or math.isnan(number)


def test_a_number_that_no_float_holds_is_out_of_every_range() -> None:
    assert real(10**400) == math.inf
    assert real(-(10**400)) == -math.inf


@pytest.mark.parametrize("value", [True, False, "1", None, [1], {}, b"1"])
def test_what_is_no_number_of_a_parser(value: object) -> None:
    with pytest.raises(ValueError, match="number"):
        real(value)


# --- texts and files


@pytest.mark.parametrize(
    "text", ["a\nb", "a\rb", "a\u2028b", "a\x00", "\x1b[31m", "a" * 11, 3, None]
)
def test_what_is_no_line(text: object) -> None:
    assert not is_line(text, 10)
    assert is_line("Dr. Ä, 李", 10)


def test_no_more_of_a_file_is_read_than_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abcdef")
    assert contents(path, 6) == b"abcdef"
    assert contents(path, 3) == b"abcd"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a terabyte of nothing
    assert len(contents(path, 1000)) == 1001


@pytest.mark.parametrize(
    "name", ["", "absent", "a" * 300, "nul\0", "pipe", "/dev/zero", "/dev/full", "\udcff"]
)
def test_what_cannot_be_read_is_not_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # into which nobody writes
    with pytest.raises(Unreadable):
        contents(os.path.join(tmp_path, name), 1000)
