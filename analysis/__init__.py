"""Figures and reports drawn from result tables; nothing here knows the simulator."""
