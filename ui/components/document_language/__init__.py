"""Tells the browser the language of the page, and says in it what Streamlit says by itself."""

from ui.components.document_language.document_language import tell as tell
