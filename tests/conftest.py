"""What all tests share: a home of their own, the real headlines where a machine has them, a tiny checkpoint."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from core.data.sample import SAMPLE_FILE
from core.runs import dispatcher, local
from core.storage import REPOSITORY, lock_holder, models_root

HOLDING = Path(__file__).parent / "holding"
REAL_FILE = REPOSITORY.parent / "shared" / "data" / "huffpost.jsonl.gz"

# A busy machine is no reason to fail, and a third of the usual examples (35 of 100) keeps the suite within its minutes.
# They are the same ones each time, so that what passed here passes there; HYPOTHESIS_PROFILE=search looks for others.
COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("copydesk", max_examples=35, derandomize=True, **COMMON)
settings.register_profile("search", max_examples=600, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "copydesk"))

# A home of a test holds what the test puts there; tests of the starter, and their processes, ask for it.
os.environ["COPYDESK_STARTER"] = "off"

# The folders whose files take longest, and wait most for other processes.
LONG = ("runs", "browser", "models", "pages", "cli")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first: what is short evens out when the processes of the suite come to their end."""

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        return LONG.index(folder) if folder in LONG else len(LONG)

    items.sort(key=place)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is COPYDESK_HOME for this test."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("COPYDESK_HOME", str(folder))
    return folder


@pytest.fixture
def real_file() -> Path:
    """Return the file of 167,622 real headlines, or skip."""
    if not REAL_FILE.is_file():
        pytest.skip(f"the real headlines are not on this machine ({REAL_FILE}); they are no part of the project")
    return REAL_FILE


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
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
    # Trained pieces of equal frequency come in any order: in that of the alphabet, tests see the same again.
    pieces = sorted(set(tokenizer.get_vocab()) - set(special))
    vocabulary = {piece: number for number, piece in enumerate([*special, *pieces])}
    tokenizer.model = models.WordPiece(vocabulary, unk_token="[UNK]")
    folder = tmp_path_factory.mktemp("tiny-distilbert")
    BertTokenizerFast(tokenizer_object=tokenizer, model_max_length=64).save_pretrained(folder)
    torch.manual_seed(0)
    config = DistilBertConfig(
        vocab_size=tokenizer.get_vocab_size(), dim=32, hidden_dim=64, n_layers=2, n_heads=2, max_position_embeddings=64
    )
    DistilBertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return ``hold(where, how="hold")``: workers started from then on stay there, see tests/holding."""

    def set_up(where: str, how: str = "hold") -> None:
        # A dispatcher that is still about would start them with what it was started with itself.
        for _ in range(600):
            if lock_holder(models_root() / dispatcher.LOCK) is None:
                break
            local.wait_a_moment(0.02)
        else:
            raise AssertionError("the dispatcher has not ended: a run is still alive")
        paths = [str(HOLDING), str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
        monkeypatch.setenv("COPYDESK_TEST_HOLD", f"{how} {where}")

    return set_up
