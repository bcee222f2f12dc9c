"""Says at once when the connection is lost, and what became of the work when it is back."""

from ui.app.connection.connection import watch as watch
