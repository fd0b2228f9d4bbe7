"""`confidence`, `calibrate` and `slices` as scripts meet them."""

import pytest

from core.evaluation.temperature import CALIBRATION


@pytest.fixture
def calibrated(trained):
    core, done = trained
    kept = core("calibrate", done["run"], "--json").json
    yield core, done, kept
    core("calibrate", done["run"], "--off")


def test_confidence_tells_reliability_coverage_and_thresholds(trained):
    core, done = trained
    found = core("confidence", done["run"], "--threshold", 0.5, "--label", "LIFESTYLE", "--json").json
    assert found["accuracy"] == pytest.approx(done["metrics"]["accuracy"])
    assert sum(one["rows"] for one in found["reliability"]) == found["rows"] == done["metrics"]["rows"]
    assert sum(one["rows"] for one in found["back_off"][:3]) == found["rows"]
    assert found["risk_coverage"]["curve"][-1]["risk"] == pytest.approx(1 - found["accuracy"])
    assert found["tradeoff"] and (found["calibrated"], found["temperature"]) == (False, None)
    text = core("confidence", done["run"]).out
    assert "backing off at 0.7" in text and "reliability of answers, 15 bins of equal count" in text


def test_a_temperature_is_kept_used_where_asked_for_and_taken_away(calibrated):
    core, done, kept = calibrated
    file = core.home / "models" / done["run"] / CALIBRATION
    assert file.is_file() and kept["temperature"] > 0
    plain, scaled = (
        core("evaluate", done["run"], "--grouping", "raw", "--json", *more).json for more in ((), ("--calibrated",))
    )
    assert plain["accuracy"] == scaled["accuracy"] == pytest.approx(done["metrics"]["category"]["accuracy"])
    question = ("classify", "--run", done["run"], "--headline", "Senate votes on budget", "--json")
    one, other = (core(*question, *more).json["results"][0] for more in ((), ("--calibrated",)))
    assert one.keys() == other.keys()
    assert one["predicted_category"] == other["predicted_category"]
    assert one["confidence"] != other["confidence"]
    assert sum(other["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert core("confidence", done["run"], "--calibrated", "--json").json["temperature"] == kept["temperature"]
    gone = core("calibrate", done["run"], "--off", "--json").json
    assert (gone["run"], gone["temperature"]) == (done["run"], None)
    assert not file.exists()
    for command in (("evaluate", done["run"]), ("confidence", done["run"]), question[:-1]):
        failed = core(*command, "--calibrated")
        assert failed.status == 2 and failed.out == ""
        assert failed.err.startswith("error: run '") and "has no temperature" in failed.err


def test_slices_tell_each_value_the_worst_and_the_errors(trained):
    core, done = trained
    found = core("slices", done["run"], "--by", "year", "--errors", "description=present", "--json").json
    assert sum(one["rows"] for one in found["slices"]) == found["rows"]
    wrong = round((1 - found["accuracy"]) * found["rows"])
    assert sum(one["errors"] for one in found["slices"]) == wrong
    assert found["errors_found"] <= wrong and len(found["errors"]) == min(20, found["errors_found"])
    assert all(one["true"] != one["predicted"] and one["headline"] for one in found["errors"])
    assert (found["split"], found["other_split"]) == ("random", None)
    text = core("slices", done["run"]).out
    assert f"`python -m core runs retry {done['run']} --split past` starts one" in text


def test_a_split_by_time_stands_beside_the_random_one(trained):
    core, done = trained
    again = core("runs", "retry", done["run"], "--split", "past", "--wait", "--json").json
    assert again["state"] == "succeeded"
    try:
        for run in (done["run"], again["run"]):
            found = core("slices", run, "--json").json
            figures = {one["figure"]: one for one in found["figures"]}
            assert {run, found["other_split"]} == {done["run"], again["run"]}
            assert figures["accuracy"]["random"] == pytest.approx(done["metrics"]["accuracy"])
            assert figures["accuracy"]["past"] == pytest.approx(again["metrics"]["accuracy"])
        assert "random split beside split by time" in core("slices", again["run"]).out
    finally:
        assert core("runs", "delete", again["run"], "--yes").status == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("confidence", "RUN", "--threshold", "2"), "threshold 2 is no probability"),
        (("confidence", "RUN", "--label", "WEATHER"), "there is no label 'WEATHER' here"),
        (("confidence", "RUN", "--bins", "0"), "0 bins cannot be drawn"),
        (("slices", "RUN", "--by", "mood"), "there are no slices by 'mood'"),
        (("slices", "RUN", "--search", "mood"), "there are no slices by 'mood'"),
        (("slices", "RUN", "--errors", "year=1066"), "there is no slice 'year=1066'"),
        (("slices", "RUN", "--dataset", "none"), "there is no dataset 'none'"),
        (("calibrate", "nosuchrun"), "run 'nosuchrun' does not exist"),
        (("train", "--dataset", "sample", "--split", "future"), "split 'future' is unknown"),
        (("runs", "retry", "RUN", "--split", "future"), "split 'future' is unknown"),
    ],
)
def test_a_mistake_is_one_line(trained, arguments, told):
    core, done = trained
    failed = core(*(done["run"] if one == "RUN" else one for one in arguments))
    assert failed.status == 2 and failed.out == ""
    assert failed.err.startswith(f"error: {told}") and failed.err.count("\n") == 1


def test_damaged_probabilities_are_one_line(trained):
    core, done = trained
    file = core.home / "models" / done["run"] / "evaluation" / "probabilities.npy"
    kept = file.read_bytes()
    file.write_bytes(kept[:-2] + b"\x00\x7e")
    try:
        for command in ("confidence", "calibrate", "slices"):
            failed = core(command, done["run"])
            assert failed.status == 2 and failed.out == ""
            assert "probabilities.npy was changed since the run ended" in failed.err and failed.err.count("\n") == 1
    finally:
        file.write_bytes(kept)
