"""``bench report``: a run's report as a file, in each form, alone and beside another run; seconds and bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.bench_commands import command, json_of, path_of, scratch_home

FORMS = ("html", "md", "json")


def bench_report(file: Path | None, rounds: int) -> dict[str, Any]:
    """Train a run and one of the groups, then write the report of the first.

    ``groups`` is under the run's own grouping beside the other run, ``categories`` under ``raw``, where there are
    most classes. Each report is a process of its own: its seconds are those from its start to the written file.
    """
    measured = []
    with scratch_home() as environment:
        json_of([*command("data", "import", path_of(file)), "--name", "bench", "--json"], environment)
        run, other = (
            json_of(command("train", "--dataset", "bench", "--target", target, "--wait", "--json"), environment)["run"]
            for target in ("category", "group")
        )
        folder = Path(environment["COPYDESK_HOME"])
        views = {"groups": ("--against", other), "categories": ("--grouping", "raw")}
        for number in range(rounds):
            for name, options in views.items():
                for form in FORMS:
                    target = folder / f"{name}.{form}"
                    made = json_of(command("report", run, str(target), *options, "--json"), environment)
                    measured.append(
                        {
                            "round": number + 1,
                            "report": name,
                            "form": form,
                            "rows": made["rows"],
                            "labels": made["labels"],
                            "seconds": round(made["seconds"], 2),
                            "bytes": made["bytes"],
                        }
                    )
    return {
        "file": path_of(file),
        "measured": measured,
        "slowest_s": max(one["seconds"] for one in measured),
        "largest_bytes": max(one["bytes"] for one in measured),
    }
