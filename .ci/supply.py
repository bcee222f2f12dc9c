"""What Beforehand is made of: `make sbom` and `make audit`.

    .venv/bin/python .ci/supply.py sbom FILE
    .venv/bin/python .ci/supply.py audit

`sbom` writes the packages installed beside this Python, and the libraries inside their wheels, as
CycloneDX JSON. `audit` asks the Python Package Index for known holes in them, and lists licences,
parts under the GPL with how to do without them, and cryptography past its end. It ends with 1 if
there are known holes, with 3 if the index could not be asked of every package, else with 0. Both
call programs of `.venv/supply`, which `make` installs from requirements-supply.txt.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from importlib import metadata
from itertools import groupby
from pathlib import Path
from typing import Any

from bundled import Library, files_of_others, linked_in

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".venv" / "supply" / "bin"
SITE = Path(sysconfig.get_path("purelib"))
HOLES, NOT_ASKED = 1, 3
WITHOUT = {
    "av": "pip uninstall av: no video is made then, and one sentence says so",
    "pillow_heif": "pip uninstall pillow-heif: HEIC photos are not read then, and that is said",
}


def main(arguments: list[str]) -> int:
    """Do what is asked; return the exit status."""
    if arguments == ["audit"]:
        return audit()
    if len(arguments) == 2 and arguments[0] == "sbom":
        Path(arguments[1]).write_text(json.dumps(sbom(), indent=1) + "\n", encoding="utf-8")
        print(f"The parts list is in {arguments[1]}.")
        return 0
    print("usage: .ci/supply.py sbom FILE | audit", file=sys.stderr)
    return 2


def sbom() -> dict[str, Any]:
    """Return the parts list, of packages by cyclonedx-py and of the libraries inside them."""
    done = subprocess.run(
        [
            *(TOOLS / "cyclonedx-py", "environment", sys.executable),
            *("--pyproject", ROOT / "pyproject.toml", "--mc-type", "application"),
            *("--output-format", "JSON", "--output-reproducible"),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    parts: dict[str, Any] = json.loads(done.stdout)
    return with_bundled(parts, files_of_others(SITE) + linked_in(SITE))


def with_bundled(parts: dict[str, Any], libraries: list[Library]) -> dict[str, Any]:
    """Return a parts list with libraries added, each held by the package whose wheel has it."""
    packages = {_plain(one["name"]): one["bom-ref"] for one in parts.get("components", [])}
    added, held = [], dict[str, list[str]]()
    for one in libraries:
        reference = f"bundled:{one.file}:{one.name}"
        component = {
            "type": "library",
            "bom-ref": reference,
            "name": one.name,
            "properties": [{"name": "beforehand:file", "value": one.file}],
        }
        if one.version:
            component["version"] = one.version
        if one.licence:
            component["licenses"] = [{"license": {"name": one.licence}}]
        added.append(component)
        held.setdefault(packages.get(_plain(one.wheel), ""), []).append(reference)
    needs = [
        {**one, "dependsOn": sorted({*one.get("dependsOn", []), *held.get(one["ref"], [])})}
        for one in parts.get("dependencies", [])
    ]
    return {**parts, "components": [*parts.get("components", []), *added], "dependencies": needs}


def audit() -> int:
    """Print all that is found; return the exit status."""
    print("Licences of the packages\n")
    for licence, names in licences().items():
        print(f"  {licence}: {', '.join(names)}")
    found = files_of_others(SITE)
    crypto = [*(one for one in found if one.name == "OpenSSL"), *linked_in(SITE)]
    print("\nLibraries inside their wheels\n")
    for wheel, libraries in groupby(found, lambda one: one.wheel):
        named = sorted({f"{one.name} ({one.licence or 'not known'})" for one in libraries})
        print(f"  {wheel}: {', '.join(named)}")
    print("\nParts under the GPL, and how to do without them\n")
    for wheel, libraries in groupby([one for one in found if one.is_gpl], lambda one: one.wheel):
        named = sorted({one.name for one in libraries})
        print(f"  {wheel} ({', '.join(named)}): {WITHOUT.get(wheel, 'no way is known')}")
    print("\nCryptography\n")
    for line in sorted({_aged(one) for one in crypto}):
        print(f"  {line}")
    print("\nKnown holes\n")
    return _holes()


def licences() -> dict[str, list[str]]:
    """Return the packages of every licence, as they name it themselves."""
    found: dict[str, list[str]] = {}
    for one in metadata.distributions():
        found.setdefault(_licence(one.metadata), []).append(one.metadata["Name"])
    return {licence: sorted(found[licence], key=str.lower) for licence in sorted(found)}


def _licence(about: Any) -> str:
    classes = [
        said.rpartition(" :: ")[2]
        for said in about.get_all("Classifier", [])
        if said.startswith("License :: ")
    ]
    first = (about.get("License") or "").strip().partition("\n")[0]
    return about.get("License-Expression") or ", ".join(classes) or first or "not said"


def _aged(one: Library) -> str:
    known = f"{one.name} {one.version}".strip()
    return f"{one.wheel}: {known}" + (f", past its end since {one.ended}" if one.ended else "")


def _holes() -> int:
    done = subprocess.run(
        [
            *(TOOLS / "pip-audit", "--path", SITE, "--format", "json"),
            *("--timeout", "10", "--progress-spinner", "off"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print("  The Python Package Index was not reached, so nothing is known about holes.")
        return NOT_ASKED
    return told(packages)


def told(packages: list[dict[str, Any]]) -> int:
    """Print what the index said of each package; return the exit status."""
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    holes = [(one, hole) for one in packages for hole in one.get("vulns", [])]
    for one, hole in holes:
        mended = ", ".join(hole["fix_versions"]) or "no version"
        print(f"  {one['name']} {one['version']}: {hole['id']}, mended in {mended}")
    asked = len(packages) - len(unknown)
    if not asked:
        print("  The index answered for none of the packages, so nothing is known about holes.")
        return NOT_ASKED
    if unknown:
        print(f"  Of {len(unknown)} packages the index said nothing: {', '.join(unknown)}.")
    print(f"  {len(holes)} known in {asked} packages that were asked about.")
    return HOLES if holes else NOT_ASKED if unknown else 0


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
