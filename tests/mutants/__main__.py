"""Put one fault after the other into a copy of the repository and see whether the tests notice.

    python -m tests.mutants [names]

Takes minutes, so it is no part of the suite. The slow tests are left out here too: what `make test`
runs must notice every fault. What survives asks for a test of its own: a law or an oracle, not the
product's own output written down.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.helpers import ROOT
from tests.mutants.faults import FAULTS, Fault

LONGEST_S = 900
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "__pycache__")
FAILED = 1  # of pytest's exit codes: tests ran, and some failed


def copied(to: Path) -> Path:
    """Copy the repository, without what only this machine has."""
    tree = to / "repository"
    shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
    return tree


@contextmanager
def faulty(tree: Path, fault: Fault) -> Iterator[None]:
    """Have a fault in a copy for a while."""
    file = tree / fault.file
    whole = file.read_text("utf-8")
    if whole.count(fault.text) != 1:
        raise ValueError(f"{fault.name}: its text stands {whole.count(fault.text)} times")
    file.write_text(whole.replace(fault.text, fault.instead), "utf-8")
    try:
        yield
    finally:
        file.write_text(whole, "utf-8")


def run(tree: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Run some tests of a copy; return pytest's exit code and the first that failed."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    made = subprocess.run(
        [*command, *tests], cwd=tree, capture_output=True, text=True, timeout=LONGEST_S
    )
    failed = [line for line in made.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return made.returncode, failed[0].partition(" - ")[0] if failed else ""


def told(tree: Path, fault: Fault) -> bool:
    """Say whether the tests notice a fault, and which does."""
    with faulty(tree, fault):
        code, first = run(tree, fault.tests)
    noticed = code == FAILED
    word = "noticed" if noticed else "survived" if code == 0 else f"pytest ended with {code}"
    print(f"{word:10}{fault.name:26}{first or fault.what}", flush=True)
    return noticed


def main() -> int:
    """Run the faults that are named, or all of them."""
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME", help="of faults; none is all of them")
    names = set(asked.parse_args().names)
    if unknown := names - {one.name for one in FAULTS}:
        asked.error(f"no such fault: {', '.join(sorted(unknown))}")
    chosen = [one for one in FAULTS if not names or one.name in names]
    with tempfile.TemporaryDirectory() as folder:
        tree = copied(Path(folder))
        code, first = run(tree, sorted({test for one in chosen for test in one.tests}))
        if code:
            print(f"the tests fail without any fault: {first or code}")
            return 2
        noticed = [told(tree, one) for one in chosen]
    print(f"{sum(noticed)} of {len(noticed)} noticed")
    return 0 if all(noticed) else 1


if __name__ == "__main__":
    sys.exit(main())
