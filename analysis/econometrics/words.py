"""The words of the command's tables and figures, in both languages."""

from typing import Any

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "outcomes": {
            "participation": "Participation (% of mothers)",
            "employment": "In work (% of mothers)",
            "formal_employment": "In formal work (% of mothers)",
            "hours": "Hours of work a week, all mothers",
            "earnings": "Earnings a month, all mothers (MXN)",
            "use": "Child in a centre (% of mothers)",
        },
        "units": {
            "participation": "percentage points",
            "employment": "percentage points",
            "formal_employment": "percentage points",
            "hours": "hours a week",
            "earnings": "MXN a month",
            "use": "percentage points",
        },
        "designs": {
            "zones": "Zones with a centre near, and zones without one in the same polo",
            "served": "Zones with a centre near, and zones of polos without the programme",
            "polos": "Zones of polos with the programme, and of polos without it",
        },
        "estimators": {
            "twfe": "Two-way fixed effects",
            "imputation": "Imputation (Borusyak et al.)",
            "sun_abraham": "Sun and Abraham",
            "callaway_santanna": "Callaway and Sant'Anna",
        },
        "columns": {
            "estimator": "estimator",
            "estimate": "estimate",
            "se": "standard error",
            "interval": "90 % interval",
            "truth": "truth",
            "bias": "bias",
            "covers": "covers",
            "covering": "replicates it covers",
            "zones": "zones",
            "served": "treated",
            "mothers": "mothers a zone",
            "months": "months",
            "power": "power",
            "detectable": "least effect found",
            "needed": "zones needed, without bias",
        },
        "yes": "yes",
        "no": "no",
        "of": "{} of {}",
        "estimates": "{outcome}: {design}",
        "power": "What each size of evaluation would find, by imputation ({unit})",
        "spilt": "Effect on zones not treated, or not yet, which counts as bias: {value} {unit}.",
        "event_study": "Event study: {outcome}",
        "since": {3: "quarters since the opening", 0: "periods of {} months since the opening"},
        "change": "difference, {unit}",
        "estimated": "estimate and 90 % interval",
        "known": "true effect on the treated",
        "source": (
            "Source: panel of the simulation, scenario {scenario}; mothers of children "
            "under four, {zones} zones"
        ),
        "one_cohort": (
            "all treated zones are treated from the same quarter: nothing is staggered, and "
            "two-way fixed effects has no bias of that kind to show"
        ),
        "one_replicate": (
            "one replicate only: no polo without the programme to compare with, and no "
            "count of the replicates that an interval covers"
        ),
        "written": "written: {}",
    },
    "es": {
        "outcomes": {
            "participation": "Participación (% de las madres)",
            "employment": "Ocupadas (% de las madres)",
            "formal_employment": "En empleo formal (% de las madres)",
            "hours": "Horas de trabajo por semana, todas las madres",
            "earnings": "Ingreso laboral al mes, todas las madres (MXN)",
            "use": "Con un hijo en un centro (% de las madres)",
        },
        "units": {
            "participation": "puntos porcentuales",
            "employment": "puntos porcentuales",
            "formal_employment": "puntos porcentuales",
            "hours": "horas por semana",
            "earnings": "MXN al mes",
            "use": "puntos porcentuales",
        },
        "designs": {
            "zones": "Zonas con un centro cerca y zonas sin él, en el mismo polo",
            "served": "Zonas con un centro cerca y zonas de polos sin el programa",
            "polos": "Zonas de polos con el programa y de polos sin él",
        },
        "estimators": {
            "twfe": "Efectos fijos de zona y periodo",
            "imputation": "Imputación (Borusyak et al.)",
            "sun_abraham": "Sun y Abraham",
            "callaway_santanna": "Callaway y Sant'Anna",
        },
        "columns": {
            "estimator": "estimador",
            "estimate": "estimación",
            "se": "error estándar",
            "interval": "intervalo de 90 %",
            "truth": "verdad",
            "bias": "sesgo",
            "covers": "la cubre",
            "covering": "réplicas que cubre",
            "zones": "zonas",
            "served": "tratadas",
            "mothers": "madres por zona",
            "months": "meses",
            "power": "potencia",
            "detectable": "menor efecto detectable",
            "needed": "zonas necesarias, sin sesgo",
        },
        "yes": "sí",
        "no": "no",
        "of": "{} de {}",
        "estimates": "{outcome}: {design}",
        "power": "Qué encontraría cada tamaño de evaluación, por imputación ({unit})",
        "spilt": (
            "Efecto en las zonas no tratadas, o todavía no, que cuenta como sesgo: {value} {unit}."
        ),
        "event_study": "Estudio de eventos: {outcome}",
        "since": {3: "trimestres desde la apertura", 0: "periodos de {} meses desde la apertura"},
        "change": "diferencia, {unit}",
        "estimated": "estimación e intervalo de 90 %",
        "known": "efecto verdadero en las tratadas",
        "source": (
            "Fuente: panel de la simulación, escenario {scenario}; madres de menores de "
            "cuatro años, {zones} zonas"
        ),
        "one_cohort": (
            "todas las zonas tratadas lo son desde el mismo trimestre: nada es escalonado, "
            "y los efectos fijos no tienen por ello sesgo que mostrar"
        ),
        "one_replicate": (
            "una sola réplica: no hay polo sin el programa con el cual comparar, ni cuenta "
            "de las réplicas que un intervalo cubre"
        ),
        "written": "escrito: {}",
    },
}
"""By language; ``{...}`` is filled in where the text is used."""
