"""How it works, what it cannot do, and where the photo goes."""

import streamlit as st

from ui.intake import samples
from ui.text.language import N_, translate

SECTIONS = {
    N_("Your photo"): (
        N_(
            "It is opened in the memory of the computer that runs this page and is sent to nobody "
            "else. Place, date and all else that a camera writes into a file are dropped when it "
            "is opened, and the file that came in is deleted then. While you line up a photo with "
            "the camera, small frames of it are looked at to tell you what to change, and each is "
            "dropped at once."
        ),
        N_(
            "Results stay in memory as long as this tab is open; **Forget my photo** removes all "
            "of it at once. What you download is a file of yours and is marked as a simulation."
        ),
    ),
    N_("The millimetres"): (
        N_(
            "478 points of the face are found and turned into a mesh in millimetres. The scale "
            "comes from the size of the irises, which differs little between people: each "
            "millimetre may be off by about 4 %. If you know the distance between your pupils "
            "(the PD on a spectacle prescription), or hold a ruler or a card beside your face, "
            "give it with the photo, and the figures become surer."
        ),
    ),
    N_("The simulation"): (
        N_(
            "Each dose moves the mesh, and takes away lines, folds or marks, as far as published "
            "measurements say, or as far as we estimate where none are published. Under *… range "
            "and sources* each procedure lists what it warns of, how far it moves per unit of "
            "dose, what it does to the skin, how people differ, how long it lasts and the usual "
            "doses, each with its source or the words *our own estimate*."
        ),
        N_(
            "People respond differently, so each change comes with a range that about two of three "
            "people would fall within. Only the treated area of the picture is changed; every "
            "other pixel stays as it was."
        ),
        N_(
            "While you drag a dose, your own browser draws the picture. When you let go, it is "
            "worked out anew with more care, and that is the picture you keep."
        ),
    ),
    N_("Skin"): (
        N_(
            "Lines, scars and moles cannot be moved away, so the skin below them is painted. A "
            "small model does it that comes with the program and runs where this page does. It was "
            "trained on openly licensed photos of 74 people; yours is not added to them. It paints "
            "only the skin that is treated, and the dose says how far that is blended into your "
            "photo. Redness and pigment are not painted: what there is too much of is taken away, "
            "and the texture stays your own."
        ),
        N_(
            "*What is treated* shows where that is. With *Add* and *Spare* you correct it by hand; "
            "what you spare stays as it was, to the last pixel. Moles are removed only where you "
            "pick them. How strong lines and marks are, before and after, is read off the picture "
            "on grades like those of studies; it is an index of a photo, not what a doctor would "
            "grade."
        ),
    ),
    N_("Time"): (
        N_(
            "*When to look* shows the settled result, or the face on a day: how much of the effect "
            "is there by then, and the swelling, bruises and redness that people were seen to "
            "have. What fewer than half of them had is left out unless you ask for all that can "
            "come. Nobody can promise how you will heal; the days are those of the people studied."
        ),
    ),
    N_("How sure it is"): (
        N_(
            "*Uncertain here* colours where your own result may differ most from the picture: "
            "where people differ much, or where no study measured the effect. *Weak, expected, "
            "strong* shows the same plan in people who respond differently. Plans to start from, "
            "and the rules between treatments, have their sources beside them; what a rule forbids "
            "is not simulated."
        ),
    ),
    N_("What it cannot do"): (
        N_(
            "- It is a picture to talk about, not a promise, and no advice on whether to have a "
            "procedure.\n"
            "- Painted skin is one plausible skin, not the one below your line. *Sample* under "
            "*How skin is painted* shows another. What a procedure leaves to chance, as texture, "
            "colour or a scar, it does not know.\n"
            "- It does not know what a mark is. A doctor must examine every mole before it is "
            "removed.\n"
            "- One photo from the front hardly shows depth: a fuller cheek or a chin moved forward "
            "is measured but barely seen.\n"
            "- It shows no scars and no complications; what can go wrong, and how often, is with "
            "each procedure, and a doctor has to tell you about it.\n"
            "- It gives no marks for looks, and it suggests nothing that you did not ask about.\n"
            "- It is for adults. If thoughts about your looks weigh on you every day, talk to a "
            "doctor you trust before deciding anything."
        ),
    ),
}

text = st.container(width=720)
text.title(translate("How it works"), anchor=False)
for heading, paragraphs in SECTIONS.items():
    text.header(translate(heading), anchor=False)
    for paragraph in paragraphs:
        text.markdown(translate(paragraph))
text.header(translate("Sample portraits"), anchor=False)
text.markdown("\n".join(f"- {translate(sample.credit)}" for sample in samples.SAMPLES))
