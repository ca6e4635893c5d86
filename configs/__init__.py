"""Configuration files, read as package data."""
