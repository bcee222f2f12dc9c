"""The report a person takes home: one PDF of the plan, the pictures and what is known of both."""
