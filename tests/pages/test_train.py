"""Train: start, watch, cancel, take up, try again, name, compare, delete; each by the control that does it."""

import json

import pytest

from core.data.importing import import_file
from core.grouping import versions
from core.runs import local, states, status, store
from core.runs.spec import plan
from core.ui import run_form
from core.ui.components import table_key
from core.ui.run_actions import FROM, PAGE
from tests import homes

PRESET = "notebook"
TITLE = "*Bold* <b>& [more](x)"


def button(at, label):
    return next(one for one in at.button if one.label == label)


def start(at):
    button(at, "Start").click().run()
    assert not at.exception
    return at


def texts(at):
    parts = [*at.subheader, *at.markdown, *at.caption, *at.text, *at.warning, *at.error]
    return " ".join(str(part.value) for part in parts).replace("\\", "")


def wait_for(condition):
    """Look until the condition holds, a bounded number of times."""
    for _ in range(1200):
        if condition():
            return
        local.wait_a_moment(0.025)
    raise AssertionError(f"it did not come about; runs: {[run.status for run in store.list_all()]}")


def tick(at, *ids):
    """Tick the runs in the list as it stands."""
    listed = at.dataframe[-1].value["run"].tolist()
    rows = [listed.index(run_id) for run_id in ids]
    at.session_state[table_key("train_runs", listed)] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    return at.run()


@pytest.fixture
def at_work(sample, hold):
    """A run that holds as soon as it has begun, and one that waits for it."""
    hold("read")
    first, second = (local.submit(plan(sample, preset=PRESET, seed=seed)) for seed in (1, 2))
    wait_for(lambda: store.load(first.id).status["progress"]["phase"] == "read")
    yield first, second
    for run in store.list_all():
        if run.alive:
            local.cancel(run)
    for run in (first, second):
        local.wait_for_end(run.id)


@pytest.fixture
def ended(sample):
    """Return a function that makes a run that ended in a state, without having been started."""

    def make(state, error=None, **how):
        run = store.create(plan(sample, **how))
        status.move(run.path, state, error=error)
        return store.load(run.id)

    return make


def test_start_makes_a_run_with_what_was_chosen_and_watches_it(sample, open_page, param):
    at = start(open_page("pages/train.py", target="group", preset=PRESET, grouping="huffpost-12"))
    (run,) = store.list_all()
    assert (run.spec.target, run.spec.preset, run.spec.grouping.name) == ("group", PRESET, "huffpost-12")
    assert param(at, "watch") == run.id
    assert run.id in texts(at)
    local.cancel(run)
    assert local.wait(run).state == states.CANCELLED


def test_the_page_shows_what_came_of_a_run(sample, open_page):
    at = start(open_page("pages/train.py"))
    (run,) = store.list_all()
    assert local.wait(run).state == states.SUCCEEDED
    at.run()
    assert [one.label for one in at.metric] == ["Accuracy", "Macro-F1", "Test rows", "Largest group"]
    assert at.metric[0].value == f"{store.load(run.id).status['metrics']['accuracy']:.3f}"


def test_a_double_click_is_one_run(at_work, open_page, monkeypatch):
    # However long a busy machine takes between the two.
    monkeypatch.setattr(run_form, "DOUBLE_CLICK_SECONDS", 600.0)
    at = start(open_page("pages/train.py"))
    start(at)
    assert len(store.list_all()) == 3


def test_what_it_will_take_is_told_before_it_starts(sample, open_page):
    at = open_page("pages/train.py")
    assert "how long, no earlier run of its kind and size tells yet" in texts(at)
    run = local.wait(local.submit(plan(sample)))
    assert run.state == states.SUCCEEDED
    assert "as an earlier run here did" in texts(at.run())
    start(at)
    newest = store.list_all()[0]
    assert newest.status["expected_seconds"] == pytest.approx(run.seconds)
    local.cancel(newest)
    local.wait(newest)


