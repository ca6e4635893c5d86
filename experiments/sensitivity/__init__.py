"""What drives the headline effects, and how much of their uncertainty is chance.

Screening by elementary effects (Morris), variance-based indices on an emulator (Sobol), swings of
the assumed parameters between their bounds, and the split of intervals between parameters and
chance. Parameters are varied inside the ranges of `experiments.sensitivity.ranges`.
"""
