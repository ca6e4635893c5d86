"""Months, as the configuration writes them and as the model counts them."""

import numpy as np

BEGINNING = np.datetime64("0000-01", "M")


def months_of(month: str) -> int:
    """Return the months of the Christian era up to a month such as ``"2026-01"``."""
    year, number = month.split("-")
    return 12 * int(year) + int(number) - 1


def first_days(months: np.ndarray) -> np.ndarray:
    """Return the first days of months of the Christian era, in seconds as tables hold them."""
    return (BEGINNING + months.astype("timedelta64[M]")).astype("datetime64[s]")