def test_what_should_be_known_is_told_before_it_starts(sample, open_page):
    assert "under 10 test rows: figures by label weigh little." in texts(open_page("pages/train.py"))


def test_a_dataset_that_cannot_be_trained_is_told_in_one_line(home, tmp_path, open_page):
    from core.data.importing import import_file

    (tmp_path / "t.csv").write_text("headline,category\na,A\nb,A\nc,A\n")
    import_file(tmp_path / "t.csv", "t")
    at = open_page("pages/train.py")
    assert "has the single category 'A'" in at.warning[0].value
    assert button(at, "Start").disabled
    assert store.list_all() == []


def test_a_setting_can_be_changed_and_a_wrong_one_is_told_with_the_form_kept(sample, open_page):
    at = open_page("pages/train.py", preset=PRESET)
    settings = run_form.settings_frame("logistic", PRESET)
    row = int(settings.index[settings["setting"] == "max_iter"][0])
    key = f"train_settings_logistic_{PRESET}"
    at.session_state[key] = {"edited_rows": {row: {"value": "many"}}, "added_rows": [], "deleted_rows": []}
    at.number_input(key="train_seed").set_value(5)
    at.run()
    assert "max_iter cannot be 'many'" in at.warning[0].value.replace("\\", "")
    assert button(at, "Start").disabled
    assert at.number_input(key="train_seed").value == 5
    at.session_state[key] = {"edited_rows": {row: {"value": "7"}}, "added_rows": [], "deleted_rows": []}
    at.number_input(key="train_share").set_value(0.3)
    start(at.run())
    (run,) = store.list_all()
    assert (run.spec.hyperparameters["max_iter"], run.spec.seed, run.spec.split.test_share) == (7, 5, 0.3)
    at.session_state["train_tabs"] = "As a command"
    at.run()
    assert "--set max_iter=7" in " ".join(block.value for block in at.code)
    assert local.wait(run).state == states.SUCCEEDED


def test_an_encoder_without_its_checkpoint_is_told_with_the_ways_out_and_another_can_be_typed(
    sample, open_page, monkeypatch, tmp_path
):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    at = open_page("pages/train.py", model="transformer")
    assert "Fine-tuned encoder" in at.selectbox[0].options
    assert at.segmented_control(key="train_preset").options == ["default", "quick", "notebook"]
    assert "distilbert-base-uncased' is not on this machine and " in at.warning[0].value.replace("\\", "")
    assert button(at, "Start").disabled
    settings = run_form.settings_frame("transformer", "default")
    row = int(settings.index[settings["setting"] == "checkpoint"][0])
    edited = {"edited_rows": {row: {"value": "minilm"}}, "added_rows": [], "deleted_rows": []}
    at.session_state["train_settings_transformer_default"] = edited
    at.run()
    assert not at.warning
    assert not button(at, "Start").disabled


def test_living_runs_have_a_row_each_and_the_last_can_start_next(at_work, sample, open_page):
    first, second = at_work
    third = local.submit(plan(sample, preset=PRESET, seed=3))
    at = open_page("pages/train.py", watch=first.id)
    assert f"**{first.id}** · read" in rows(at)
    assert f"**{second.id}** · waits, place 1 in the queue" in rows(at)
    assert f"alive_next_{second.id}" not in [one.key for one in at.button]
    at.button(key=f"alive_next_{third.id}").click().run()
    assert [local.place(store.load(run.id)) for run in (second, third)] == [2, 1]
    assert f"**{third.id}** · waits, place 1 in the queue" in rows(at)
    at.button(key=f"alive_cancel_{third.id}").click().run()
    assert store.load(third.id).state == states.CANCELLED
    assert third.id not in rows(at)


def rows(at):
    return " ".join(bar.proto.text for bar in at.get("progress")).replace("\\", "")


