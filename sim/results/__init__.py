"""Results: the output folder, its tables, its manifest, and what the terminal shows."""
