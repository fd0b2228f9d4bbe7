"""Order, slots and locks of the queue, with real processes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import InputError
from core.runs import local, slots, states, store, waiting
from core.storage import REPOSITORY
from tests.runs.conftest import (
    HELD,
    dispatcher_pid,
    in_another_process,
    in_phase,
    in_state,
    kill,
    release,
    until,
    wait_for,
)

RUNS_EACH = 20


def test_forty_runs_of_two_processes_are_distinct_and_never_more_than_the_slots_at_once(few, monkeypatch):
    monkeypatch.setenv("COPYDESK_SLOTS", "2")
    script = (
        "import json, sys; from core.data import datasets\n"
        "from core.runs import local; from core.runs.spec import plan\n"
        "spec = plan(datasets.load('few')); print('ready', flush=True); sys.stdin.readline()\n"
        f"print(json.dumps([local.submit(spec).id for _ in range({RUNS_EACH})]))"
    )
    submitters = [in_another_process(script, stdin=subprocess.PIPE) for _ in range(2)]
    assert [one.stdout.readline() for one in submitters] == ["ready\n"] * 2
    for one in submitters:
        one.stdin.write("go\n")
        one.stdin.flush()
    ids = [run_id for one in submitters for run_id in json.loads(one.communicate()[0])]
    assert len(set(ids)) == len(store.run_ids()) == 2 * RUNS_EACH
    assert len({run.sequence for run in store.list_all()}) == 2 * RUNS_EACH
    # Enough of them to the end; that the others wait is as telling.
    wait_for(lambda: sum(run.state == states.SUCCEEDED for run in store.list_all()) >= 5, "five finished runs")
    for run in waiting.in_order(store.list_all()):
        local.cancel(run)
    wait_for(lambda: not any(run.alive for run in store.list_all()), "the end of all runs")
    spans = [
        (run.status["started_at"], run.status["finished_at"]) for run in store.list_all() if "started_at" in run.status
    ]
    assert max(sum(begin <= moment < end for begin, end in spans) for moment, _ in spans) == 2
    ended = {run.state for run in store.list_all()}
    assert ended <= {states.SUCCEEDED, states.CANCELLED}
    assert all(len(run.status["history"]) <= 3 for run in store.list_all())


def test_no_two_dispatchers_act_however_many_are_started(held):
    held()
    first = dispatcher_pid()
    others = [in_another_process("from core.runs.dispatcher import main; raise SystemExit(main())") for _ in range(4)]
    assert [one.wait() for one in others] == [0] * 4
    assert dispatcher_pid() == first


def test_runs_start_in_the_order_of_priority_and_then_of_the_queue(held, start):
    first = held()
    low, usual, urgent = start(priority=-1), start(), start(priority=5)
    last = start()
    assert waiting.places(store.list_all()) == {urgent.id: 1, usual.id: 2, last.id: 3, low.id: 4}
    local.put_first(low)
    local.set_priority(usual, -7)
    order = [low, urgent, last, usual]
    assert [run.id for run in waiting.in_order(store.list_all())] == [run.id for run in order]
    for run in order:
        release(run)
    release(first)
    begun = [local.wait(run).status["started_at"] for run in order]
    assert begun == sorted(begun)


def test_only_a_waiting_run_has_a_priority_to_change(held):
    with pytest.raises(InputError, match="is running; only a run that waits has a priority"):
        local.set_priority(held(), 1)


def test_a_clock_that_is_set_back_does_not_change_the_order(held, start, monkeypatch):
    from core.runs import clock

    held()
    early = start()
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: "2001-01-01T00:00:00.000+00:00")
        late = start()
    assert late.status["created_at"] < early.status["created_at"]
    assert waiting.places(store.list_all()) == {early.id: 1, late.id: 2}
    assert [run.id for run in store.list_all()][:2] == [late.id, early.id]


def test_more_slots_let_more_runs_work_at_once(held, start, monkeypatch):
    monkeypatch.setenv("COPYDESK_SLOTS", "2")
    first = held()
    second, third = start(), start()
    until(second, in_phase(HELD))
    assert store.load(third.id).state == states.QUEUED
    assert store.load(first.id).state == states.RUNNING


@pytest.mark.parametrize("value", ["0", "-1", "two", "²"])
def test_a_wrong_number_of_slots_is_refused(home, monkeypatch, value):
    monkeypatch.setenv("COPYDESK_SLOTS", value)
    with pytest.raises(InputError, match="set it to a whole number from 1"):
        slots.ask_for_slots()
    assert list(home.iterdir()) == []


def test_the_number_of_slots_that_was_asked_for_last_counts(home, monkeypatch):
    assert slots.cpu_slots() == 1
    for asked, counts in (("3", 3), ("", 3), ("2", 2), (None, 2)):
        monkeypatch.delenv("COPYDESK_SLOTS", raising=False)
        if asked is not None:
            monkeypatch.setenv("COPYDESK_SLOTS", asked)
        slots.ask_for_slots()
        assert slots.cpu_slots() == counts
    (home / "models" / ".slots" / "number").write_text("many")
    assert slots.cpu_slots() == 1


def test_more_slots_that_are_asked_for_count_at_once_in_a_queue_under_way(held, start, monkeypatch):
    held()
    second = start()
    assert second.state == states.QUEUED
    monkeypatch.setenv("COPYDESK_SLOTS", "2")
    third = start()
    until(second, in_phase(HELD))
    assert store.load(third.id).state == states.QUEUED


@pytest.mark.parametrize(
    ("visible", "found"),
    [("0", ["0"]), ("1,0", ["1", "0"]), ("GPU-ab12, 3", ["GPU-ab12", "3"]), ("0,-1,2", ["0"]), ("", []), ("-1", [])],
)
def test_the_gpus_are_those_that_cuda_may_see(monkeypatch, visible, found):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert slots.gpus() == found


def test_a_machine_without_gpus_has_none(monkeypatch, tmp_path):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert slots.gpus() == []


def test_a_gpu_is_free_only_when_the_last_child_that_may_hold_its_memory_is_gone(home, monkeypatch, tmp_path):
    monkeypatch.setattr(slots, "GPU_LOCKS", tmp_path)
    slot = slots.take(slots.GPU, ["7"])
    assert (slot.devices, slot.environment()["CUDA_VISIBLE_DEVICES"]) == (("7",), "7")
    assert slots.take(slots.GPU, ["7"]) is None
    # A worker that forks, as a data loader does, and ends before its child.
    script = "import os, sys\nif os.fork(): os._exit(0)\nprint('child', flush=True); sys.stdin.read()"
    worker = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=slot.descriptors,
        text=True,
    )
    assert worker.stdout.readline() == "child\n"
    assert worker.wait() == 0
    slot.close()
    assert slots.take(slots.GPU, ["7"]) is None
    worker.stdin.close()
    assert worker.stdout.read() == ""
    wait_for(lambda: slots.take(slots.GPU, ["7"]), "a free GPU").close()


def test_a_run_that_wants_a_gpu_gets_one_where_there_is_one_and_a_cpu_slot_elsewhere(few):
    from core.runs.spec import plan

    spec = plan(few).model_copy(update={"device": "gpu"})
    assert slots.kind_of(spec, ["0"]) == slots.GPU
    assert slots.kind_of(spec, []) == slots.CPU
    every = spec.model_copy(update={"device": "gpus"})
    assert [slots.kind_of(every, devices) for devices in (["0"], [])] == [slots.GPUS, slots.CPU]
    assert slots.kind_of(plan(few), ["0"]) == slots.CPU


def test_one_run_for_each_gpu_and_none_of_them_in_the_way_of_a_cpu_run(few, hold, start, monkeypatch, tmp_path):
    from core.runs.spec import plan

    # The lock files alone are real here: no worker of these touches a GPU.
    names = [f"test-{tmp_path.parent.name}-{number}" for number in range(2)]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", ",".join(names))
    hold(HELD)
    spec = plan(few).model_copy(update={"device": "gpu"})
    wanting = [local.submit(spec) for _ in range(3)]
    on_cpu = start()
    for run in (*wanting[:2], on_cpu):
        until(run, in_phase(HELD))
    assert store.load(wanting[2].id).state == states.QUEUED
    seen = {environment_of(store.load(run.id).status["pid"])["CUDA_VISIBLE_DEVICES"] for run in wanting[:2]}
    assert seen == set(names)
    for name in names:
        assert slots.take(slots.GPU, [name]) is None
    assert environment_of(store.load(on_cpu.id).status["pid"])["CUDA_VISIBLE_DEVICES"] == ""
    release(wanting[0])
    assert until(wanting[2], in_state(states.RUNNING))
    for name in names:
        slots.gpu_lock(name).unlink()


def test_all_gpus_are_taken_together_or_none_of_them(home, monkeypatch, tmp_path):
    monkeypatch.setattr(slots, "GPU_LOCKS", tmp_path)
    one = slots.take(slots.GPU, ["1"])
    assert slots.take(slots.GPUS, ["0", "1", "2"]) is None
    # What was locked on the way there is free again.
    for name in ("0", "2"):
        slots.take(slots.GPU, [name]).close()
    one.close()
    every = slots.take(slots.GPUS, ["0", "1", "2"])
    assert every.environment()["CUDA_VISIBLE_DEVICES"] == "0,1,2"
    assert slots.take(slots.GPU, ["0", "1", "2"]) is None
    assert slots.take(slots.GPUS, ["2"]) is None
    every.close()
    slots.take(slots.GPUS, ["0", "1", "2"]).close()


def test_a_worker_keeps_all_its_gpus_until_it_ends(home, monkeypatch, tmp_path):
    monkeypatch.setattr(slots, "GPU_LOCKS", tmp_path)
    slot = slots.take(slots.GPUS, ["0", "1"])
    script = "import sys; print('up', flush=True); sys.stdin.read()"
    worker = in_another_process(script, stdin=subprocess.PIPE, pass_fds=slot.descriptors)
    assert worker.stdout.readline() == "up\n"
    slot.close()
    assert [slots.take(slots.GPU, [name]) for name in ("0", "1")] == [None, None]
    assert worker.communicate()[0] == ""
    slots.take(slots.GPUS, ["0", "1"]).close()


def test_a_run_on_all_gpus_lets_none_behind_it_onto_one_of_them(few, hold, start, monkeypatch, tmp_path):
    from core.runs.spec import plan

    # The lock files alone are real here: no worker of these touches a GPU.
    names = [f"test-{tmp_path.parent.name}-all-{number}" for number in range(2)]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", ",".join(names))
    hold(HELD)
    on_one, on_all = (plan(few).model_copy(update={"device": device}) for device in (slots.GPU, slots.GPUS))
    first = until(local.submit(on_one), in_phase(HELD))
    every, behind = local.submit(on_all), local.submit(on_one)
    until(start(), in_phase(HELD))
    assert [store.load(run.id).state for run in (every, behind)] == [states.QUEUED, states.QUEUED]
    release(first)
    until(every, in_phase(HELD))
    assert environment_of(store.load(every.id).status["pid"])["CUDA_VISIBLE_DEVICES"] == ",".join(names)
    assert store.load(behind.id).state == states.QUEUED
    release(every)
    until(behind, in_phase(HELD))
    for name in names:
        slots.gpu_lock(name).unlink()


def environment_of(pid):
    path = Path(f"/proc/{pid}/environ")
    if not path.exists():
        pytest.skip("this system does not show the environment of a process")
    entries = path.read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def test_a_dispatcher_that_a_worker_started_sees_the_gpus_that_the_first_one_saw(few, hold, start, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5")
    hold(HELD)
    until(start(), in_phase(HELD))
    first = dispatcher_pid()
    kill(first)
    second = wait_for(lambda: (found := dispatcher_pid()) not in (None, first) and found, "a new dispatcher")
    environment = environment_of(second)
    assert environment["CUDA_VISIBLE_DEVICES"] == "5"
    assert not {"COPYDESK_RUN", slots.OUTSIDE} & environment.keys()


def test_fewer_slots_than_before_count_those_that_are_still_taken(home, monkeypatch):
    (home / "models").mkdir()
    monkeypatch.setenv("COPYDESK_SLOTS", "3")
    taken = [slots.take(slots.CPU, []) for _ in range(3)]
    assert slots.take(slots.CPU, []) is None
    taken[0].close()
    monkeypatch.setenv("COPYDESK_SLOTS", "2")
    assert slots.take(slots.CPU, []) is None
    taken[1].close()
    freed = slots.take(slots.CPU, [])
    assert freed is not None
    assert slots.take(slots.CPU, []) is None
    freed.close()
    taken[2].close()


def test_the_dispatcher_and_the_worker_come_up_without_anything_slow():
    script = (
        "import sys, core.runs.dispatcher, core.runs.worker\n"
        "print(sorted({'numpy', 'pandas', 'pyarrow', 'sklearn', 'scipy', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
