"""Analysis of waves on the torus: what their numbers mean. Nothing here feeds back into an engine."""
