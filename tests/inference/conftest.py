"""What tests of inference share: a finished run that takes no second, and the starter."""

import pandas as pd
import pytest

from core.data.importing import import_file
from core.runs import local, store
from core.runs.spec import plan

SUBJECTS = {
    "GARDEN": ["Roses bloom", "Beans climb", "Tulips open"],
    "HARBOUR": ["Ferries wait", "Gulls return", "Tugboats idle"],
}


@pytest.fixture(scope="session")
def newsroom(tmp_path_factory):
    """Return the home of a dataset of 60 rows and a run trained on it, made once and not to be changed."""
    home = tmp_path_factory.mktemp("newsroom") / "home"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(home))
        rows = [
            {
                "headline": f"{words} at the {place}, No. {number}",
                "category": category,
                "date": f"2020-01-{number + 1:02}",
            }
            for category, both in SUBJECTS.items()
            for words in both
            for number, place in enumerate(["wall", "quay"] * 5)
        ]
        file = home.parent / "newsroom.csv"
        pd.DataFrame(rows).to_csv(file, index=False)
        dataset = import_file(file, "newsroom")
        run = local.submit(plan(dataset))
        assert local.wait_for_end(run.id) == "succeeded"
    return home


@pytest.fixture
def trained(newsroom, monkeypatch):
    """Return the run of `newsroom`."""
    monkeypatch.setenv("COPYDESK_HOME", str(newsroom))
    return store.list_all()[0]
