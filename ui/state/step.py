"""The steps of a visit by name."""

from enum import StrEnum


class Step(StrEnum):
    """Where somebody is in the page, in the order of a visit; the browser's history has the names.

    A name says nothing of their photo or of what they chose.
    """

    WELCOME = "welcome"
    CONSENT = "consent"
    PHOTO = "photo"  # it is asked for
    CHECK = "check"  # what was found about it is looked at
    PHOTOS = "photos"  # all of the person, to add and retake
    VIEW = "view"  # one more photo is asked for, or looked at
    ARRANGEMENT = "arrangement"  # a photo is turned, straightened and cropped
    LENGTH = "length"  # a known length is marked in a photo
    CONCERNS = "concerns"
    PREVIEW = "preview"
    COMPARISON = "comparison"  # the preview with the plans beside each other
    PRESENTATION = "presentation"  # the preview without what it is steered by
