"""Panels of synthetic atoms."""
