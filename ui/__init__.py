"""The page. With streamlit_app.py the only code that knows Streamlit."""
