"""Commands that make tables and studies from runs."""
