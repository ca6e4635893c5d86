"""From published figures to people, firms and centres."""
