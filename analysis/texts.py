"""Words and numbers as the reader's country writes them: gettext catalogues, and Babel.

A text of the analysis, the experiments or the live view is written in the code in English, inside
``words("...")`` or, where the language is not known yet, ``N_("...")``. Translations are in
``locale/<lang>/LC_MESSAGES``. After a change of texts ``python -m analysis.texts`` reads the code,
brings the catalogues up to date, compiles them and names what is not translated yet.
"""

import gettext
import math
import sys
from collections.abc import Mapping
from datetime import date
from os.path import relpath
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from sim.errors import InputError

DOMAIN = "analysis"
LOCALES = {"es": "es_MX", "en": "en"}
HOME = Path(__file__).parent
CATALOGUES = HOME / "locale"
PACKAGES = (HOME, HOME.parent / "experiments", HOME.parent / "sim" / "view")
"""Where texts are looked for."""


def N_(text: str) -> str:  # noqa: N802 - gettext's own name
    """Mark a text to be translated later."""
    return text


def exact(value: float) -> int:
    """Return how many decimals a value is written with, six at most."""
    return len(f"{value:.6f}".rstrip("0").partition(".")[2])


class Words:
    """The texts and numbers of one language.

    Parameters
    ----------
    lang : {"es", "en"}
    """

    def __init__(self, lang: str) -> None:
        self.lang, self.locale = lang, LOCALES[lang]
        self._catalogue = gettext.translation(DOMAIN, CATALOGUES, [lang])

    def __call__(self, text: str, **values: Any) -> str:
        """Return a text in the language, its ``{names}`` filled in."""
        said = self._catalogue.gettext(text)
        return said.format(**values) if values else said

    def of(self, label: Any) -> str:
        """Return the text of a label of the configuration, which holds all languages."""
        return str(label[self.lang] if isinstance(label, Mapping) else label)

    def number(self, value: float, decimals: int, *, sign: bool = False) -> str:
        """Return a number with so many decimals; a sign before positive ones too, where asked."""
        if math.isnan(value):
            return "–"
        value = round(value, decimals) + 0.0  # no minus before a zero
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        if sign and value > 0:
            pattern = f"+{pattern};-{pattern}"
        return format_decimal(value, pattern, locale=self.locale)

    def interval(self, low: float, high: float, decimals: int) -> str:
        """Return the two ends of an interval, which may have none on a side."""
        ends = {"low": low, "high": high}
        told = {key: self.number(end, decimals) for key, end in ends.items() if math.isfinite(end)}
        return self.bounds(low, high).format(**told)

    def bounds(self, low: float, high: float) -> str:
        """Return how an interval of these ends is told, with ``{low}``, ``{high}`` for them."""
        if math.isnan(low):
            return "–"
        if math.isinf(low) and math.isinf(high):
            return self(N_("no bound"))
        if math.isinf(high):
            return self(N_("{low} or more, no upper bound"))
        if math.isinf(low):
            return self(N_("{high} or less, no lower bound"))
        return self(N_("{low} to {high}"))

    def month(self, day: date) -> str:
        """Return a month and its year, such as ``abr 2026``."""
        return format_date(day, "MMM y", locale=self.locale)

    def months(self) -> list[str]:
        """Return the short names of the twelve months."""
        return [format_date(date(2000, n, 1), "MMM", locale=self.locale) for n in range(1, 13)]


class RefusedError(InputError):
    """Something the user gave cannot be used; said in any language.

    Parameters
    ----------
    text : str
        In English, marked with ``N_``.
    values
        What fills its ``{names}``.
    """

    def __init__(self, text: str, **values: Any) -> None:
        super().__init__(text.format(**values))
        self._text, self._values = text, values

    def said(self, words: Words) -> str:
        """Return the line in a language."""
        return words(self._text, **self._values)


def catalogue_file(lang: str, ending: str = "po") -> Path:
    """Return the file of a language's texts, to be read (``po``) or compiled (``mo``)."""
    return CATALOGUES / lang / "LC_MESSAGES" / f"{DOMAIN}.{ending}"


def template() -> Any:
    """Return every text of the code, as an empty catalogue of Babel."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_dir

    found = Catalog(domain=DOMAIN, project="ceci-sim", charset="utf-8")
    for package in PACKAGES:
        code = extract_from_dir(
            package, [("**.py", "python")], keywords={"words": None, "N_": None}
        )
        for name, _, text, comments, context in code:
            place = Path(relpath(package / name, HOME)).as_posix()
            found.add(text, None, [(place, None)], auto_comments=comments, context=context)
    return found


def main() -> int:
    """Bring the catalogues up to date with the code and compile them.

    Returns
    -------
    int
        0, or 1 where texts are without a translation; they are printed.
    """
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po, write_po

    from sim.results.folder import replacing

    texts, missing = template(), 0
    for lang in LOCALES:
        path = catalogue_file(lang)
        path.parent.mkdir(parents=True, exist_ok=True)
        known = texts
        if path.exists():
            with path.open("rb") as file:
                known = read_po(file, locale=lang, domain=DOMAIN)
            known.update(texts, no_fuzzy_matching=True, update_creation_date=False)
        known.obsolete.clear()
        for message in known:
            if message.id and lang == "en":
                message.string = message.id
            if message.id and not message.string:
                missing += 1
                print(f"{lang}: {message.id}")
        with replacing(path) as aside, aside.open("wb") as file:
            write_po(file, known, sort_output=True, omit_header=False, include_lineno=False)
        with replacing(catalogue_file(lang, "mo")) as aside, aside.open("wb") as file:
            write_mo(file, known)
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main())
