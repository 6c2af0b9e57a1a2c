"""Studies of synthetic atoms: the scan, comparison with exact results, claims of the document."""
