"""Analysis of charge runs: what they are checked with, and what they say of the claims."""
