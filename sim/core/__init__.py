"""The machinery: draws, records and the two speeds of a rule. It knows nothing of childcare."""
