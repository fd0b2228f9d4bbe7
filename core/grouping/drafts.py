"""Edits in progress: kept on disk from the first step on, so that no rerun, reload or kill loses one.

A draft is a file of its own, ``groupings/.drafts/<id>.json``. It holds what each step changed, with
undo and redo. Two who store the same draft both keep theirs: the second goes on under a new id.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import CopydeskError, DamagedError, InputError, NotFound, shorten
from core.grouping import edits
from core.grouping.grouping import Grouping
from core.storage import groupings_root, read_json, write_json

FOLDER = ".drafts"
ID = re.compile(r"[0-9a-f]{12}")
MOST_STEPS = 100


@dataclass(frozen=True)
class State:
    """A grouping's mapping at one moment, and the edit that led there ("" for the first)."""

    mapping: Mapping[str, str]
    what: str = ""


@dataclass(frozen=True)
class Draft:
    """An edit in progress.

    Attributes
    ----------
    id: 12 hex digits.
    base: the saved or built-in grouping that the edit began from.
    states: all that can be undone or redone, in order; the first is no edit, at most `MOST_STEPS` follow.
    position: which of the states is in force.
    revision: how often it was stored; 0 for one that is not on disk.
    fingerprint: of the dataset that was on screen when it began.
    changed_at: ISO time in UTC of the last store; "" before.
    """

    id: str
    base: Grouping
    states: tuple[State, ...]
    position: int = 0
    revision: int = 0
    fingerprint: str = ""
    changed_at: str = ""

    @property
    def grouping(self) -> Grouping:
        """The grouping as it is now, under the name of the base."""
        return Grouping(self.base.name, self.states[self.position].mapping, self.base.version, self.base.note)

    @property
    def can_undo(self) -> bool:
        return self.position > 0

    @property
    def can_redo(self) -> bool:
        return self.position < len(self.states) - 1

    @property
    def undoes(self) -> str:
        """What the next undo takes back, "" when there is nothing."""
        return self.states[self.position].what if self.can_undo else ""

    @property
    def redoes(self) -> str:
        """What the next redo does again, "" when there is nothing."""
        return self.states[self.position + 1].what if self.can_redo else ""

    @property
    def changes(self) -> dict[str, tuple[str, str]]:
        """Category -> (group in the base, group now), for those that differ."""
        return edits.changed(self.base, self.grouping)

    @property
    def changed(self) -> bool:
        """Whether any category is in a group of another name than in the base."""
        return bool(self.changes)

    def do(self, grouping: Grouping, what: str) -> Draft:
        """Return the draft one step further; what had been undone is gone, the oldest step beyond the limit too.

        A step that changes nothing is none.
        """
        if grouping.mapping == self.states[self.position].mapping:
            return self
        states = (*self.states[: self.position + 1], State(grouping.mapping, what))[-(MOST_STEPS + 1) :]
        return replace(self, states=states, position=len(states) - 1)

    def undo(self) -> Draft:
        """Return the draft with its last step taken back; the draft itself when there is none."""
        return replace(self, position=self.position - 1) if self.can_undo else self

    def redo(self) -> Draft:
        """Return the draft with the step done again that was undone last; itself when there is none."""
        return replace(self, position=self.position + 1) if self.can_redo else self


def begin(base: Grouping, fingerprint: str = "") -> Draft:
    """Return a draft of ``base`` without a step; it is not on disk before `store`."""
    return Draft(_new_id(), base, (State(base.mapping),), fingerprint=fingerprint)


def store(draft: Draft) -> Draft:
    """Write ``draft`` and return it as it is on disk, with its next revision.

    When another revision of it was stored since it was read, that one stays and this one is
    written under a new id, which the caller can see and tell.
    """
    folder = groupings_root() / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            stored = replace(draft, changed_at=datetime.now(UTC).isoformat(timespec="seconds"))
            if _revision_on_disk(draft.id) not in (None, draft.revision):
                stored = replace(stored, id=_new_id(), revision=0)
            stored = replace(stored, revision=stored.revision + 1)
            write_json(_path(stored.id), _document(stored))
    except OSError as error:
        raise InputError(
            f"the draft cannot be kept in {folder} ({error.strerror}); make room there, then edit again"
        ) from error
    return stored


