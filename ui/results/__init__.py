"""After the dose: the picture, comparisons of plans, time and range."""
