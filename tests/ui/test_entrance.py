"""What of the server can be asked for at all."""

import asyncio
import re
from pathlib import Path

import pytest
import streamlit
from streamlit import config

from tests.helpers import ROOT
from tests.ui.network import HOST, ORIGIN, PICTURE, UPLOAD, Page, Tab, ask, run, settle
from ui.server import limits
from ui.server.entrance import PAGES, Entrance

OK, FORBIDDEN, NOT_FOUND = 200, 403, 404
ALLOWED = {  # of Streamlit's routes; every other is refused
    ("/_stcore/health", "GET"),
    ("/_stcore/health", "HEAD"),
    ("/_stcore/health", "OPTIONS"),
    ("/_stcore/host-config", "GET"),
    ("/_stcore/host-config", "HEAD"),
    ("/media/{file_id:path}", "GET"),
    ("/media/{file_id:path}", "HEAD"),
    ("/media/{file_id:path}", "OPTIONS"),
    ("/_stcore/upload_file/{session_id}/{file_id}", "PUT"),
    ("/_stcore/upload_file/{session_id}/{file_id}", "DELETE"),
    ("/_stcore/upload_file/{session_id}/{file_id}", "OPTIONS"),
    ("/_stcore/stream", "websocket"),
}


def status(path: str, method: str = "GET", **headers: str) -> int:
    return run(ask(Entrance(Page()), path, method=method, **headers))[0]


def passes(path: str, method: str) -> bool:
    """Whether something at a path like this is passed on, with a name for each part left open."""
    filled = re.sub(r"\{file_id:path\}", "a.png", path)
    filled = re.sub(r"\{.*?\}", "a", filled)

    async def visit() -> bool:
        page = Page()
        if method == "websocket":
            tab = Tab(Entrance(page), "")
            tab.scope["path"] = filled
            await settle()
            return bool(page.offered)
        return (await ask(Entrance(page), filled, method=method))[0] == OK

    return run(visit())


def routes() -> set[tuple[str, str]]:
    """Every route of the installed Streamlit, with each option that brings more of them."""
    from streamlit.web.server.starlette.starlette_app import create_streamlit_routes
    from streamlit.web.server.starlette.starlette_routes import create_script_health_routes

    runtime = streamlit.App(str(ROOT / "ui/app/router.py"))._create_runtime()
    try:
        made = [*create_streamlit_routes(runtime), *create_script_health_routes(runtime, "")]
    finally:
        type(runtime)._instance = None
    found = set()
    for route in made:
        if hasattr(route, "methods"):
            found |= {(route.path, method) for method in route.methods}
        elif route.path:
            found.add((route.path, "websocket"))
    return found


def test_of_streamlits_routes_only_those_listed_are_passed_on() -> None:
    found = routes()
    assert len(found) > 25
    assert ALLOWED <= found
    assert {one for one in found if passes(*one)} == ALLOWED


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/metrics/",
        "//_stcore/metrics",
        "/_stcore//metrics",
        "/about/_stcore/metrics",
        "/_stcore/health/../metrics",
        "/_stcore/script-health-check",
        "/_stcore/bidi-components/beforehand_viewer/a.js",
        "/_stcore/agent/openapi.json",
        "/component/a/b.html",
        "/auth/login",
        "/oauth2callback",
        "/app/static/a.png",
        "/media/",
        "/media/a/b.png",
        "/elsewhere",
        "/.git/config",
        "/_stcore/a-way-in-of-a-later-version",
    ],
)
def test_nothing_else_is_there(path: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        assert status(path, method) == NOT_FOUND


def test_the_page_and_its_parts_are_there() -> None:
    static = Path(streamlit.__file__).parent / "static"
    parts = [f"/{one.relative_to(static).as_posix()}" for one in static.rglob("*.*")]
    assert len(parts) > 100
    for path in ("/", *parts, *(f"/{page}" for page in PAGES)):
        assert status(path) == OK, path
        assert status(path, "POST") == NOT_FOUND


def test_every_page_is_listed() -> None:
    source = (ROOT / "ui/app/router.py").read_text("utf-8")
    assert set(re.findall(r'url_path="(\w+)"', source)) == set(PAGES)


def test_below_a_base_path_the_same_is_there() -> None:
    before = config.get_option("server.baseUrlPath")
    config.set_option("server.baseUrlPath", "clinic/")
    try:
        for path in ("/clinic", "/clinic/", "/clinic/about", "/clinic/_stcore/health"):
            assert status(path) == OK
        for path in ("/", "/about", "/clinical", "/clinic/_stcore/metrics", "/_stcore/health"):
            assert status(path) == NOT_FOUND
    finally:
        config.set_option("server.baseUrlPath", before)


@pytest.mark.parametrize("inside", ["iframe", "frame", "embed", "object"])
def test_no_page_shows_ours_in_itself(inside: str) -> None:
    assert status("/", sec_fetch_dest=inside) == FORBIDDEN


@pytest.mark.parametrize(
    ("path", "method"), [(PICTURE, "GET"), (UPLOAD, "PUT"), (UPLOAD, "DELETE")]
)
def test_another_page_reaches_no_file(path: str, method: str) -> None:
    for site in ("cross-site", "same-site"):
        assert status(path, method, sec_fetch_site=site) == FORBIDDEN
    assert status(path, method, origin="http://localhost:9999") == FORBIDDEN
    assert status(path, method, origin="null") == FORBIDDEN
    assert status(path, method, origin=ORIGIN, sec_fetch_site="same-origin", host=HOST) == OK
    assert status(path, method) == OK, "programs say neither"
    assert status(path.removesuffix(".png"), method) == OK, "of a kind without an ending"


def test_many_requests_at_once_are_answered_by_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REQUESTS_AT_ONCE", 2)

    async def visit() -> None:
        page = Page()
        page.work = asyncio.Event()
        app = Entrance(page)
        waiting = [asyncio.create_task(ask(app, "/")) for _ in range(2)]
        await settle()
        answer, _, body = await ask(app, "/", accept="text/html")
        assert answer == 503
        assert body.startswith("Too many people")
        page.work.set()
        assert [one[0] for one in await asyncio.gather(*waiting)] == [OK, OK]
        assert (await ask(app, "/"))[0] == OK

    run(visit())
