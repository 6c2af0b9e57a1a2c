"""The nine-dimensional wave on a torus: damped, driven, focusing."""