def test_a_run_at_work_is_cancelled_and_the_page_then_shows_its_end(at_work, open_page, param):
    first, _ = at_work
    at = open_page("pages/train.py", watch=first.id)
    at.button(key=f"alive_cancel_{first.id}").click().run()
    assert not at.exception
    assert local.wait(first).state == states.CANCELLED
    at.run()
    assert param(at, "watch") == first.id
    assert ":material/block: **cancelled**" in texts(at)
    assert first.id not in rows(at)


def test_a_run_that_has_ended_meanwhile_is_told_when_it_is_cancelled(at_work, open_page):
    _, second = at_work
    at = open_page("pages/train.py", watch=second.id)
    local.cancel(second)
    at.button(key=f"alive_cancel_{second.id}").click().run()
    assert "is cancelled already; there is nothing to cancel" in texts(at)


def test_a_living_run_cannot_be_deleted_and_another_can_be_shown(at_work, open_page, param):
    first, second = at_work
    at = open_page("pages/train.py", watch=first.id)
    assert f"train_retry_{first.id}" not in [one.key for one in at.button]
    at.button(key=f"alive_show_{second.id}").click().run()
    assert param(at, "watch") == second.id
    at.button(key=f"train_delete_{second.id}_sure").click().run()
    assert "cancel it before deleting it" in texts(at)
    assert store.load(second.id).alive


def test_an_interrupted_run_is_resumed(ended, open_page, param):
    run = ended(states.INTERRUPTED, "the worker was killed (SIGKILL), by hand or by the system")
    at = open_page("pages/train.py")
    assert "The worker was killed (SIGKILL)" in at.error[0].value.replace("\\", "")
    assert "Resume goes on from its last checkpoint" in texts(at)
    at.button(key=f"train_resume_{run.id}").click().run()
    assert not at.exception
    assert param(at, "watch") == run.id
    assert local.wait(run).state == states.SUCCEEDED
    assert [one.id for one in store.list_all()] == [run.id]


def test_a_failed_run_is_tried_again_with_the_same_spec(ended, open_page, param):
    run = ended(states.FAILED, "the disk is full", seed=11)
    at = open_page("pages/train.py")
    assert "The disk is full. Edit and retry lets you change what was wrong" in texts(at)
    assert f"train_resume_{run.id}" not in [one.key for one in at.button]
    at.button(key=f"train_retry_{run.id}").click().run()
    newest = store.list_all()[0]
    assert newest.id != run.id
    assert newest.spec == run.spec
    assert param(at, "watch") == newest.id
    assert local.wait(newest).state == states.SUCCEEDED


def test_a_retry_that_cannot_be_is_told_in_one_line(ended, open_page, sample):
    from core.data import datasets

    run = ended(states.FAILED, "as it was")
    homes.import_part("other")
    datasets.delete("sample")
    at = open_page("pages/train.py")
    at.button(key=f"train_retry_{run.id}").click().run()
    assert "no dataset 'sample'" in texts(at)
    assert len(store.list_all()) == 1


def test_edit_and_retry_fills_the_form(ended, sample, open_page, param):
    changed = {"epochs": "9", "min_df": "3"}
    grouping = versions.load("raw")
    run = ended(states.CANCELLED, seed=11, test_share=0.3, target="group", grouping=grouping, overrides=changed)
    at = open_page("pages/train.py")
    at.button(key=f"train_edit_{run.id}").click().run()
    assert not at.exception
    assert [param(at, name) for name in ("target", "preset", "grouping", FROM)] == ["group", "default", "raw", run.id]
    assert f"Filled in from run **{run.id}**" in texts(at)
    assert at.number_input(key="train_seed").value == 11
    start(at)
    newest = store.list_all()[0]
    assert newest.id != run.id
    assert newest.spec == run.spec
    assert at.session_state[f"{PAGE}_{FROM}_kept"] is None
    local.cancel(newest)
    local.wait(newest)


