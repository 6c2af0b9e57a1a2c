"""Potentials measured against separation: exact lattice fields, candidate laws, their ranking, a verdict."""
