"""Addresses of downloads and uploads, answered only to the browser they were told to.

Streamlit answers whoever knows such an address, from any computer, as long as the file is there.
Here an address is noted when Streamlit makes it for a tab (`ui.server.tabs`), and anybody else gets
the answer there is for an address that does not exist. When the tab goes, its addresses go with it.
"""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from ui.server import browsers
from ui.server.ledger import Ledger
from ui.server.refusals import NOWHERE, refuse

# Under any base path; /static/media/ holds fonts.
GUARDED = re.compile(r"(?<!/static)/media/|/_stcore/upload_file/")


class OwnAddresses:
    """ASGI middleware that lets a browser reach only the files of its own tabs."""

    def __init__(self, app: ASGIApp, ledger: Ledger) -> None:
        self.app, self._ledger = app, ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything through but what asks for a file of somebody else."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif GUARDED.search(scope["path"]) and not self._may(scope):
            await refuse(NOWHERE, scope, send)
        else:
            await self.app(scope, receive, browsers.with_number(scope, send))

    def _may(self, scope: Scope) -> bool:
        """Whether a tab of this browser was told the address; a preflight carries no cookie."""
        if scope["method"] == "OPTIONS":
            return True
        if "/upload_file/" in scope["path"] and scope["method"] not in ("PUT", "DELETE"):
            return False  # there is nothing to be had from it, and Streamlit would give its page
        return self._ledger.may(browsers.number(scope), file_of(scope["path"]))


def file_of(address: str) -> str:
    """What identifies a file in an address: for an upload the session with it."""
    parts = address.split("/")
    return parts[-1] if len(parts) < 2 or parts[-2] == "media" else "/".join(parts[-2:])
