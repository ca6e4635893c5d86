"""``python -m analysis.absenteeism DIR...``: absence from work under each scenario."""

import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.command import run
from analysis.outcome import Outcome, tell
from analysis.results import Results
from analysis.texts import N_, Words

GROUPS = ("women_15_49", "mothers_u4", "mothers_u4_maquila", "mothers_u4_informal",
          "mothers_u4_agropecuario", "mothers_u4_evening", "sector_informal")  # fmt: skip

ABSENTEEISM = Outcome(
    name="absenteeism",
    title=N_("Absence from work, by cause and by sector"),
    by_group=N_("Effect on absence, by sector"),
    over_time=N_("Effect on absence, by cause"),
    measures=(
        "absence",
        "absence_own_illness",
        "absence_sick_child",
        "absence_care_breakdown",
        "absence_other",
    ),
    wanted=lambda name, of: of == "sector" or name in GROUPS,
    main="mothers_u4",
    columns=3,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status, see `analysis.command.run`."""

    def job(results: list[Results], folder: Path, words: Words) -> list[Path]:
        return tell(ABSENTEEISM, results, folder, words)

    about = N_("Estimate absence from work under each scenario, by cause, sector and month.")
    return run("absenteeism", about, job, arguments)


if __name__ == "__main__":
    sys.exit(main())
