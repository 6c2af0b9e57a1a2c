"""Analysis of Kuramoto runs: what their phases mean. Nothing here feeds back into an engine."""
