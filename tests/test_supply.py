"""The packages are the tested files, and NOTICE names what their wheels hold."""

import json
import platform
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.helpers import ROOT
from tests.test_repository import requirements

SITE = Path(sysconfig.get_path("purelib"))
ON_LINUX = sys.platform == "linux" and platform.machine() == "x86_64"
PIN = re.compile(r"^([\w.-]+)==(\S+?)(?: ; [^\\]+)? \\$")


@pytest.fixture
def supply(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """`.ci/supply.py`, which is no part of a package."""
    monkeypatch.syspath_prepend(str(ROOT / ".ci"))
    import supply

    yield supply
    for name in ("supply", "bundled"):
        sys.modules.pop(name, None)


# ---- hashes


def plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def hashed() -> dict[str, tuple[str, list[str]]]:
    """Name -> version and hashes of its files, of requirements-hashes.txt."""
    found: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in (ROOT / "requirements-hashes.txt").read_text().splitlines():
        if match := PIN.match(line):
            name = match[1]
            found[name] = (match[2], [])
        elif match := re.match(r"^    --hash=sha256:([0-9a-f]{64})(?: \\)?$", line):
            found[name][1].append(match[1])
        else:
            assert line.startswith("#"), line
    return found


def test_every_package_of_the_product_but_pytorch_has_hashes() -> None:
    found = hashed()
    pinned = dict(
        line.split("==")
        for name in ("requirements", "constraints")
        for line in requirements(f"{name}.txt")
    )
    versions = {plain(name): version for name, version in pinned.items()}
    assert {name: version for name, (version, _) in found.items()} == {
        name: versions[name] for name in found
    }
    asked = {plain(line.split("==")[0]) for line in requirements("requirements.txt")}
    assert asked - set(found) == {"torch"}
    assert all(hashes for _, hashes in found.values())


def test_a_package_with_files_for_each_system_has_the_hash_of_each() -> None:
    # Of numpy alone there are a file for each Python, system and processor.
    assert {name for name, (_, hashes) in hashed().items() if len(hashes) > 15} >= {
        "numpy",
        "scipy",
        "pillow",
        "onnxruntime",
        "cryptography",
    }


def test_what_is_installed_was_checked_by_its_hash() -> None:
    recipe = (ROOT / "Makefile").read_text()
    checked = recipe.index("--no-deps --require-hashes -r requirements-hashes.txt\n")
    assert checked < recipe.index("-r requirements.txt  #")


def test_another_file_than_the_tested_is_refused(tmp_path: Path) -> None:
    """By pip itself, with the right name and version and another content."""
    wheel = tmp_path / "toy-1.0-py3-none-any.whl"
    wheel.write_bytes(b"PK")
    (tmp_path / "list.txt").write_text(f"toy==1.0 --hash=sha256:{'0' * 64}\n")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--isolated", "--no-deps"),
            *("--require-hashes", "--no-index", "--find-links", str(tmp_path)),
            *("-d", str(tmp_path / "out"), "-r", str(tmp_path / "list.txt")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr


# ---- what the wheels hold


def rows() -> dict[str, str]:
    """Folder of a wheel -> what NOTICE says that it holds."""
    text = (ROOT / "NOTICE.md").read_text().partition("## Libraries inside those wheels")[2]
    found = {}
    for line in text.splitlines():
        if line.startswith("| `"):
            wheels, holds = line.strip("| ").split(" | ")
            found.update(dict.fromkeys(re.findall(r"`(\w+)`", wheels), holds))
    return found


@pytest.mark.skipif(not ON_LINUX, reason="NOTICE describes the wheels for Linux on x86-64")
def test_notice_names_every_library_inside_the_wheels_and_no_other(supply: ModuleType) -> None:
    found: dict[str, set[str]] = {}
    for one in supply.files_of_others(SITE):
        found.setdefault(one.wheel, set()).add(one.name)
    said = rows()
    assert set(found) == set(said)
    known = {called for called, _, _ in sys.modules["bundled"].LIBRARIES.values()}
    for wheel, names in found.items():
        assert names <= known, "a library that .ci/bundled.py does not know"
        assert {name for name in known if re.search(rf"\b{name}\b", said[wheel])} == names


@pytest.mark.skipif(not ON_LINUX, reason="NOTICE describes the wheels for Linux on x86-64")
def test_notice_says_what_is_gpl_and_which_openssl_is_past_its_end(supply: ModuleType) -> None:
    text = (ROOT / "NOTICE.md").read_text()
    found = supply.files_of_others(SITE)
    gpl = {(one.wheel, one.name) for one in found if one.is_gpl}
    assert gpl == {("av", "x264"), ("av", "x265"), ("pillow_heif", "x265")}
    assert "**GPL:** `av` (x264, x265) and `pillow_heif` (x265)." in text
    ended = {(one.wheel, one.name, one.version) for one in found if one.ended}
    for wheel, name, version in ended:
        assert f"{name} {version}" in rows()[wheel]
        assert "past its end" in rows()[wheel]
    assert {wheel for wheel, _ in gpl} == set(supply.WITHOUT)


@pytest.mark.slow
@pytest.mark.skipif(not ON_LINUX, reason="NOTICE describes the wheels for Linux on x86-64")
def test_notice_names_the_cryptography_that_is_linked_in(supply: ModuleType) -> None:
    text = " ".join((ROOT / "NOTICE.md").read_text().split())
    said = re.search(r"linked into the wheels: (.*?)\. \*\*GPL", text)
    assert said
    for one in supply.linked_in(SITE):
        line = re.match(r"(\d+\.\d+|)", one.version)
        assert line
        assert f"{one.name} {line[1]}".strip() in said[1]
        assert f"`{one.wheel}`" in said[1]


def made_up(site: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(content)
    return site


def test_a_library_is_known_by_its_file_its_version_and_its_own_words(
    supply: ModuleType, tmp_path: Path
) -> None:
    site = made_up(
        tmp_path,
        {
            "a.libs/libcrypto-0123abcd.so.1.1": b"..OpenSSL 3.0.7 1 Nov 2022..",
            "a.libs/libavcodec-0123abcd.so.60.1": b"libavcodec license: GPL version 3 or later",
            "b.dylibs/libpng16.16.dylib": b"",
            "b.libs/libnobody-0123abcd.so.7": b"",
            "c/own.so": b"-" * 2_000_000 + b" OpenSSL 1.1.1w  11 Sep 2023",
            "d/small.so": b" OpenSSL 1.1.1w  11 Sep 2023",
        },
    )
    found = {one.file: one for one in supply.files_of_others(site) + supply.linked_in(site)}
    assert {file: (one.name, one.version) for file, one in found.items()} == {
        "a.libs/libcrypto-0123abcd.so.1.1": ("OpenSSL", "3.0.7"),
        "a.libs/libavcodec-0123abcd.so.60.1": ("FFmpeg", "60.1"),
        "b.dylibs/libpng16.16.dylib": ("libpng", "16"),
        "b.libs/libnobody-0123abcd.so.7": ("libnobody-0123abcd.so.7", "7"),
        "c/own.so": ("OpenSSL", "1.1.1w"),
    }
    assert found["a.libs/libavcodec-0123abcd.so.60.1"].is_gpl
    assert found["a.libs/libcrypto-0123abcd.so.1.1"].ended == "2026-09-07"
    assert found["c/own.so"].ended == "2023-09-11"


# ---- the parts list and the audit


def test_libraries_join_the_parts_list_under_their_package(supply: ModuleType) -> None:
    library = sys.modules["bundled"].Library("some_wheel", "x264", "GPL", "165", "some.libs/x.so")
    parts: dict[str, Any] = {
        "components": [{"name": "Some-Wheel", "bom-ref": "some"}],
        "dependencies": [{"ref": "some", "dependsOn": ["other"]}, {"ref": "other"}],
    }
    out = supply.with_bundled(parts, [library])
    package, added = out["components"]
    assert package == parts["components"][0]
    assert (added["name"], added["version"]) == ("x264", "165")
    assert added["licenses"] == [{"license": {"name": "GPL"}}]
    assert out["dependencies"][0]["dependsOn"] == sorted(["other", added["bom-ref"]])
    assert out["dependencies"][1]["dependsOn"] == []
    json.dumps(out)


FINE = {"name": "a", "version": "1", "vulns": []}
HOLED = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]}
SKIPPED = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "status", "said"),
    [
        ([FINE], 0, "0 known in 1 packages"),
        ([FINE, HOLED], 1, "b 2: CVE-1, mended in 3"),
        ([HOLED, SKIPPED], 1, "said nothing: c."),
        ([FINE, SKIPPED], 3, "said nothing: c."),
        ([SKIPPED], 3, "nothing is known about holes"),
    ],
)
def test_the_audit_tells_holes_from_an_index_that_was_not_reached(
    supply: ModuleType,
    packages: list[dict[str, Any]],
    status: int,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert supply.told(packages) == status
    assert said in capsys.readouterr().out


def test_without_the_index_the_audit_still_lists_the_rest(
    supply: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made_up(tmp_path, {"pip-audit": b"#!/bin/sh\necho no network >&2\nexit 1\n"})
    (tmp_path / "pip-audit").chmod(0o755)
    monkeypatch.setattr(supply, "TOOLS", tmp_path)
    monkeypatch.setattr(supply, "SITE", made_up(tmp_path / "site", {"av.libs/libx264.so": b""}))
    assert supply.main(["audit"]) == 3
    out = capsys.readouterr().out
    assert "av (x264): pip uninstall av" in out
    assert "Apache-2.0: " in out
    assert out.endswith("was not reached, so nothing is known about holes.\n")
