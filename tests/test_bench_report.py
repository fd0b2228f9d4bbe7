"""The bench of the report writes every form of both reports in processes of their own, and leaves nothing."""

from core.bench_report import FORMS, bench_report
from tests import homes


def test_each_form_is_written_alone_and_beside_another_run(home, tmp_path):
    part = tmp_path / "part.jsonl"
    part.write_text(homes.part_of_sample(), encoding="utf-8")
    found = bench_report(part, 1)
    assert [(row["report"], row["form"]) for row in found["measured"]] == [
        (report, form) for report in ("groups", "categories") for form in FORMS
    ]
    labels = {row["report"]: row["labels"] for row in found["measured"]}
    assert (labels["groups"], labels["categories"]) == (12, 42)
    assert found["largest_bytes"] == max(row["bytes"] for row in found["measured"])
    assert list(home.iterdir()) == []
