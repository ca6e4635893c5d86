"""``python -m analysis.participation DIR...``: women's participation under each scenario."""

import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.command import run
from analysis.outcome import Outcome, tell
from analysis.results import Results
from analysis.texts import N_, Words

WORKING = ("maquila", "evening", "informal", "agropecuario")
"""Ends of the groups of women at work: all of them participate."""

PARTICIPATION = Outcome(
    name="participation",
    title=N_("Women's participation in work, as ENOE defines it"),
    by_group=N_("Effect on women's participation, by group"),
    over_time=N_("Effect on participation and work"),
    measures=("participation", "employment", "formal_employment", "informality", "unemployment"),
    wanted=lambda name, of: (
        of in ("people", "women_15_plus") and name.rpartition("_")[2] not in WORKING
    ),
    main="mothers_u4",
    columns=3,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status, see `analysis.command.run`."""

    def job(results: list[Results], folder: Path, words: Words) -> list[Path]:
        return tell(PARTICIPATION, results, folder, words)

    about = N_("Estimate women's participation under each scenario, by month and by group.")
    return run("participation", about, job, arguments)


if __name__ == "__main__":
    sys.exit(main())
