"""What stands between the network and Streamlit, as plain ASGI: see `ui.server.gates`."""