def test_what_was_filled_in_can_be_cleared(ended, sample, open_page, param):
    run = ended(states.CANCELLED, seed=11, overrides={"epochs": "9"})
    at = open_page("pages/train.py", **{FROM: run.id})
    assert "Filled in from" in texts(at)
    at.button(key="train_clear").click().run()
    assert param(at, FROM) is None
    assert "Filled in from" not in texts(at)
    assert at.number_input(key="train_seed").value == 42
    start(at)
    newest = store.list_all()[0]
    assert newest.spec == plan(sample)
    local.cancel(newest)
    local.wait(newest)


def test_a_run_gets_a_name_and_a_note_and_both_are_shown_as_they_are(ended, open_page):
    run = ended(states.CANCELLED)
    at = open_page("pages/train.py")
    at.text_input(key=f"train_name_{run.id}").set_value(TITLE)
    at.text_area(key=f"train_note_{run.id}").set_value("first\n# second")
    button(at, "Save").click().run()
    assert not at.exception
    named = store.load(run.id)
    assert (named.name, named.note) == (TITLE, "first\n# second")
    assert at.subheader[1].value == "\\*Bold\\* \\<b\\>\\& \\[more\\]\\(x\\)"
    assert at.text[0].value == "first\n# second"
    assert at.dataframe[-1].value["title"].tolist() == [TITLE]
    other = ended(states.CANCELLED)
    at = open_page("pages/train.py", watch=other.id)
    at.text_input(key=f"train_name_{other.id}").set_value(TITLE)
    button(at, "Save").click().run()
    assert f"is taken by run {run.id}" in texts(at)
    assert store.load(other.id).name is None


def test_the_list_is_filtered_by_words_state_and_dataset(ended, open_page, param):
    failed, cancelled = ended(states.FAILED, "no more room"), ended(states.CANCELLED)
    at = open_page("pages/train.py")
    assert at.dataframe[-1].value["run"].tolist() == [cancelled.id, failed.id]
    assert "2 of 2 runs" in texts(at)
    at.text_input(key="train_find").set_value("ROOM more").run()
    assert at.dataframe[-1].value["run"].tolist() == [failed.id]
    assert "1 of 2 runs" in texts(at)
    assert param(at, "find") == "ROOM more"
    at.selectbox(key="train_state").set_value("cancelled").run()
    assert "No run is like that" in texts(at)
    at.text_input(key="train_find").set_value("").run()
    assert at.dataframe[-1].value["run"].tolist() == [cancelled.id]
    assert [param(at, name) for name in ("find", "state", "of")] == [None, "cancelled", None]
    at = open_page("pages/train.py", find="room", state="failed", of="sample")
    assert at.dataframe[-1].value["run"].tolist() == [failed.id]


def test_one_tick_shows_a_run_and_stays_out_of_the_way_afterwards(trained, open_page, param):
    at = open_page("pages/train.py")
    ids = [run.id for run in store.list_all()]
    assert at.dataframe[-1].value["run"].tolist() == ids
    tick(at, ids[1])
    assert param(at, "watch") == ids[1]
    assert ids[1] in at.subheader[1].value.replace("\\", "")
    tick(at)
    assert param(at, "watch") == ids[1]


def test_two_ticks_compare_two_runs_and_the_link_shows_the_same(trained, open_page, param):
    at = open_page("pages/train.py")
    newest, oldest = (run.id for run in store.list_all())
    tick(at, newest, oldest)
    assert param(at, "compare") == f"{newest},{oldest}"
    facts = at.dataframe[-1].value
    assert facts.loc[facts["field"] == "target", ["one", "other"]].values.tolist() == [["group", "category"]]
    assert set(facts["differs"]) == {"≠"}
    assert "seed" not in facts["field"].tolist()
    at.toggle(key="train_compare_all").set_value(True).run()
    facts = at.dataframe[-1].value.set_index("field")
    assert facts.loc["seed"].tolist() == ["", "Setting", "42", "42"]
    assert facts.loc["accuracy", "one"] == f"{store.load(newest).status['metrics']['accuracy']:.3f}"
    other = open_page("pages/train.py", compare=f"{newest},{oldest}")
    assert "Side by side" in [part.value for part in other.subheader]


