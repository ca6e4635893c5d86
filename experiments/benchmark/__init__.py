"""The engine against what users would otherwise pick: ``python -m experiments.benchmark``."""
