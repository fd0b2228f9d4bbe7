"""Pages run by Streamlit's own test runner, on a folder of their own."""

import pytest
from streamlit.testing.v1 import AppTest

from core.storage import REPOSITORY
from tests import homes

SECONDS = 60


@pytest.fixture
def open_page():
    """Run a page and return it; it must not have ended with a traceback."""

    def run(name, **query):
        at = AppTest.from_file(str(REPOSITORY / name), default_timeout=SECONDS)
        for key, value in query.items():
            at.query_params[key] = value
        return checked(at.run())

    return run


def checked(at):
    assert not at.exception, at.exception[0].value
    return at


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory):
    """A folder with the sample and two finished runs, one of each target."""
    return homes.trained(tmp_path_factory, {}, {"target": "group"})


@pytest.fixture
def trained(trained_home, monkeypatch):
    monkeypatch.setenv("COPYDESK_HOME", str(trained_home))
    return trained_home


@pytest.fixture
def sample(home):
    (home / "data").mkdir()
    (home / "data" / ".opened").touch()
    return homes.import_part()


@pytest.fixture
def nothing(home):
    """A folder in which everything was deleted: the app has been opened before."""
    (home / "data").mkdir()
    (home / "data" / ".opened").touch()
    return home


@pytest.fixture
def param():
    """Return what the URL says: Streamlit's test runner gives a list or a text."""

    def read(at, name):
        found = at.query_params.get(name)
        return found[0] if isinstance(found, list) else found

    return read
