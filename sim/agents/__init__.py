"""Who acts: households, mothers and their children, firms, and CECI; state, rules and views."""
