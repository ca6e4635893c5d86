"""Agent-based simulator of what childcare does to work in Mexico's development polos."""
