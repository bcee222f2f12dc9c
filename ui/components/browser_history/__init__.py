"""Begins each step of a visit at its top, and lets the browser's Back lead to the one before."""

from ui.components.browser_history.browser_history import begin as begin
