"""Texts as token numbers, once for each dataset and tokenizer, in an Arrow file that is mapped into memory."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.models.checkpoint_folder import TOKENIZERS
from core.models.classifier import Report
from core.storage import building, home

if TYPE_CHECKING:
    from datasets import Dataset

BATCH = 1000
KEPT = 4
FILE = "tokens.arrow"
TOKENIZER_FILES = (*TOKENIZERS, "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "merges.txt")


def cache_root() -> Path:
    """Return the folder of the tokenized datasets; it may be deleted at any time."""
    return home() / "cache" / "tokens"


def clean(text: str) -> str:
    """Return ``text`` with lone halves of surrogate pairs replaced, which no tokenizer takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def fingerprint(texts: Sequence[str], folder: Path, max_length: int) -> str:
    """Return what the tokens depend on as one hash: the texts in order, the tokenizer's files, the length."""
    digest = hashlib.sha256(f"1 {max_length} {version('tokenizers')} {version('transformers')}".encode())
    for name in TOKENIZER_FILES:
        if (folder / name).is_file():
            digest.update(f"\0{name}\0".encode() + hashlib.sha256((folder / name).read_bytes()).digest())
    for text in texts:
        data = clean(text).encode("utf-8")
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def tokenized(texts: Sequence[str], folder: Path, tokenizer: Any, max_length: int, report: Report) -> Dataset:
    """Return ``texts`` as a dataset of ``input_ids`` and ``length``, from the cache when they were tokenized before.

    ``report`` hears of the phase "tokenize", in rows; what it raises leaves nothing behind.
    """
    from datasets import Dataset

    report("tokenize", 0, max(len(texts), 1))
    place = cache_root() / fingerprint(texts, folder, max_length)
    if not (place / FILE).is_file():
        # Whoever was faster has written the same.
        with contextlib.suppress(FileExistsError), building(place) as work:
            _write(texts, tokenizer, max_length, work / FILE, report)
    os.utime(place)
    _forget_oldest(place.parent)
    report("tokenize", max(len(texts), 1), max(len(texts), 1), rows=len(texts))
    return Dataset.from_file(str(place / FILE))


def _write(texts: Sequence[str], tokenizer: Any, max_length: int, path: Path, report: Report) -> None:
    """Write the tokens of ``texts`` batch by batch."""
    from datasets import Dataset, Features, List, Value

    # A name of our own: made up by `datasets`, it would pickle the function, report and all.
    Dataset.from_dict({"text": [clean(text) for text in texts]}).map(
        _tokens_of(tokenizer, max_length, report, len(texts)),
        batched=True,
        with_indices=True,
        batch_size=BATCH,
        remove_columns=["text"],
        features=Features({"input_ids": List(Value("int32")), "length": Value("int32")}),
        cache_file_name=str(path),
        new_fingerprint=hashlib.sha256(str(path).encode()).hexdigest()[:32],
    )


def _tokens_of(tokenizer: Any, max_length: int, report: Report, total: int) -> Callable[..., dict[str, Any]]:
    """Return the function that `datasets` maps over the texts."""

    def tokens(batch: dict[str, list[str]], rows: list[int]) -> dict[str, Any]:
        report("tokenize", rows[0], total, rows=rows[0])
        found = token_numbers(tokenizer, batch["text"], max_length)
        return {"input_ids": found, "length": [len(numbers) for numbers in found]}

    return tokens


def token_numbers(tokenizer: Any, texts: list[str], max_length: int) -> list[list[int]]:
    """Return the numbers of the tokens of each text, with those that mark begin and end, cut to ``max_length``."""
    return tokenizer(
        texts, truncation=True, max_length=max_length, return_attention_mask=False, return_token_type_ids=False
    )["input_ids"]


def _forget_oldest(root: Path) -> None:
    """Keep those that were used last."""
    folders = [path for path in root.iterdir() if not path.name.startswith(".")]
    for path in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
