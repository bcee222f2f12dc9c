"""Steering the page, and what its viewer was given, unpacked the way viewer.js does it."""

import json
import struct
from typing import Any

from streamlit.testing.v1 import AppTest


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The header and the parts of what `ui.components.viewer.viewer.pack` made."""
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    parts, at = {}, 4 + length
    for name, size in header["parts"]:
        parts[name] = data[at : at + size]
        at += size
    assert at == len(data)
    return header, parts


def shown(page: AppTest) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the one viewer of the page was given."""
    return unpacked(_component(page, "beforehand_viewer"))


def notes(page: AppTest) -> list[tuple[str, str]]:
    """What is said below the picture: severity and sentence."""
    return [(severity, sentence) for severity, sentence in shown(page)[0]["notes"]]


def strip(page: AppTest) -> tuple[list[str], list[bytes]]:
    """The captions and pictures of the strip below the page; none where there is no strip."""
    if all(one.proto.component_name != "beforehand_strip" for one in page.get("bidi_component")):
        return [], []
    header, parts = unpacked(_component(page, "beforehand_strip"))
    return header["captions"], list(parts.values())


def _component(page: AppTest, name: str) -> bytes:
    (one,) = (one for one in page.get("bidi_component") if one.proto.component_name == name)
    return one.proto.bytes


def title(page: AppTest) -> str:
    """The one heading of the first order; also says that nothing raised."""
    assert not page.exception
    (heading,) = page.title
    return heading.value


def pick(page: AppTest, *names: str) -> AppTest:
    """Add procedures to the plan, the way a consultant who searches does."""
    for name in names:
        page.selectbox(key="add").set_value(name).run()
    return page


def planned(page: AppTest, *names: str) -> AppTest:
    """Put procedures into the plan at once, as the page itself does."""
    state = page.session_state["beforehand"]
    state.history = state.history.edit(state.book.with_procedures(names))
    return page.run()


def look_at(page: AppTest, time: str) -> AppTest:
    """Look at the settled result ("fullest") or at a day ("3d")."""
    settled = time == "fullest"
    page.button_group(key="look").set_value("fullest" if settled else "day").run()
    return page if settled else page.select_slider(key="when").set_value(time).run()


def table(page: AppTest) -> list[list[str]]:
    """The rows of the changes: measure, before, after, change, range."""
    return page.table[0].value.to_numpy().tolist()
