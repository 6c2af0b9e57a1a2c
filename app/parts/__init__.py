"""Parts of the lab: each joins one tool (painting, probes, …) to window, document and simulation."""
