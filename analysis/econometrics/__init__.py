"""The panel of a run as an evaluator would see it: estimators beside the effect that is known."""
