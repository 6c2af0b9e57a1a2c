"""Canvases: the only package that draws with VisPy's gloo, behind one handle class per visual.

A `Scene` says what a canvas must show; a surface (OpenGL, or raster where no context can be made)
applies the differences when it draws.
"""
