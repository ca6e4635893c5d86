"""Makes a polo from what the user gives, and else from the state's and the country's figures."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from hydra import compose, initialize_config_dir

import configs
from sim.errors import InputError
from sim.polo import enoe
from sim.polo.centres import announced_of, existing, read_centres
from sim.polo.firms import ACROSS_KM, FORMAL, PLANT, Firms, parks_of, read_firms
from sim.polo.localities import read_localities
from sim.polo.places import FARTHEST, Origin, middle
from sim.polo.tables import LONGEST, is_plain, rule, validate
from sim.polo.words import WORDS
from sim.polo.zones import origin_of, read_zones, zones_of
from sim.population.census import NOT_ABOVE, counted, of_states
from sim.population.files import naming, shown
from sim.population.iter import MORE_COUNTS, numbered
from sim.population.regions import OF_COLUMN, OF_TWO_COLUMNS, made
from sim.results.console import working
from sim.settings import (
    CENSUS_COUNTS,
    CENSUS_MEAN,
    Announced,
    Area,
    Figure,
    Known,
    Label,
    Park,
    Polo,
    Population,
    Settings,
)

OF_CENSUS = (*OF_COLUMN, *OF_TWO_COLUMNS, "children_12_17")
OF_STATE = ("informality", "grandmother_coresident", "grandmother_nearby")

Figures = dict[str, Figure]


@dataclass(frozen=True)
class Given:
    """What the user gives: names, and the files that there are."""

    name: str
    municipalities: list[str]
    label: str | None = None
    iter: Path | None = None
    enoe: Path | None = None
    firms: Path | None = None
    centres: Path | None = None
    zones: Path | None = None
    lang: str = "es"

    @property
    def files(self) -> dict[str, Path]:
        """The files by their options."""
        names = ("iter", "enoe", "firms", "centres", "zones")
        return {f"--{name}": path for name in names if (path := getattr(self, name)) is not None}

    @property
    def where(self) -> str:
        """The municipalities, in words."""
        word = "municipality" if len(self.municipalities) == 1 else "municipalities"
        return f"{word} {', '.join(self.municipalities)}"

    @property
    def words(self) -> dict[str, Any]:
        """The words of the user's language."""
        return WORDS[self.lang]

    @property
    def entity(self) -> str:
        """The state of the first municipality, by its code."""
        return self.municipalities[0][:2]


@dataclass(frozen=True)
class Read:
    """The files that were read; `census` has the polo's municipalities, by code."""

    census: pd.DataFrame | None = None
    zones: pd.DataFrame | None = None
    firms: Firms | None = None
    centres: pd.DataFrame | None = None
    quarters: str = ""
    estimates: list[enoe.Estimate] = field(default_factory=list)

    @property
    def origin(self) -> Origin | None:
        """The polo's centre: of its people, else of its establishments, else of its centres."""
        if self.zones is not None:
            return origin_of(self.zones)
        if self.firms is not None:
            return middle(self.firms.table)
        if self.centres is not None and self.centres["latitude"].notna().any():
            return middle(self.centres)
        return None


@dataclass(frozen=True)
class Made:
    """A polo that was made.

    Attributes
    ----------
    polo : Polo
    came : dict of str to str
        From where each figure came: an option, ``state``, ``country`` or ``rule``.
    border : bool
        Whether the minimum wage is that of the northern border.
    geography, centres : str
        How zones and parks, and the announced centres, are known.
    read : Read
    """

    polo: Polo
    came: dict[str, str]
    border: bool
    geography: str
    centres: str
    read: Read


def make(given: Given) -> Made:
    """Make a polo.

    Parameters
    ----------
    given : Given

    Returns
    -------
    Made

    Raises
    ------
    InputError
        If a file cannot be used, in one line that names it, the row, the column and the rule.
    """
    found = read_all(given)
    refuse_apart(given, found)
    country = told_of_country()
    rows = census_of(given, country.population, found)
    survey = figures_of_survey(given, found, country.polo)
    region = region_of(given, country, rows, survey)
    layers = [
        *layers_of_region(given, region.polo, country, survey),
        ("--enoe", {"informality": survey["informality"]} if "informality" in survey else {}),
        ("--firms", figures_of_firms(given, found.firms)),
        ("--centres", figures_of_centres(given, found.centres)),
    ]
    came = {name: mark for mark, figures in layers for name in figures}
    figures = {name: figure for _, figures in layers for name, figure in figures.items()}
    update, geography = geography_of(given, region.polo, found, country.population)
    announced, told = announced_or_rule(given, region.polo, found)
    polo = region.polo.model_copy(
        update={
            **update,
            "name": given.name,
            "label": label_of(given, region.polo),
            "municipalities": given.municipalities,
            "podecobi": region.polo.podecobi.model_copy(update=NO_DECLARATION),
            "figures": figures,
            "announced": announced,
        }
    )
    border = region.parameters != country.parameters
    return Made(Polo.model_validate(polo.model_dump()), came, border, geography, told, found)


