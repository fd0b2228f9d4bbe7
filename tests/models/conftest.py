"""A small newsroom: enough headlines to learn three labels from; and a DistilBERT small enough to train at once."""

import json

import pytest

from core.data.sample import SAMPLE_FILE
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
def tiny_checkpoint(tmp_path_factory):
    """Return the folder of a DistilBERT of 2 layers, 32 wide, with a WordPiece vocabulary of the sample."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import BertTokenizerFast, DistilBertConfig, DistilBertModel

    # Threads that wait for one another over so little work cost a busy machine more than they save.
    torch.set_num_threads(1)
    records = map(json.loads, SAMPLE_FILE.read_text(encoding="utf-8").rstrip("\n").split("\n"))
    sentences = [f"{record['headline']} {record['short_description']}" for record in records]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(
        sentences, trainers.WordPieceTrainer(vocab_size=1000, special_tokens=special, show_progress=False)
    )
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    folder = tmp_path_factory.mktemp("tiny-distilbert")
    BertTokenizerFast(tokenizer_object=tokenizer, model_max_length=64).save_pretrained(folder)
    torch.manual_seed(0)
    config = DistilBertConfig(
        vocab_size=tokenizer.get_vocab_size(), dim=32, hidden_dim=64, n_layers=2, n_heads=2, max_position_embeddings=64
    )
    DistilBertModel(config).save_pretrained(folder)
    return folder


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
        "epochs": "20",
        "batch_size": "6",
        "learning_rate": "5e-3",
        "validation_share": "0",
        "patience": "none",
        "head_learning_rate": "none",
    }
    return {"transformer": tiny}
