"""What is wrong with a file that a user wrote, in one line."""

from pydantic import ValidationError


def first_line_of(error: Exception) -> str:
    """Return what is wrong, in one line: for pydantic's errors the key, the value and why."""
    if not isinstance(error, ValidationError):
        return str(error)
    detail = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in detail["loc"])
    said = detail["msg"].removeprefix("Value error, ")
    given = "" if detail["type"] == "missing" or not where else f"={str(detail['input'])[:60]}"
    return f"{where}{given}: {said}" if where else said