NO_DECLARATION = {
    "status": "a polo of the user's own: no declaration was given",
    "source": "Made by python -m sim.polo new; hectares, jobs and investment were not given.",
}


@cache
def told_of_country() -> Settings:
    """Return the settings of the country, from which a region is made."""
    with initialize_config_dir(str(Path(configs.__file__).resolve().parent), version_base=None):
        return Settings.from_config(compose("config", overrides=["+scenario=nacional"]))


def read_all(given: Given) -> Read:
    """Read every file that was given, saying which while it takes long."""
    codes = given.municipalities
    census = localities = zones = firms = centres = None
    survey: tuple[Any, ...] = ()
    if given.iter:
        with reading(given, given.iter):
            census = of_municipalities("--iter", given.iter, codes)
            localities = read_localities("--iter", given.iter, {code[:2] for code in codes})
    if given.zones:
        with reading(given, given.zones):
            zones = read_zones("--zones", given.zones, codes, localities)
    if given.firms:
        with reading(given, given.firms):
            firms = read_firms("--firms", given.firms, codes, localities)
    if given.centres:
        with reading(given, given.centres):
            centres = read_centres("--centres", given.centres, codes, localities)
    if given.enoe:
        with reading(given, given.enoe):
            survey = enoe.estimates("--enoe", given.enoe, codes)
    return Read(census, zones, firms, centres, *survey)


def reading(given: Given, path: Path) -> AbstractContextManager[None]:
    """Say that a file is read, while it takes long."""
    return working(given.words["reading"].format(said(path.name)))


def refuse_apart(given: Given, found: Read) -> None:
    """Refuse files whose points are far from each other: they are not of one place."""
    if found.origin is None:
        return
    tables = {"--firms": found.firms.table if found.firms else None, "--centres": found.centres}
    for option, table in tables.items():
        if table is None or table["latitude"].isna().all():
            continue
        there = middle(table)
        away = np.hypot(*found.origin.km([there.latitude], [there.longitude])[0])
        if away > FARTHEST:
            raise InputError(
                f"{option}={given.files[option]}: columns latitude and longitude: the points are "
                f"{away:.0f} km from those of the other files, at most {FARTHEST:g} are one polo"
            )


def census_of(given: Given, population: Population, found: Read) -> pd.DataFrame:
    """Return the counts of the municipalities, by code: of the census, else of the state.

    Raises
    ------
    InputError
        If there is no census and nothing says how many people there are.
    """
    if found.census is not None:
        return found.census
    state, zones = of_states(population).loc[given.entity], found.zones
    if zones is None:
        raise InputError(
            f"--iter: give INEGI's table of municipalities (ITER), or --zones with the people of "
            f"each zone: nothing else says how many live in {given.where}"
        )
    of = "POBTOT" if "population" in zones else "POBFEM"
    share = zones["population" if of == "POBTOT" else "women"].sum() / state[of]
    if share > 1:
        raise InputError(
            f"--zones={given.zones}: the zones have {share * state[of]:,.0f} people, more than the "
            f"{state[of]:,.0f} of state {given.entity}"
        )
    row = (state[list(CENSUS_COUNTS)].astype(float) * share).round()
    code = given.municipalities[0]
    whole = {**row.to_dict(), CENSUS_MEAN: state[CENSUS_MEAN], "NAME": code}
    return pd.DataFrame([whole], index=[code])


