"""The words of the command and of the comments in the files it writes, in both languages.

What a file of the configuration says as a value (unit, source) is in English in every language, as
in the package's own files.
"""

from typing import Any

LANGUAGES = ("es", "en")

WORDS: dict[str, dict[str, Any]] = {
    "es": {
        "reading": "leyendo {}",
        # The summary
        "figures": ("Cifra", "Valor", "Unidad", "Cómo se sabe", "De dónde"),
        "rates": ("Tasa", "Valor", "e.e.", "Personas", "Lugar", "Cifra que da"),
        "known": {"measured": "medida", "derived": "derivada", "assumed": "supuesta"},
        "came": {"state": "estado", "country": "país", "rule": "regla"},
        "place": {
            "municipality": "municipio", "municipalities": "municipios", "city": "ciudad",
            "state": "estado", "states": "estados",
        },
        "few": "Las tasas de menos de {least} personas encuestadas se muestran, pero ninguna cifra "
               "las toma.",
        "sector": {
            "maquila": "maquila", "agropecuario": "agropecuario",
            "comercio_servicios": "comercio y servicios", "otro": "otro",
        },
        "firms": "Empresas por sector: {counts} (plantas de {plant} personas o más, las demás de "
                 "{formal} o más). Por el punto medio de los estratos, las plantas tienen "
                 "{persons} personas; el polo tiene {workers} trabajadores por regla.",
        "elsewhere": "Se dejaron fuera {count} establecimientos de otros municipios.",
        "guarderias": "De las guarderías se toman su número y sus lugares; el modelo las ubica "
                      "entre los hogares.",
        "none announced": "La lista no tiene ningún centro anunciado: quedan los de la regla.",
        "files": "Archivos:",
        "try": "Pruébelo en pequeño; después, sin las dos últimas opciones:",
        # Comments in the files
        "made": (
            "{label} ({where}): hecho con python -m sim.polo new. Cada cifra dice su unidad,",
            "cómo se sabe (measured, medida; derived, derivada; assumed, supuesta), su fuente (en "
            "inglés) y, al",
            "final de la línea, de dónde viene: un archivo dado, el estado, el país o una regla. "
            "Archivos:",
        ),
        "no files": "ninguno",
        "headings": {
            "women_total": "Mujeres y niños", "mothers_15_19": "Maternidad y uniones",
            "female_heads": "Hogares", "no_schooling": "Escolaridad (mujeres de 15 y más)",
            "women_12_plus": "Trabajo y seguridad social",
            "fertility_15_19": "Fecundidad, por edad",
            "guarderias": "Guarderías del IMSS que ya existen",
            "with_parents_under_30": "Otros hogares",
        },
        "zones given": "Las zonas son las de {file}: km al este, km al norte de la media de las "
                       "personas, y personas.",
        "zones by rule": "No se dieron zonas: llenan un disco por igual, según las reglas de "
                         "docs/country.md.",
        "parks given": "Los parques son grupos de las plantas de {file}, ninguna a más de {km:g} "
                       "km de otra de su grupo; las proporciones son de sus personas.",
        "parks by rule": "Los parques están a distancias y con proporciones supuestas.",
        "centres given": "La lista de centros que se dio ({file}).",
        "centres by rule": "No se dio ningún centro anunciado: son los del calendario del país, "
                           "repartidos entre los estados y este polo por necesidad estimada, como "
                           "en docs/country.md.",
        "scenario": "El programa CECI anunciado en {label}, junto al mismo polo sin él.",
        "unit": {
            "MXN a month, mean of formal full-time entry pay":
                "MXN al mes, media de la paga inicial formal de tiempo completo",
            "births per woman a year": "nacimientos por mujer al año",
            "centres": "centros", "children": "niñas y niños",
            "children of women in maquila": "hijas e hijos de trabajadoras de la maquila",
            "establishments": "establecimientos",
            "formal firms outside maquila": "empresas formales fuera de la maquila",
            "months in the job at the start, before the cap by experience":
                "meses en el empleo al inicio, antes del tope por experiencia",
            "persons": "personas", "places": "lugares",
            "share of dwellings": "proporción de las viviendas",
            "share of employed women of 15 to 49": "proporción de las ocupadas de 15 a 49 años",
            "share of export plants inside parks":
                "proporción de las plantas de exportación que está en parques",
            "share of grandmothers": "proporción de las abuelas",
            "share of households": "proporción de los hogares",
            "share of mothers of 15 to 49": "proporción de las madres de 15 a 49 años",
            "share of mothers with a child under 12":
                "proporción de las madres con menores de 12 años",
            "share of pay per level of schooling": "proporción de la paga por nivel escolar",
            "share of personnel": "proporción del personal",
            "share of persons": "proporción de las personas",
            "share of plants with an evening shift":
                "proporción de las plantas con turno de tarde",
            "share of single childless women of 30 and over":
                "proporción de las solteras sin hijos de 30 años y más",
            "share of single childless women under 30":
                "proporción de las solteras sin hijos menores de 30 años",
            "share of women in formal work outside maquila":
                "proporción de las trabajadoras formales fuera de la maquila",
            "share of women of 15 to 49 with more than secundaria":
                "proporción de las mujeres de 15 a 49 años con más de secundaria",
            "share of women of 50 and over": "proporción de las mujeres de 50 años y más",
            "share of women of 50 and over with primaria or less":
                "proporción de las mujeres de 50 años y más con primaria o menos",
            "share of women of 50 and over with secundaria":
                "proporción de las mujeres de 50 años y más con secundaria",
            "share of women of the age": "proporción de las mujeres de esa edad",
            "share of women who are not mothers": "proporción de las mujeres que no son madres",
            "standard deviation of the logarithm of pay, within a level of schooling":
                "desviación estándar del logaritmo de la paga, dentro de un nivel escolar",
            "standard deviation of the logarithm of plant size":
                "desviación estándar del logaritmo del tamaño de las plantas",
            "women": "mujeres", "women of 12 and over": "mujeres de 12 años y más",
            "women of 15 and over": "mujeres de 15 años y más",
            "workers, both sexes": "personas ocupadas, ambos sexos",
        },
    },
    "en": {
        "reading": "reading {}",
        "figures": ("Figure", "Value", "Unit", "Known", "From"),
        "rates": ("Rate", "Value", "s.e.", "Asked", "Place", "Gives"),
        "few": "Rates of fewer than {least} persons asked are shown, and no figure takes them.",
        "firms": "Firms by sector: {counts} (plants of {plant} persons or more, others of {formal} "
                 "or more). By the middle of the classes the plants have {persons} persons; the "
                 "polo has {workers} workers by rule.",
        "elsewhere": "{count} establishments of other municipalities left out.",
        "guarderias": "Of guarderías their number and places are taken; the model sites them among "
                      "homes.",
        "none announced": "No announced centre is in the list: those by rule are kept.",
        "files": "Files:",
        "try": "Try it, small; then without the last two options:",
        "made": (
            "{label} ({where}): made by python -m sim.polo new. Every figure says its unit,",
            "how it is known (measured, derived, assumed), its source and, at the end of the line, "
            "where it",
            "comes from: a file that was given, the state, the country or a rule. Files:",
        ),
        "no files": "none",
        "headings": {
            "women_total": "Women and children", "mothers_15_19": "Motherhood and unions",
            "female_heads": "Households", "no_schooling": "Schooling (women of 15 and over)",
            "women_12_plus": "Work and social security", "fertility_15_19": "Fertility, by age",
            "guarderias": "Existing guarderías of the IMSS",
            "with_parents_under_30": "Other households",
        },
        "zones given": "Zones are those of {file}: km east, km north of the mean of the people, "
                       "and people.",
        "zones by rule": "No zones were given: they fill a disc evenly, by the rules of "
                         "docs/country.md.",
        "parks given": "Parks are groups of the plants of {file}, none of a group more than {km:g} "
                       "km from another; shares are of their persons.",
        "parks by rule": "Parks lie at assumed distances and shares.",
        "centres given": "The user's list of centres ({file}).",
        "centres by rule": "No announced centre was given: those of the country's calendar, shared "
                           "among its states and this polo by estimated need, as in "
                           "docs/country.md.",
        "scenario": "The announced CECI programme in {label}, beside the same polo without it.",
    },
}  # fmt: skip


def term(lang: str, kind: str, name: str) -> str:
    """Return a term of the configuration in a language; as it stands where that has no other."""
    return str(WORDS[lang].get(kind, {}).get(name, name))
