"""What is taken away: comparisons, sheets, films, JSON and the printed report."""
