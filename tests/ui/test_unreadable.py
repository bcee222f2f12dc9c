"""What the page says of what a photo cannot show, and of what its person knows better."""

import io

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.face_mesh.faces import hopper
from tests.ui.arriving import arrive, upload, use
from tests.ui.viewing import notes, pick


def grey_portrait() -> bytes:
    """A portrait without colours, as a file."""
    data = io.BytesIO()
    Image.fromarray(np.asarray(hopper().photo.image)).convert("L").save(data, "PNG")
    return data.getvalue()


def told(page: AppTest) -> str:
    return " ".join(sentence for _, sentence in notes(page))


def test_a_photo_in_grey_says_so_and_gives_no_grade_of_a_colour(page: AppTest) -> None:
    page = upload(arrive(page, "consultant"), "grey.png", grey_portrait())
    assert any("grey or a single tint" in one.value for one in (*page.warning, *page.markdown))
    page = pick(use(page), "ipl_redness")
    assert "Redness: the grade to start from is not readable in this photo" in told(page)


def test_a_skin_type_is_asked_where_it_matters_and_stands(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    assert "phototype" not in [one.key for one in page.selectbox]
    page = pick(page, "ipl_redness")
    assert "if your skin is brown or black" not in told(page)
    page.selectbox(key="phototype").set_value("VI").run()
    assert "if your skin is brown or black" in told(page)
    page.selectbox(key="phototype").set_value("II").run()
    assert "if your skin is brown or black" not in told(page)
