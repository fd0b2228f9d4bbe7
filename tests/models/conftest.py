"""A small newsroom: enough headlines to learn three labels from."""

import pytest

from core.models import registry

SUBJECTS = {
    "GARDEN": ["Roses", "Tulips", "Old Apple Trees", "Beans"],
    "HARBOUR": ["Ferries", "Tugboats", "The Lighthouse", "Gulls"],
    "MUSIC": ["Fiddlers", "Choirs", "A Young Drummer", "Brass Bands"],
}
ENDINGS = {
    "GARDEN": ["bloom early this spring", "need water, growers say", "climb the wall again"],
    "HARBOUR": ["wait for calmer seas", "return to the quay at dawn", "crowd the harbour: what now?"],
    "MUSIC": ["play to a full hall", "rehearse a new song", "don't stop the music"],
}
ROWS = [
    (f"{subject} {ending}", label)
    for label, subjects in SUBJECTS.items()
    for subject in subjects
    for ending in ENDINGS[label]
]


@pytest.fixture(scope="session")
def texts():
    return [text for text, _ in ROWS]


@pytest.fixture(scope="session")
def y():
    return [label for _, label in ROWS]


@pytest.fixture(scope="session")
def train(texts, y):
    """Return a function that trains a preset on the small newsroom, or on other rows."""

    def fitted(preset="default", *, on=None, labels=None, seed=42, report=None, **overrides):
        settings = registry.settings_from("logistic", preset, {key: str(value) for key, value in overrides.items()})
        return registry.fit("logistic", on or texts, labels or y, settings, seed=seed, report=report)

    return fitted


@pytest.fixture(scope="session", params=["default", "notebook"])
def trained(request, train):
    """Return a model of each preset."""
    return train(request.param)


@pytest.fixture(scope="session")
def cache_home(tmp_path_factory):
    """Return the COPYDESK_HOME of this session's tests of models: tokens are cached there, not in the repository."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("COPYDESK_HOME", str(folder))
        patch.setenv("OMP_NUM_THREADS", "1")
        yield folder


@pytest.fixture(scope="session")
def fast(tiny_checkpoint, cache_home):
    """Return the settings, as text, with which a model learns the small newsroom in a second."""
    tiny = {
        "checkpoint": str(tiny_checkpoint),
        "max_length": "32",
        "epochs": "28",
        "batch_size": "6",
        "learning_rate": "5e-3",
        "validation_share": "0",
        "patience": "none",
        "head_learning_rate": "none",
    }
    return {"transformer": tiny}
