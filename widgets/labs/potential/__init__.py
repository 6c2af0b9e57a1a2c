"""The V(R) bench as a panel."""
