"""Which origins are our own: what a page of ours says it comes from.

Any other may not connect, not even one of this machine: a page at another port of localhost is of
the same site, so that a browser sends it our cookies, but it is not of the same origin.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.types import Scope
from streamlit import config
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from ui.server.browsers import secure

HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?")
PORTS = {"http": ":80", "https": ":443"}
LONGEST_HOST = 260


def own(scope: Scope) -> frozenset[str]:
    """Return the origins that a page of ours may have, for a request of it.

    The name that was asked for, and the one that a proxy in front has (`browser.serverAddress`). If
    the request came without TLS, a proxy we do not know of may have taken it off.
    """
    schemes = ("https",) if secure(scope) else ("http", "https")
    return frozenset(
        f"{scheme}://{name.removesuffix(PORTS[scheme])}"
        for scheme in schemes
        for name in _names(scope)
    )


def sockets(scope: Scope) -> list[str]:
    """Return our own origins as a WebSocket's, in order."""
    return sorted(one.replace("http", "ws", 1) for one in own(scope))


def _names(scope: Scope) -> list[str]:
    host = Headers(scope=scope).get("host", "").lower()
    known = len(host) <= LONGEST_HOST and HOST.fullmatch(host) and is_host_allowed(host)
    return [host] * bool(known) + _configured()


def _configured() -> list[str]:
    """The name in front of a proxy, if one was set."""
    if not config.is_manually_set("browser.serverAddress"):
        return []
    name = str(config.get_option("browser.serverAddress")).lower()
    if config.is_manually_set("browser.serverPort"):
        name += f":{config.get_option('browser.serverPort')}"
    return [name] if HOST.fullmatch(name) else []
