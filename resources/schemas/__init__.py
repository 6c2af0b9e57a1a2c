"""JSON schemas of the files that the program writes."""
