"""Which process serves the page: asked by pages whose connection was lost, before it is back.

A process that was started again knows of no visit, however soon it answers.
"""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

NAME = "beforehand-process"
IDENTITY = secrets.token_hex(8)  # says nothing but that another one is another process


async def _tell(request: Request) -> PlainTextResponse:
    return PlainTextResponse(IDENTITY, headers={"Cache-Control": "no-store"})


ROUTE = Route(f"/{{base:path}}{NAME}", _tell)  # under any base path