def of_municipalities(option: str, path: Path, municipalities: list[str]) -> pd.DataFrame:
    """Read the municipalities of the polo in INEGI's table, and hold them to its logic.

    Raises
    ------
    InputError
        If the table has not all of them, or contradicts itself.
    """
    table = numbered(path, option)
    missing = [code for code in municipalities if code not in table.index]
    if missing:
        raise InputError(f"{option}={path}: no row of municipality {missing[0]}")
    rows = table.loc[municipalities].set_index("ROW")
    counts = [name for name in (*CENSUS_COUNTS, CENSUS_MEAN, *MORE_COUNTS) if name in rows]
    checks: dict[str, list[pa.Check]] = {name: [] for name in counts}
    for part, whole in NOT_ABOVE:
        checks[part].append(rule(_not_above(rows[whole]), f"at most column {whole}"))
    checks["P_15A49_F"].append(rule(lambda women: women >= 1, "1 or more"))
    checks["NAME"] = [rule(lambda n: n.map(is_plain), f"plain text of up to {LONGEST} characters")]
    with naming(option, path):
        columns = {name: pa.Column(checks=held, nullable=True) for name, held in checks.items()}
        validate(rows, pa.DataFrameSchema(columns), {"NAME": "NOM_MUN"})
    return table.loc[municipalities].drop(columns="ROW")


def _not_above(whole: pd.Series) -> Callable[[pd.Series], pd.Series]:
    """Return the rule of a count that is part of another; a hidden one is no contradiction."""
    return lambda part: ~(part > whole.loc[part.index])


def region_of(given: Given, country: Settings, rows: pd.DataFrame, survey: Figures) -> Settings:
    """Return the polo as a region of the country, beside its states without it.

    So guarderías, announced centres and prices are shared out by the country's own rules.
    """
    population, template = country.population, country.polo
    rest = of_states(population)
    for code, row in rows.iterrows():
        for name in CENSUS_COUNTS:
            whole = rest.loc[str(code)[:2], name]
            rest.loc[str(code)[:2], name] = max(whole - np.nan_to_num(row[name]), 0)
    rest = rest[rest["P_15A49_F"] >= 1]
    several = len(rows) > 1
    key = f"zm_{given.name}" if several else f"mun_{rows.index[0]}"
    both = pd.concat([rest, rows])
    kind = pd.Series(["state"] * len(rest) + ["area" if several else "municipality"] * len(rows),
                     both.index)  # fmt: skip
    keys = pd.Series([*("ent_" + rest.index), *[key] * len(rows)], both.index)
    area = Area(name=given.name, municipalities=given.municipalities)
    census = counted(population.model_copy(update={"areas": {given.name: area}}), both, kind, keys)
    if "informality" in survey:
        census.table.loc[key, "informality"] = survey["informality"].value
    template = template.model_copy(update={"figures": template.figures | survey})
    file = given.iter.name if given.iter else ""
    told = population.origins["census"]
    origins = population.origins | {
        "census": told.model_copy(update={"source": f"{told.source} ({said(file)})"})
    }
    update = {
        "polo": template,
        "population": population.model_copy(update={"origins": origins}),
        "panel": country.panel.model_copy(update={"women": 0}),
    }
    regions = made(country.model_copy(update=update), census)
    return next(region for region in regions if region.polo.name == key)


def layers_of_region(
    given: Given, polo: Polo, country: Settings, survey: Mapping[str, Figure]
) -> list[tuple[str, Figures]]:
    """Return the figures of the region by where they came from, each saying so.

    What is the country's or the state's is assumed for the polo, however well it is known there.
    """
    published = country.population.published.get(given.municipalities[0], {})
    layers: dict[str, Figures] = {mark: {} for mark in ("country", "rule", "state", "--iter")}
    layers["--enoe"] = {}
    for name, figure in polo.figures.items():
        if figure == survey.get(name):
            mark = "--enoe"
        elif figure == country.polo.figures[name]:
            mark = "country"
            figure = retold(figure, f"The country's: {figure.source}", "assumed")
        elif figure == published.get(name):
            mark = "rule"
        elif name in OF_STATE:
            mark = "state"
            figure = retold(figure, f"State {given.entity}'s: {figure.source}")
        elif name in OF_CENSUS:
            mark = "--iter" if given.iter else "state"
            if not given.iter:
                column = figure.source.rpartition(", ")[2]
                figure = retold(
                    figure,
                    f"State {given.entity}'s per person, for the people of --zones: INEGI, Censo "
                    f"de Población y Vivienda 2020, sum of its municipios, {column}",
                    "assumed",
                )
        else:
            mark = "rule"
            figure = retold(figure, f"By rule: {figure.source}")
        layers[mark][name] = figure
    return list(layers.items())


def retold(figure: Figure, source: str, known: Known | None = None) -> Figure:
    """Return a figure with another source."""
    return figure.model_copy(update={"source": source, "known": known or figure.known})


