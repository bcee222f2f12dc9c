"""Tells the browser the language of the page, and says in it what Streamlit says by itself."""

from ui.speaking.speaking import tell as tell
