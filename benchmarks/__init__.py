"""Speed and fidelity, measured side by side so that anyone can rerun them."""
