"""Bringing a photo to the page as somebody does: send it, look at what was found, use it."""

import base64
from typing import Any

from streamlit.testing.v1 import AppTest


def arrive(page: AppTest, way: str, step: str = "photo") -> AppTest:
    """Stand at a step, as a visitor of this way in who has given age and consent."""
    state = page.session_state["beforehand"]
    state.way, state.attested = way, True
    state.enter(type(state.step)(step))
    return page.run()


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    """Choose a file; the page shows what was found about the photo, or why it cannot be read."""
    for view in ("front", "three_quarter", "smile"):
        page.session_state[f"source_{view}"] = "Choose a file"
    page.run()
    page.file_uploader[0].upload(name, data).run()
    return page


def use(page: AppTest) -> AppTest:
    """Go on with the photo that is looked at."""
    return page.button(key="use").click().run()


def data_url(data: bytes) -> str:
    """A picture as the camera of the page sends it."""
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()


def components(page: AppTest, name: str) -> list[Any]:
    """What the page's components of a name were given."""
    return [one.proto for one in page.get("bidi_component") if one.proto.component_name == name]


def labels(page: AppTest) -> list[str]:
    """What the buttons of the page say, without those above every screen."""
    return [one.label for one in page.button if one.key not in ("forget", "tour")]


def written(page: AppTest) -> str:
    """All that is written on the page."""
    kinds = (page.title, page.header, page.subheader, page.markdown, page.caption, page.error)
    return "\n".join(one.value for kind in kinds for one in kind)
