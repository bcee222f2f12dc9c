"""Names are the field's nouns, and verbs for what acts: none is a gerund, a participle or a filler.

Looked at are modules, and the public classes and functions of the product. A word before a noun
may be any (`treated_patch`, `displaced_landmarks`); it is the last word that says what a thing is.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT

PACKAGES = ("face_mesh", "simulate", "ui")
# They end like a gerund or a participle and are nouns or verbs of the field, or of the language.
NOUNS = {"reading", "ring", "setting", "shading", "wording", "drawing", "seed", "string", "bring"}
NOUNS |= {"everything", "nothing", "swelling", "proceed", "need", "speed", "embed", "red"}
NOUNS |= {"finding", "loading", "scaling", "screening", "signing"}
FILLERS = {"one", "found", "said", "made", "shown", "asked", "wanted", "told", "kept", "here"}
FILLERS |= {"seen", "taken", "given", "drawn", "done", "known", "written", "lit", "begun"}
# What a program that uses the packages, or a library that calls them, knows by this name.
PUBLIC = {
    ("face_mesh/face.py", "repainted"): "a method of `Face`",
    ("face_mesh/face.py", "resized"): "a method of `Face`",
    ("face_mesh/face.py", "cached"): "a method of `Face`",
    ("face_mesh/photo/photo.py", "open_photo_isolated"): "of `face_mesh`",
    ("face_mesh/cache.py", "cached"): "as the method of `Face`",
    ("face_mesh/skin/working_view.py", "cached"): "as the method of `Face`",
    ("simulate/inpaint/embedded.py", "embedded"): "the name of the engine",
}


def words(name: str) -> list[str]:
    """The words of a name in snake_case or CamelCase."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_").split("_")


def is_no_noun(name: str) -> bool:
    """Whether the word that says what a thing is is none of the right kind."""
    last = words(name)[-1]
    return last not in NOUNS and bool(
        last in FILLERS or (re.fullmatch(r"[a-z]+(ing|ed)", last) and len(last) > 3)
    )


def is_predicate(node: ast.AST) -> bool:
    """Whether a function answers yes or no, which an adjective may say."""
    returns = getattr(node, "returns", None)
    return isinstance(returns, ast.Name) and returns.id in {"bool", "Bool"}


def names(root: Path) -> Iterator[tuple[str, str]]:
    """The file and the name of all that is looked at."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            file = path.relative_to(root).as_posix()
            yield file, path.stem
            tree = ast.parse(path.read_bytes())
            classes = [c for c in tree.body if isinstance(c, ast.ClassDef)]
            for node in [*tree.body, *(n for c in classes for n in c.body)]:
                public = isinstance(node, ast.ClassDef | ast.FunctionDef)
                if public and not node.name.startswith("_") and not is_predicate(node):
                    yield file, node.name


def broken(root: Path) -> list[tuple[str, str]]:
    """What has a name of the wrong kind."""
    return [one for one in names(root) if is_no_noun(one[1]) and one not in PUBLIC]


def test_the_product_has_names_of_the_right_kind() -> None:
    assert broken(ROOT) == []


def test_what_may_stay_is_there() -> None:
    assert set(PUBLIC) <= set(names(ROOT))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("ui/making.py", ""),
        ("simulate/plan/x.py", "class Shown: ..."),
        ("simulate/plan/x.py", "def blended(): ..."),
        ("face_mesh/x.py", "class Face:\n    def moving(self) -> float: ..."),
        ("face_mesh/x.py", "def one(): ..."),
    ],
)
def test_a_wrong_name_is_seen(tmp_path: Path, name: str, source: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(source)
    assert len(broken(tmp_path)) == 1
