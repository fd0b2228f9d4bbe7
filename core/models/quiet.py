"""Hugging Face's libraries without bars and advice: what matters, Copydesk says itself."""

from __future__ import annotations


def quiet_libraries() -> None:
    """Turn off progress bars and everything below an error, for this process."""
    from datasets.utils.logging import disable_progress_bar
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    disable_progress_bar()
