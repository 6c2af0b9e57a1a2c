"""Pages of the handbook, Markdown; F1 opens that of what has the focus."""
