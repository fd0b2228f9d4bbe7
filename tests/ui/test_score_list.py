"""How a scoring ended, in a sentence: no path of the server, no option of the command line."""

import json
from datetime import datetime

import pytest

from core.background import Background
from core.inference.score_jobs import Job, Order
from core.ui.score_list import outcome

BEGUN = datetime(2026, 11, 30, 2, 34).astimezone().timestamp()
ORDER = Order("starter", file="few.csv", grouping="huffpost-12")
BY = "by starter under huffpost-12 · 2026-11-30 02:34"


@pytest.mark.parametrize(
    ("background", "told"),
    [
        (
            Background("succeeded", result={"rows": 1200, "rejected": 0}),
            f"few.csv: 1,200 rows · {BY}",
        ),
        (
            Background("succeeded", result={"rows": 1, "rejected": 2}),
            f"few.csv: 1 row, 2 could not be scored · {BY}",
        ),
        (Background("cancelled"), f"few.csv: cancelled · {BY}. 4,000 rows are done and kept."),
        (Background("interrupted"), f"few.csv: ended from outside · {BY}. 4,000 rows are done and kept."),
        (Background(None), f"few.csv: ended from outside · {BY}. 4,000 rows are done and kept."),
        (
            Background("failed", error="'FOLDER/file/few.csv' has no column of headlines; name it with --headline"),
            "few.csv: 'few.csv' has no column of headlines. 4,000 rows are done and kept.",
        ),
    ],
)
def test_an_end_is_told(tmp_path, background, told):
    error = background.error and background.error.replace("FOLDER", str(tmp_path))
    job = Job(tmp_path, ORDER, Background(background.state, error=error, result=background.result), BEGUN)
    journal = tmp_path / "out" / ".scored.csv.scoring" / "journal.json"
    journal.parent.mkdir(parents=True)
    journal.write_text(json.dumps({"taken": 4000}))
    assert outcome(job) == told
