"""Months, as the configuration writes them and as the model counts them."""


def months_of(month: str) -> int:
    """Return the months of the Christian era up to a month such as ``"2026-01"``."""
    year, number = month.split("-")
    return 12 * int(year) + int(number) - 1
