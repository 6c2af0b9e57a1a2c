"""Panel of the comparison of two runs."""
