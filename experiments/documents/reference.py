"""The reference of the API: each public module, class and function with what it says of itself.

Modules are read, not imported: no extra need be installed, and nothing is compiled.
"""

import ast
import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sim", "analysis", "experiments", "configs")

SET = re.compile(r"^(?:\w+\n---|[-*>] | {2,}\S)", re.MULTILINE)
"""Where a docstring goes on in sections, lists or what is indented."""

Documented = ast.Module | ast.ClassDef | ast.FunctionDef


def reference_pages() -> dict[str, str]:
    """Return the page of each package, by its name."""
    return {package: _page(package) for package in PACKAGES}


def _page(package: str) -> str:
    parts = [f"# The package `{package}`"]
    for path in sorted((ROOT / package).rglob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        if ast.get_docstring(module):
            parts += [f"## {_heading(path)}", *_told(module), *_members(module, "")]
    return "\n\n".join(parts) + "\n"


def _heading(path: Path) -> str:
    """Return the name of a module, or the command that it is."""
    *parents, name = path.relative_to(ROOT).with_suffix("").parts
    if name == "__main__":
        return "`python -m " + ".".join(parents) + "`"
    return ".".join(parents if name == "__init__" else [*parents, name])


def _members(owner: ast.Module | ast.ClassDef, prefix: str) -> Iterator[str]:
    """Yield the public classes and functions of a module, or the methods of a class."""
    for node in owner.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            continue
        yield f"### {prefix}{node.name}"
        yield f"```python\n{_signature(node)}\n```"
        yield from _told(node)
        if isinstance(node, ast.ClassDef):
            yield from _members(node, f"{prefix}{node.name}.")


def _signature(node: ast.ClassDef | ast.FunctionDef) -> str:
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(map(ast.unparse, node.bases))
        return f"class {node.name}({bases}): ..." if bases else f"class {node.name}: ..."
    returned = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"def {node.name}({ast.unparse(node.args)}){returned}: ..."


def _told(node: Documented) -> Iterator[str]:
    """Yield what a docstring says: paragraphs as prose, the rest as it is set."""
    said = cleandoc(ast.get_docstring(node) or "")
    found = SET.search(said)
    start = found.start() if found else len(said)
    yield from map(_plain, said[:start].strip().split("\n\n"))
    if found:
        yield f"```text\n{said[start:]}\n```"


def _plain(text: str) -> str:
    """Return a text in which only code is Markdown."""
    pieces = re.split(r"(`+[^`]+`+)", text)
    pieces[::2] = [re.sub(r"([\\*_<>\[\]#|])", r"\\\1", piece) for piece in pieces[::2]]
    return "".join(pieces)
