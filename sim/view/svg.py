"""Pictures as SVG: numbers become shapes, and every text that is not ours is escaped."""

from collections.abc import Iterable
from html import escape


def tag(name: str, inside: str = "", /, **attributes: object) -> str:
    """Return an element; underscores in attributes become hyphens, and values are escaped."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{given}>{inside}</{name}>"


def text(said: str, x: float, y: float, **attributes: object) -> str:
    """Return a text at a point."""
    return tag("text", escape(said), x=x, y=y, **attributes)


def told(said: str) -> str:
    """Return what is told when the mouse rests on an element."""
    return tag("title", escape(said))


def drawing(width: float, height: float, label: str, parts: Iterable[str], **more: object) -> str:
    """Return a whole picture that fills the width it is given."""
    return tag(
        "svg",
        "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_label=label,
        **more,
    )


def _plain(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
