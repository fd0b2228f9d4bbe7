"""What the hub and its libraries refuse, said in one line with what to do."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from core.background import Cancelled
from core.errors import CopydeskError, InputError, one_line, shorten

OTHERWISE = "connect to the internet, or take an upload, a file on the server, or the sample"


@contextlib.contextmanager
def in_one_line(name: str, endpoint: str, *, config: str | None, revision: str) -> Iterator[None]:
    """Turn what is raised while the hub at ``endpoint`` is asked for a dataset into an InputError."""
    try:
        yield
    except (Cancelled, CopydeskError, MemoryError):
        raise
    # Their errors have no common base, and those of the HTTP client below them change with the version.
    except Exception as error:
        raise InputError(reason(error, name, endpoint, config=config, revision=revision)) from error


def reason(error: Exception, name: str, endpoint: str, *, config: str | None, revision: str) -> str:
    """Return what is to be said of an error of the hub or of its libraries."""
    from huggingface_hub import errors

    dataset, there = f"dataset {shorten(name)}", f"{endpoint}/datasets/{name}"
    text = one_line(str(error))
    if isinstance(error, errors.GatedRepoError):
        return (
            f"{dataset} is open only to those who accepted its terms; accept them at {there}, and set HF_TOKEN to "
            "your token"
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return f"{dataset} has no revision {shorten(revision)}; leave it out, or see {there}"
    if isinstance(error, errors.RepositoryNotFoundError):
        return (
            f"{dataset} is not on {endpoint}, or not public; check the name, or set HF_TOKEN to a token that may "
            "read it"
        )
    if "scripts are no longer supported" in text:
        return (
            f"{dataset} is read by code of its own, which Copydesk never runs; take another, or the revision "
            "refs/convert/parquet of it, where the hub keeps one"
        )
    if isinstance(error, errors.HfHubHTTPError):
        return f"{dataset}: {endpoint} answers {shorten(text, 160)}; try again later, or {OTHERWISE}"
    if isinstance(error, FileNotFoundError):
        return f"{dataset} holds no file of records that can be read; see {there}"
    if isinstance(error, ValueError) and "onfig" in text and (found := re.search(r"\[.*\]", text)):
        which = f"no configuration {shorten(config)}" if config else "several configurations"
        return f"{dataset} has {which}; name one of {found.group()[:300]}"
    if isinstance(error, ConnectionError) or type(error).__module__.startswith("httpx"):
        return f"{endpoint} cannot be reached ({type(error).__name__}); {OTHERWISE}"
    return f"{dataset} cannot be read ({type(error).__name__}: {shorten(text, 200)}); take another, or another split"
