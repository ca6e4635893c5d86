"""A polo of the user's own, from INEGI's own files: ``python -m sim.polo new NAME``."""
