"""The page: its frame, and which screen is on."""

from pathlib import Path

import streamlit as st

from ui import tour
from ui.app import connection, navigation, page_frame
from ui.components import browser_history, undo_keys, upload_retry
from ui.compute import model_loading
from ui.state import session, steps
from ui.state.clinic_policy import PolicyError, policy
from ui.state.step import Step
from ui.text.language import translate, translate_error

st.set_page_config(page_title="Beforehand", page_icon="🪞", layout="wide")
for sheet in ("frame.css", "page.css"):
    st.html(Path(__file__).with_name(sheet))
model_loading.warm_landmarks()
try:
    policy()
except PolicyError as error:  # nothing is offered by a file that was not understood
    st.error(translate_error(error), icon=":material/error:")
    st.stop()
# The icons of the menu; the screen that is on is the step of the visit.
pages = {
    st.Page(
        f"../screens/{steps.screen(session.start())}.py",
        title=translate("Preview"),
        url_path="preview",
        default=True,
    ): "face",
    st.Page("../screens/about.py", title=translate("How it works"), url_path="about"): "menu_book",
    st.Page("../screens/care.py", title=translate("How you feel"), url_path="care"): "favorite",
    st.Page(
        "../screens/verify.py", title=translate("Check a picture"), url_path="verify"
    ): "verified",
}
page = st.navigation(list(pages), position="hidden")
home = next(iter(pages))
if session.start().called:  # from the menu of another page
    session.start().called = False
    if page is not home:
        st.switch_page(home)
page_frame.head(pages, page)
page.run()
page_frame.foot(page)
upload_retry.wait()
undo_keys.listen()
connection.watch()
browser_history.begin(page.url_path, navigation.now(), navigation.open_now(), navigation.go)
if session.start().photo:  # whose landmarks are found by now, and not delayed
    model_loading.warm_skin()
if page is home and steps.screen(session.start()) == Step.PREVIEW:
    tour.show()
