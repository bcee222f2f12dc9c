"""The order in which a request passes what stands between the network and Streamlit."""

from __future__ import annotations

from starlette.middleware import Middleware

from ui.server.addresses import OwnAddresses
from ui.server.entrance import Entrance
from ui.server.ledger import Ledger
from ui.server.security_headers import PrivateHeaders
from ui.server.tabs import OwnTabs
from ui.server.uploads import UploadQuota


def gates() -> list[Middleware]:
    """Return them, outermost first, with a ledger of their own."""
    ledger = Ledger()
    return [
        Middleware(PrivateHeaders),
        Middleware(Entrance),
        Middleware(OwnAddresses, ledger=ledger),
        Middleware(OwnTabs, ledger=ledger),
        Middleware(UploadQuota, ledger=ledger),
    ]
