"""Models: what there is, what can be done with it, and what is told where something is damaged."""

import shutil

import pytest

from core import background
from core.data import server_files
from core.inference import score_jobs
from core.inference.export_forms import FORMS
from core.inference.handed_on import root
from core.runs import registry, store
from tests import homes

PAGE = "pages/models.py"


def texts(at):
    """Return all that the page says."""
    return "\n".join(str(one.value) for one in [*at.markdown, *at.caption, *at.error, *at.warning])


def plain(at):
    """Return all that the page says, without the marks that keep text as it is."""
    return texts(at).replace("\\", "")


@pytest.fixture
def own(trained_home, home, monkeypatch):
    """A home of two finished runs that may be changed; returns the newest of them, and the other."""
    homes.copy(trained_home, home)
    monkeypatch.setenv("COPYDESK_HOME", str(home))
    return store.list_all()


def test_a_model_is_marked_named_retired_and_brought_back(own, open_page, param):
    newest, other = own
    at = open_page(PAGE, model=newest.id)
    shown = at.dataframe[0].value
    assert shown["name"].tolist() == [newest.id, other.id]
    assert shown["mark"].tolist() == ["default", ""]
    assert param(at, "model") == newest.id
    assert "#### Intended use" in texts(at)
    at.button(key="models_default").click().run()
    assert registry.read().default == newest.id
    at.button(key="models_no_default").click().run()
    assert registry.read().default is None
    at.text_input(key=f"models_name_{newest.id}").set_value(":red[Desk] *one*")
    next(one for one in at.button if one.label == "Save").click().run()
    assert store.load(newest.id).name == ":red[Desk] *one*"
    assert at.subheader[0].value == r"\:red\[Desk\] \*one\*"
    at.button(key="models_retire").click().run()
    assert not at.exception
    assert registry.read().retired == (newest.id,)
    # It is the one that is shown, so the retired ones are unfolded.
    assert at.toggle(key="models_retired_shown").label == "Show 1 retired"
    at.button(key="models_bring_back").click().run()
    assert registry.read().retired == ()


def test_where_it_came_from_its_files_and_a_bundle(own, open_page):
    other = own[1]
    at = open_page(PAGE, model=other.id, part="Where from")
    assert f"Fingerprint of its content: `{other.spec.fingerprint}`" in texts(at)
    assert "The dataset is here, as sample" in plain(at)
    at = open_page(PAGE, model=other.id, part="Files")
    assert "model/model.safetensors" in at.dataframe[-1].value["name"].tolist()
    assert set(at.dataframe[-1].value["permissions"]) == {"-rw-r--r--"}
    at = open_page(PAGE, model=other.id, part="Hand on")
    assert at.segmented_control(key="models_form").options == [form.title for form in FORMS if "logistic" in form.load]
    at.button(key="models_pack").click().run()
    assert "README.md" in at.dataframe[-1].value["name"].tolist()
    assert len(list(root().glob(f"*/{other.id}.zip"))) == 1


def test_a_registry_that_cannot_be_read_stops_nothing(own, home, open_page):
    registry.retire(own[1])
    (home / "models" / "registry.json").write_text("{")
    at = open_page(PAGE)
    assert "registry.json cannot be read" in plain(at)
    assert len(at.dataframe[0].value) == 2
    assert at.button(key="models_default").disabled
    at.button(key="models_new_registry").click().run()
    assert not at.error
    assert registry.read() == registry.Registry()
    assert [path.read_text() for path in (home / "models").glob("registry.json.damaged-*")] == ["{"]


def test_a_model_whose_files_are_gone_is_told(own, open_page):
    newest, other = own
    shutil.rmtree(newest.path / "model")
    shutil.rmtree(newest.path / "evaluation")
    (other.path / "spec.json").write_text("{")
    at = open_page(PAGE, model=newest.id)
    assert "This model cannot answer: model/config.json" in plain(at)
    assert f"1 run is damaged, and left out: {other.id}" in plain(at)
    at = open_page(PAGE, model=newest.id, part="Hand on")
    at.button(key="models_pack").click().run()
    assert not at.exception
    assert "is missing since the run ended" in plain(at)
    assert not list(root().iterdir())


def test_without_a_model_the_next_step_is_told(nothing, open_page):
    assert open_page(PAGE, model="gone").subheader[0].value == "No model yet"


def test_a_file_of_the_server_is_scored_and_its_files_offered(own, tmp_path, open_page, monkeypatch):
    monkeypatch.setattr(background, "start", lambda *_, **__: None)
    (tmp_path / "few.csv").write_text("words,headline\na,Senate Votes\nb,\n")
    monkeypatch.setenv(server_files.VARIABLE, str(tmp_path))
    at = open_page(PAGE, model=own[0].id, part="Score a file", source="File on the server", written=".jsonl")
    at.selectbox(key="models_score_server_file").set_value("few.csv").run()
    at.button(key="models_score_start").click().run()
    assert not at.exception
    (job,) = score_jobs.list_all()
    assert at.button(key=f"models_score_again_{job.id}").label == "Go on"
    score_jobs.main([str(job.folder)])
    at.run()
    assert (job.order.headline, job.order.ending, job.order.grouping) == ("headline", ".jsonl", "huffpost-12")
    assert f"few.csv: 1 row, 1 could not be scored · by {own[0].id} under huffpost-12" in plain(at)
    assert [one.label.split(" ")[0] for one in at.get("download_button")] == ["Result", "Not"]
    at.button(key=f"models_score_remove_{job.id}").click().run()
    assert score_jobs.list_all() == []


def test_a_file_without_headlines_asks_for_their_column(own, tmp_path, open_page, monkeypatch):
    (tmp_path / "few.csv").write_text("words,more\na,b\n")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no")
    monkeypatch.setenv(server_files.VARIABLE, str(tmp_path))
    at = open_page(PAGE, part="Score a file", source="File on the server")
    at.selectbox(key="models_score_server_file").set_value("few.csv").run()
    assert "No column is named like a headline" in plain(at)
    at.button(key="models_score_another").click().run()
    at.selectbox(key="models_score_server_file").set_value("bad.parquet").run()
    assert "bad.parquet" in at.error[0].value.replace("\\", "")
    assert not at.exception
