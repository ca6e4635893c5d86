"""A report as one HTML file that asks nothing of the network."""

from base64 import b64encode

from jinja2 import Environment, PackageLoader, StrictUndefined

from analysis.report.document import Document


def html(document: Document) -> str:
    """Return a report as a page; everything it shows is inside it.

    Figures are pictures of their own, not part of the page, so that names inside one cannot meet
    those of another, and a browser runs nothing that they may hold.
    """
    pages = Environment(
        loader=PackageLoader("analysis.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.tests["kind"] = lambda block, name: type(block).__name__ == name
    pages.filters["picture"] = lambda svg: f"data:image/svg+xml;base64,{b64encode(svg).decode()}"
    return pages.get_template("report.html.j2").render(document=document)
