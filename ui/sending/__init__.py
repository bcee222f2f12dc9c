"""Sends a file that was chosen while the page had lost its connection, once it is back."""

from ui.sending.sending import wait as wait
