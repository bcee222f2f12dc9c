"""Bringing a photo to the page as somebody does: send it, look at what was found, use it."""

from streamlit.testing.v1 import AppTest


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    """Choose a file; the page shows what was found about the photo, or why it cannot be read."""
    for key in ("source_front", "source_three_quarter", "source_smile"):
        page.session_state[key] = "Choose a file"
    page.run()
    page.file_uploader[0].upload(name, data).run()
    return page


def use(page: AppTest) -> AppTest:
    """Go on with the photo that is looked at."""
    return page.button(key="use").click().run()