def load(draft_id: str) -> Draft:
    """Return the draft with this id.

    Raises NotFound when there is none, DamagedError when its file is not one of a draft.
    """
    if not ID.fullmatch(draft_id) or not _path(draft_id).is_file():
        raise NotFound(f"there is no unsaved draft {shorten(draft_id)}; it was saved or discarded, choose another")
    document = read_json(_path(draft_id))
    try:
        return _draft(draft_id, document)
    except (KeyError, TypeError, ValueError, AttributeError, InputError) as error:
        raise DamagedError(f"{_path(draft_id)} is not a draft of a grouping ({error!r}); delete it") from error


def list_all() -> list[Draft]:
    """Return the drafts that can be read, the one that was stored last first."""
    folder = groupings_root() / FOLDER
    found = []
    for path in folder.glob("*.json") if folder.is_dir() else ():
        # Discarded meanwhile, damaged, or of another kind: none that anybody could resume.
        with contextlib.suppress(CopydeskError):
            found.append(load(path.stem))
    return sorted(found, key=lambda draft: (draft.changed_at, draft.id), reverse=True)


def discard(draft: Draft) -> None:
    """Remove ``draft`` from disk, unless somebody has stored another revision of it since."""
    folder = groupings_root() / FOLDER
    if not folder.is_dir():
        return
    with _locked(folder):
        if _revision_on_disk(draft.id) == draft.revision:
            _path(draft.id).unlink(missing_ok=True)


def _new_id() -> str:
    return secrets.token_hex(6)


def _path(draft_id: str) -> Path:
    return groupings_root() / FOLDER / f"{draft_id}.json"


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock under which drafts are compared and replaced; it dies with the process."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _revision_on_disk(draft_id: str) -> int | None:
    """Return the revision of the stored draft, None when there is none, -1 when it cannot be read."""
    try:
        return load(draft_id).revision
    except NotFound:
        return None
    except DamagedError:
        return -1


def _document(draft: Draft) -> dict[str, Any]:
    """Return the draft as JSON; of each state only what it changes, for 100 whole mappings are megabytes."""
    before = [draft.base.mapping, *(state.mapping for state in draft.states)]
    return {
        "base": {
            "name": draft.base.name,
            "version": draft.base.version,
            "note": draft.base.note,
            "mapping": dict(draft.base.mapping),
        },
        "states": [
            {"what": state.what, "changes": _delta(earlier, state.mapping)}
            for earlier, state in zip(before, draft.states, strict=False)
        ],
        "position": draft.position,
        "revision": draft.revision,
        "fingerprint": draft.fingerprint,
        "changed_at": draft.changed_at,
    }


def _delta(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str | None]:
    """Return category -> group for those that differ, None for those that are no longer named."""
    named = {category: group for category, group in after.items() if before.get(category) != group}
    return named | dict.fromkeys(category for category in before if category not in after)


def _draft(draft_id: str, document: Any) -> Draft:
    """Return the draft that `_document` wrote; any of a few exceptions for another document."""
    base = document["base"]
    version = None if base["version"] is None else _count(base["version"])
    grouping = Grouping(_text(base["name"]), _mapping(base["mapping"]), version, _text(base["note"]))
    states, mapping = [], dict(grouping.mapping)
    for state in document["states"]:
        mapping = mapping | state["changes"]
        mapping = {category: group for category, group in mapping.items() if group is not None}
        states.append(State(_mapping(mapping), _text(state["what"])))
    position = _count(document["position"])
    if not position < len(states) <= MOST_STEPS + 1:
        raise ValueError(f"state {position} of {len(states)}")
    return Draft(
        draft_id,
        grouping,
        tuple(states),
        position,
        _count(document["revision"]),
        _text(document["fingerprint"]),
        datetime.fromisoformat(document["changed_at"]).isoformat(timespec="seconds"),
    )


def _mapping(value: Any) -> Mapping[str, str]:
    """Return a checked, read-only mapping in its one order."""
    return Grouping("", value).mapping


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(f"{value!r} is no count")
    return value
