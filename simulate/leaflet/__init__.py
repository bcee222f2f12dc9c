"""The report a person takes home: one PDF of the plan, the pictures and what is known of both."""

from simulate.leaflet.code import plan_code, plan_of_code
from simulate.leaflet.pages import report_pdf

__all__ = ["plan_code", "plan_of_code", "report_pdf"]
