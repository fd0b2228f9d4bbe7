"""What is said of a run on its page."""

from core.runs import states, status, store
from core.runs.spec import SpecGrouping, TrainingSpec
from core.ui import run_facts

SPEC = TrainingSpec(dataset="d", fingerprint="f", categories=("A", "B"), grouping=SpecGrouping(name="raw"))


def test_memory_of_both_kinds_and_how_busy_the_gpu_is(home):
    run = store.create(SPEC)
    status.move(run.path, states.RUNNING)
    figures = {"peak_memory_bytes": 2_000_000_000, "gpu_memory_bytes": 3.5e9, "gpu_utilization": 0.874}
    status.record_progress(run.path, {"phase": "fit", "step": 1, "total": 9, **figures})
    told = "peak memory 2.0 GB · GPU memory 3.5 GB · GPU 87 % busy · 1.5 MB on disk"
    assert run_facts.room(store.load(run.id), 1_500_000) == told


def test_on_a_cpu_no_gpu_is_spoken_of(home):
    assert run_facts.room(store.create(SPEC), 1000) == "1.0 kB on disk"