def test_a_run_that_has_ended_is_deleted_after_a_question(ended, open_page):
    run = ended(states.FAILED, "it failed")
    at = open_page("pages/train.py")
    at.button(key=f"train_delete_{run.id}_sure").click().run()
    assert not at.exception
    assert store.list_all() == []
    assert "No run yet" in texts(at)


def test_a_run_that_is_spoiled_while_it_works_can_be_cancelled(at_work, open_page):
    first, second = at_work
    (first.path / "spec.json").write_text("{")
    at = open_page("pages/train.py", watch=second.id)
    at.button(key=f"train_damaged_{first.id}_cancel").click().run()
    assert not at.exception
    assert local.wait_for_end(first.id) == states.CANCELLED
    local.wait(local.cancel(second))


def test_what_keeps_the_queue_from_moving_is_told(at_work, open_page, monkeypatch):
    monkeypatch.setattr("core.runs.waiting.SPARE_DISK_BYTES", 10**18)
    at = open_page("pages/train.py")
    assert "Waiting runs start once there are 1,000,000,000 GB free" in at.warning[0].value.replace("\\", "")


def test_a_damaged_run_is_told_and_can_be_deleted(ended, open_page):
    whole, spoiled = ended(states.CANCELLED), ended(states.CANCELLED)
    spec = json.loads((spoiled.path / "spec.json").read_text())
    (spoiled.path / "spec.json").write_text(json.dumps({**spec, "seed": 7}))
    at = open_page("pages/train.py", watch=spoiled.id)
    assert "was changed since the run was queued" in texts(at)
    assert at.dataframe[-1].value["run"].tolist() == [whole.id]
    at.button(key=f"train_damaged_{spoiled.id}_sure").click().run()
    assert not at.exception
    assert not spoiled.path.exists()
    assert "Damaged" not in texts(at)


def test_log_history_and_command_stand_in_tabs(trained, open_page):
    at = open_page("pages/train.py")
    for name, words in (("Log", "vectorize"), ("As a command", "python -m core train --dataset sample")):
        at.session_state["train_tabs"] = name
        at.run()
        assert words in at.code[0].value
    at.session_state["train_tabs"] = "History"
    at.run()
    moves = next(one.value for one in at.dataframe if "State" in one.value)
    assert moves["State"].tolist() == ["queued", "running", "succeeded"]


def test_curves_are_drawn_for_what_was_reported(trained, open_page):
    at = open_page("pages/train.py")
    names = [json.loads(one.proto.spec)["encoding"]["y"]["title"] for one in at.get("vega_lite_chart")]
    assert names == ["Loss", "Learning rate"]


def test_without_a_dataset_the_next_step_is_told(nothing, open_page):
    assert open_page("pages/train.py").subheader[0].value == "No dataset yet"


def test_without_a_run_there_is_no_list(sample, open_page):
    at = open_page("pages/train.py")
    assert [part.value for part in at.subheader] == ["Start a run", "No run yet"]


def test_a_split_by_time_is_chosen_told_and_started(at_work, open_page):
    at = open_page("pages/train.py", split="past")
    assert "and learns from earlier ones alone" in texts(at)
    start(at)
    assert store.list_all()[0].spec.split.kind == "past"
    assert "and learns from earlier ones alone" not in texts(open_page("pages/train.py"))


def test_a_dataset_without_dates_cannot_be_split_by_time(home, tmp_path, open_page):
    (tmp_path / "undated.csv").write_text("headline,category\n" + "".join(f"t {n},{'AB'[n % 2]}\n" for n in range(20)))
    import_file(tmp_path / "undated.csv", "undated")
    (home / "data" / ".opened").touch()
    at = open_page("pages/train.py", split="past")
    assert "dataset 'undated' has no date, so its past cannot be told" in texts(at)
    assert button(at, "Start").disabled