def figures_of_survey(given: Given, found: Read, template: Polo) -> Figures:
    """Return the figures that the ENOE gives, where enough were asked."""
    figures = {}
    for one in found.estimates:
        name = one.rate.figure
        if name is None or not one.enough:
            continue
        assert given.enoe is not None
        unit = template.figures[name].unit
        figures[name] = Figure(
            value=round(one.value, 4),
            unit="share of employed women of 15 to 49" if name == "informality" else unit,
            known="derived" if one.place.startswith("state") else "measured",
            source=(
                f"INEGI, ENOE {found.quarters}, microdata ({said(given.enoe.name)}): "
                f"{one.rate.meaning}, {one.place}, standard error {one.error:.4f}, "
                f"{one.asked:,} asked"
            ),
        )
    return figures


def figures_of_firms(given: Given, firms: Firms | None) -> Figures:
    """Return how many export plants and other formal firms the directory has."""
    if firms is None or given.firms is None:
        return {}
    came = f"INEGI, DENUE ({said(given.firms.name)}), {given.where}: "
    plants = len(firms.plants)
    none = "" if plants else " None was found; the model needs one."
    return {
        "maquila_establishments": Figure(
            value=max(1, plants),
            unit="establishments",
            known="derived",
            source=f"{came}manufacturing (SCIAN 31 to 33) of {PLANT} persons or more, taken to "
            f"export.{none}",
        ),
        "other_firms": Figure(
            value=max(3, firms.others),
            unit="formal firms outside maquila",
            known="derived",
            source=f"{came}all other establishments of {FORMAL} persons or more, taken to be "
            "formal; at least 3.",
        ),
    }


def figures_of_centres(given: Given, centres: pd.DataFrame | None) -> Figures:
    """Return how many guarderías the user's list has, and their places."""
    if centres is None or given.centres is None or not existing(centres)[0]:
        return {}
    source = f"The user's list of centres ({said(given.centres.name)}), scheme guarderia"
    count, places = existing(centres)
    return {
        "guarderias": Figure(value=count, unit="centres", known="measured", source=source),
        "guarderia_places": Figure(value=places, unit="places", known="measured", source=source),
    }


def announced_or_rule(given: Given, polo: Polo, found: Read) -> tuple[dict[str, Announced], str]:
    """Return the announced centres, and how they are known."""
    announced = {} if found.centres is None else announced_of(found.centres, found.origin)
    if announced:
        assert given.centres is not None
        return announced, given.words["centres given"].format(file=said(given.centres.name))
    return polo.announced, given.words["centres by rule"]


def geography_of(
    given: Given, polo: Polo, found: Read, population: Population
) -> tuple[dict[str, object], str]:
    """Return zones and parks, and how they are known."""
    zones, parks, told = polo.zones, polo.parks, []
    if found.zones is not None and found.origin is not None:
        assert given.zones is not None
        of_rule, zones = zones, zones_of(found.zones, found.origin, polo.zones.detour_factor)
        parks = {
            name: park.model_copy(
                update={
                    "distance_km": round(park.distance_km * zones.radius_km / of_rule.radius_km, 2)
                }
            )
            for name, park in parks.items()
        }
        told.append(given.words["zones given"].format(file=said(given.zones.name)))
    else:
        told.append(given.words["zones by rule"])
    grouped: dict[str, Park] = {}
    if found.firms is not None and found.origin is not None:
        most = round(population.rules["most_parks"].value)
        grouped = parks_of(found.firms.plants, found.origin, most)
    if grouped:
        assert given.firms is not None
        file = said(given.firms.name)
        told.append(given.words["parks given"].format(file=file, km=ACROSS_KM))
    else:
        told.append(given.words["parks by rule"])
    return {"zones": zones, "parks": grouped or parks}, " ".join(told)


def label_of(given: Given, polo: Polo) -> Label:
    """Return what the polo is called: as the user says, else its municipality."""
    if given.label:
        return Label(es=given.label, en=given.label)
    if given.iter is None or len(given.municipalities) > 1:
        text = f"{given.name.replace('_', ' ').capitalize()}"
        return Label(es=text, en=text)
    return polo.label


def said(name: str) -> str:
    """Return the name of a file as a source may hold it: no markup, nothing that Hydra fills in."""
    return "".join("_" if c in "<>$&" else c for c in shown(name))
