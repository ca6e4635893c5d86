"""``python -m analysis.report DIR...``: what a result folder says, for people who decide."""
