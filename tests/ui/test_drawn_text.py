"""Every text that the page draws is said by `translate`: read from the source, so none forgets.

Streamlit reads what it draws as Markdown. A text is safe there if it is a literal, a constant, or
comes from `translate`, `number`, `translate_error` or `Words`, by way of whatever variables and
functions of the page. Anything else has to be listed here, with the reason why nothing from outside
is in it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT

DRAWING = {"title", "header", "subheader", "caption", "markdown", "button", "checkbox", "toggle"}
DRAWING |= {"radio", "slider", "select_slider", "number_input", "text_input", "text_area", "Page"}
DRAWING |= {"expander", "popover", "tabs", "error", "warning", "info", "success", "link_button"}
DRAWING |= {"download_button", "toast", "segmented_control", "pills", "metric", "spinner", "table"}
DRAWING |= {"dialog", "status", "page_link", "file_uploader", "form_submit_button", "badge", "text"}
DRAWING |= {"selectbox", "multiselect", "write", "exception", "chat_message", "json", "latex"}
NAMED = {"label", "help", "caption", "captions", "text", "title", "format_func", "body"}
SAYING = {"translate", "number", "translate_error", "Words", "sum", "len", "round", "range"}
OF_ITS_OWN = {"strip", "removesuffix", "replace", "splitlines", "items", "values", "partition"}
OF_WHAT_IT_TAKES = {"list", "tuple", "filter", "sorted", "next", "iter", "dict", "zip", "enumerate"}
OF_WHAT_IT_TAKES |= {"fromkeys", "join"}
KNOWN = {
    ("ui/intake/photo_request.py", "sample.name"): "of our own samples",
    ("ui/intake/bdd_screening.py", "one.contact"): "of our own list of help",
    ("ui/intake/bdd_screening.py", "tool.sources"): "citations of our own",
    ("ui/intake/consent.py", "rule.sources"): "citations of our own",
    (
        "ui/results/compare_plans.py",
        "cells[id_].get(letter, NOTHING)",
    ): "figures that `translate` says",
    ("ui/planner/controls.py", "offered"): "areas, by which what is said is looked up",
    ("ui/results/compare_plans.py", "row(plan)"): "of `ROWS`, each of which says it",
    ("ui/procedures/procedure_info.py", "sections"): "of calls of `draw`, each of what is said",
    ("ui/concerns/procedure_cards.py", "here.said"): "of `visibility_in_photo`, which says it",
    (
        "ui/concerns/procedure_cards.py",
        "one.id",
    ): "areas, by which what is said of each is looked up",
    (
        "ui/downloads/background_file.py",
        "label",
    ): "of calls of `request_button`, each of what is said",
    ("ui/downloads/time_and_range.py", "label"): "of calls of `_save`, each of what is said",
    ("ui/app/router.py", "TABLE[current(state)].screen"): "our own screens",
    ("ui/intake/bdd_screening.py", "TABLE[current(state)].screen"): "our own screens",
    ("ui/app/page_frame.py", "pages"): "our own screens, with names of icons",
    ("ui/results/result_view.py", "marks.get(row.because, '')"): "of `_footnote`, a letter",
    ("ui/results/result_view.py", "row.because"): "by which the letter of a footnote is looked up",
}
Node = ast.AST


class Page:
    """The source of the page, and what of a text in it is not known to be said."""

    def __init__(self, root: Path) -> None:
        self.trees: dict[str, ast.Module] = {}
        self.above: dict[Node, Node] = {}
        self.file: dict[Node, str] = {}
        self.functions: dict[tuple[str, str], ast.FunctionDef] = {}
        self.answers: dict[Node, list[str]] = {}
        for path in sorted((root / "ui").rglob("*.py")):
            name = path.relative_to(root).as_posix()
            tree = self.trees[name] = ast.parse(path.read_bytes())
            for node in ast.walk(tree):
                self.file[node] = name
                self.above |= dict.fromkeys(ast.iter_child_nodes(node), node)
                if isinstance(node, ast.FunctionDef):
                    self.functions[path.stem, node.name] = node

    def unsaid(self) -> Iterator[tuple[str, str]]:
        """Yield file and expression of all that is drawn and not known to be said."""
        for name, tree in self.trees.items():
            for node in ast.walk(tree):
                if not isinstance(node, ast.Call) or not _draws(node):
                    continue
                texts = node.args[: 2 if _is(node, "badge") else 1]
                named = NAMED - {"format_func"} if _is(node, "selectbox") else NAMED
                for text in (*texts, *(k.value for k in node.keywords if k.arg in named)):
                    yield from ((name, one) for one in self.left(text, ()))

    def left(self, node: Node | None, seen: tuple[Node, ...]) -> list[str]:
        """Return the parts of an expression that are not known to be said."""
        match node:
            case None | ast.Constant():
                return []
            case ast.FormattedValue(value=one) | ast.Starred(value=one) | ast.Subscript(value=one):
                return self.left(one, seen)
            case ast.JoinedStr(values=parts) | ast.BoolOp(values=parts):
                return self.all_left(parts, seen)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return self.all_left(parts, seen)
            case ast.Dict(keys=keys, values=values):
                return self.all_left([*keys, *values], seen)
            case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
                return self.all_left([one, other], seen)
            case ast.DictComp(key=one, value=other):
                return self.all_left([one, other], seen)
            case ast.ListComp(elt=one) | ast.GeneratorExp(elt=one) | ast.SetComp(elt=one):
                return self.left(one, seen)
            case ast.Lambda(body=one):
                return self.left(one, seen)
            case ast.Name():
                return self.of_name(node, seen)
            case ast.Attribute(value=one, attr="__getitem__"):
                return self.left(one, seen)
            case ast.Attribute(attr=name) if name.isupper():
                return []
            case ast.Call():
                return self.of_call(node, seen)
        return [ast.unparse(node)]

    def all_left(self, nodes: list[ast.expr | None] | list[ast.expr], seen: tuple[Node, ...]):  # type: ignore[no-untyped-def]
        return [left for one in nodes for left in self.left(one, seen)]

    def of_call(self, node: ast.Call, seen: tuple[Node, ...]) -> list[str]:
        name = _called(node)
        if name in SAYING:
            return []
        if name == "map":
            return self.of_name(node.args[0], seen)
        if name in OF_ITS_OWN and isinstance(node.func, ast.Attribute):
            return self.left(node.func.value, seen)
        if name in OF_WHAT_IT_TAKES:
            return self.all_left(node.args, seen)
        function = self.function(node.func)
        return [ast.unparse(node)] if function is None else self.returned(function, seen)

    def of_name(self, node: Node, seen: tuple[Node, ...]) -> list[str]:
        """What a variable is given anywhere in its function, or a function returns."""
        name = getattr(node, "id", "")
        if name.isupper() or name in SAYING:
            return []
        scope = self.above[node]
        while not isinstance(scope, ast.FunctionDef | ast.Module):
            scope = self.above[scope]
        given = [] if not name else list(_given(scope, name))
        if given:
            inner = [one for one in given if one not in seen]
            return self.all_left(inner, (*seen, *inner))
        function = self.function(node)
        return [ast.unparse(node)] if function is None else self.returned(function, seen)

    def function(self, node: Node) -> ast.FunctionDef | None:
        """A function of the page, named in its own file or after that of another."""
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return self.functions.get((node.value.id, node.attr))
        name = getattr(node, "id", "")
        elsewhere = [one for (_, own), one in self.functions.items() if own == name]
        one = self.functions.get((Path(self.file[node]).stem, name))
        return one or (elsewhere[0] if len(elsewhere) == 1 else None)

    def returned(self, function: ast.FunctionDef, seen: tuple[Node, ...]) -> list[str]:
        if function in seen:
            return []
        if function not in self.answers:
            values = [
                one.value
                for one in ast.walk(function)
                if isinstance(one, ast.Return | ast.Yield | ast.YieldFrom)
            ]
            self.answers[function] = self.all_left(values, (*seen, function))
        return self.answers[function]


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _is(node: ast.Call, name: str) -> bool:
    return _called(node) == name


def _draws(node: ast.Call) -> bool:
    """Whether it is a method of Streamlit, or of a place on the page, that draws."""
    own = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "plan_state"
    return isinstance(node.func, ast.Attribute) and node.func.attr in DRAWING and not own


def _given(scope: Node, name: str) -> Iterator[ast.expr]:
    """Yield what a name stands for in a function: what is assigned, or gone through."""
    for node in ast.walk(scope):
        match node:
            case ast.Assign(targets=[target], value=value):
                pass
            case ast.AugAssign(target=target, value=value):
                pass
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                pass
            case ast.NamedExpr(target=target, value=value):
                pass
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                pass
            case _:
                continue
        names = [one.id for one in ast.walk(target) if isinstance(one, ast.Name)]
        if name not in names:
            continue
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            yield from (v for t, v in zip(target.elts, value.elts, strict=False) if _names(t, name))
        else:
            yield value


def _names(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def test_all_that_the_page_draws_is_said() -> None:
    found = set(Page(ROOT).unsaid())
    assert sorted(found - set(KNOWN)) == []
    assert sorted(set(KNOWN) - found) == []  # what is no longer drawn goes from the list


def test_the_rule_looks_at_the_page() -> None:
    calls = [
        node
        for tree in Page(ROOT).trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _draws(node)
    ]
    assert len(calls) > 200


@pytest.mark.parametrize(
    "source",
    [
        "st.markdown(plan.notes)",
        "st.markdown(f'**{plan.notes}**')",
        "st.warning(translate('a') + saved.name)",
        "name = policy().name\n    st.caption(name)",
        "for one in found.names:\n        st.caption(one)",
        "st.markdown(' '.join(one.name for one in found))",
        "st.button(translate('a'), help=saved.name)",
        "st.pills(translate('a'), [], format_func=names.__getitem__)",
        "st.radio(translate('a'), [], format_func=lambda one: found[one])",
        "st.expander(argument)",
        "place.error(str(error))",
        "st.markdown(told(1))",
        "lines = [translate('a')]\n    lines += [saved.name]\n    st.table(lines)",
        "a, b = translate('a'), saved.name\n    st.title(b)",
        "st.text(st.query_params['a'])",
    ],
)
def test_the_rule_sees_what_forgets(tmp_path: Path, source: str) -> None:
    (tmp_path / "ui").mkdir()
    text = f"def draw(argument):\n    {source}\n\ndef told(one):\n    return one.name\n"
    (tmp_path / "ui" / "new.py").write_text(text)
    assert list(Page(tmp_path).unsaid()) != []


@pytest.mark.parametrize(
    "source",
    [
        "st.markdown('a')",
        "st.markdown(translate('{a}', a=plan.notes))",
        "st.markdown(f'**{translate(WORDS[one])}** {number(3)}')",
        "title = translate('a') if one else ''\n    st.markdown('\\n'.join([title, *lines()]))",
        "for one in map(translate, found):\n        st.caption(one)",
        "a, b = translate('a'), saved.name\n    st.title(a)",
    ],
)
def test_the_rule_minds_nothing_that_is_said(tmp_path: Path, source: str) -> None:
    (tmp_path / "ui").mkdir()
    text = f"def draw(one):\n    {source}\n\ndef lines():\n    return [translate('a'), SAID[1]]\n"
    (tmp_path / "ui" / "new.py").write_text(text)
    assert list(Page(tmp_path).unsaid()) == []
