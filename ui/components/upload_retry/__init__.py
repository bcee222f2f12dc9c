"""Sends a file that was chosen while the page had lost its connection, once it is back."""

from ui.components.upload_retry.upload_retry import wait as wait
