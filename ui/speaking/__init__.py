"""Tells the browser which language the page speaks, so that a screen reader reads it as such."""

from ui.speaking.speaking import tell as tell
