"""The figures of a run: read on, thinned, taken up again, and harmless whatever stands in the file."""

import json

from core.ui.run_figures import MOST_POINTS, Curve, Figures


def append(path, *events):
    with path.open("a") as file:
        for event in events:
            file.write(json.dumps({"phase": "fit", **event}) + "\n")


def test_each_look_adds_what_was_written_meanwhile(tmp_path):
    path = tmp_path / "metrics.jsonl"
    figures = Figures(path)
    figures.read_on()
    assert figures.panels() == {}
    append(path, {"step": 1, "loss": 3.0}, {"step": 2, "loss": 2.0})
    figures.read_on()
    with path.open("a") as file:
        file.write('{"phase": "fit", "step": 3, "lo')
    figures.read_on()
    assert figures.panels()["Loss"]["step"].tolist() == [1, 2]
    with path.open("a") as file:
        file.write('ss": 1.0}\n')
    figures.read_on()
    assert figures.panels()["Loss"]["value"].tolist() == [3.0, 2.0, 1.0]


def test_what_is_no_figure_is_left_out(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text('null\n[1]\nx\n{"step": "a", "loss": 1}\n{"step": 1, "loss": "b", "ok": true, "f1": NaN}\n\n')
    figures = Figures(path)
    figures.read_on()
    assert figures.panels() == {}


def test_loss_rate_and_all_other_metrics_stand_apart(tmp_path):
    path = tmp_path / "metrics.jsonl"
    append(path, *({"step": n, "loss": n, "eval_loss": n, "learning_rate": n, "macro_f1": n} for n in (1, 2)))
    figures = Figures(path)
    figures.read_on()
    panels = figures.panels()
    assert list(panels) == ["Loss", "Learning rate", "Metrics"]
    assert sorted(set(panels["Loss"]["series"])) == ["eval loss", "loss"]
    assert set(panels["Metrics"]["series"]) == {"macro f1"}


def test_a_run_that_was_taken_up_again_goes_on_from_where_it_was():
    curve = Curve()
    for step, value in [(1, 9.0), (2, 8.0), (3, 7.0), (2, 6.0), (3, 5.0)]:
        curve.add(step, value)
    assert curve.thinned() == [(1, 9.0), (2, 6.0), (3, 5.0)]


def test_a_long_curve_is_thinned_with_both_its_ends():
    curve = Curve()
    for step in range(100_001):
        curve.add(step, -step)
    points = curve.thinned()
    assert len(points) <= MOST_POINTS + 1
    assert points[0] == (0, 0)
    assert points[-1] == (100_000, -100_000)


def test_a_file_that_was_begun_again_is_read_from_its_beginning(tmp_path):
    path = tmp_path / "metrics.jsonl"
    append(path, *({"step": n, "loss": 1.5} for n in range(5)))
    figures = Figures(path)
    figures.read_on()
    path.write_text("")
    append(path, {"step": 1, "loss": 4.0}, {"step": 2, "loss": 3.0})
    figures.read_on()
    assert figures.panels()["Loss"]["value"].tolist() == [4.0, 3.0]
