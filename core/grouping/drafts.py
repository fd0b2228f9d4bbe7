"""Edits in progress: kept on disk from the first step on, so that no rerun, reload or kill loses one.

A draft is a file of its own, ``groupings/.drafts/<id>.json``. It holds what each step changed, with
undo and redo. Two who store the same draft both keep theirs: the second goes on under a new id.
What is discarded lies in ``groupings/.drafts/discarded`` for 30 days, from where it can be brought back.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import CopydeskError, DamagedError, InputError, NotFound, shorten
from core.grouping import edits
from core.grouping.builtin import BUILTIN
from core.grouping.grouping import Grouping
from core.storage import groupings_root, read_json, write_json

FOLDER, DISCARDED = ".drafts", "discarded"
KEPT_DAYS = 30
ID = re.compile(r"[0-9a-f]{12}")
MOST_STEPS = 100


@dataclass(frozen=True)
class State:
    """A grouping at one moment.

    Attributes
    ----------
    what: the edit that led there; "" for the first.
    name: what to save it as, where a file or another version was taken in; None for the base's.
    note: the note that came with that file or version; None for the base's.
    """

    mapping: Mapping[str, str]
    what: str = ""
    name: str | None = None
    note: str | None = None


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
        now = self.states[self.position]
        untouched = now.note is None and now.mapping == self.base.mapping
        note = self.base.note if untouched else self.note
        return Grouping(self.base.name, now.mapping, self.base.version, note)

    @property
    def name(self) -> str:
        """What to save it as unless somebody says otherwise; "" for an edit of a built-in grouping."""
        own = "" if self.base.name in BUILTIN else self.base.name
        return self.states[self.position].name or own

    @property
    def note(self) -> str:
        """The note to save it with under `name`: what was taken in brought its own, a built-in one passes on none."""
        taken, own = self.states[self.position].note, "" if self.base.name in BUILTIN else self.base.note
        return own if taken is None else taken

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

    @functools.cached_property
    def changes(self) -> dict[str, tuple[str, str]]:
        """Category -> (group in the base, group now), for those that differ."""
        return edits.changed(self.base, self.grouping)

    @property
    def changed(self) -> bool:
        """Whether any category is in a group of another name than in the base."""
        return bool(self.changes)

    def do(self, grouping: Grouping, what: str, *, name: str | None = None, note: str | None = None) -> Draft:
        """Return the draft one step further; what had been undone is gone, the oldest step beyond the limit too.

        ``name`` and ``note`` are what to save it as from there on; None for those that it has. A step
        that changes nothing is none.
        """
        now = self.states[self.position]
        then = State(grouping.mapping, what, now.name if name is None else name, now.note if note is None else note)
        if then == replace(now, what=what):
            return self
        states = (*self.states[: self.position + 1], then)[-(MOST_STEPS + 1) :]
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
        if ID.fullmatch(draft_id) and _discarded_path(draft_id).is_file():
            raise NotFound(f"draft {draft_id} was discarded; bring it back from the discarded ones")
        raise NotFound(
            f"there is no unsaved draft {shorten(draft_id)}; it was saved or removed, edit the grouping anew"
        )
    return _read(_path(draft_id))


def list_all() -> list[Draft]:
    """Return the drafts that can be read, the one that was stored last first."""
    return _list(groupings_root() / FOLDER)


def list_discarded() -> list[Draft]:
    """Return the drafts that can be brought back, the one that was stored last first."""
    return [draft for draft in _list(groupings_root() / FOLDER / DISCARDED) if not _is_old(_discarded_path(draft.id))]


def remove(draft: Draft) -> None:
    """Remove ``draft`` from disk for good, unless somebody has stored another revision of it since."""
    folder = groupings_root() / FOLDER
    if not folder.is_dir():
        return
    with _locked(folder):
        if _revision_on_disk(draft.id) == draft.revision:
            _path(draft.id).unlink(missing_ok=True)


def discard(draft: Draft) -> bool:
    """Set ``draft`` aside, where `restore` finds it for `KEPT_DAYS`; what was set aside before that is removed.

    Returns False, and leaves it, when somebody has stored another revision of it since.
    """
    folder = groupings_root() / FOLDER
    if not folder.is_dir():
        return True
    with _locked(folder):
        on_disk = _revision_on_disk(draft.id)
        if on_disk == draft.revision:
            (folder / DISCARDED).mkdir(exist_ok=True)
            os.replace(_path(draft.id), _discarded_path(draft.id))
            os.utime(_discarded_path(draft.id))
        for path in (folder / DISCARDED).glob("*.json"):
            if _is_old(path):
                path.unlink(missing_ok=True)
    return on_disk in (None, draft.revision)


def restore(draft_id: str) -> Draft:
    """Bring a discarded draft back and return it, under another id where its own is in use again.

    Raises NotFound when it is not among the discarded.
    """
    if not ID.fullmatch(draft_id) or not _discarded_path(draft_id).is_file():
        raise NotFound(
            f"there is no discarded draft {shorten(draft_id)}; it was brought back, or removed after a while"
        )
    with _locked(groupings_root() / FOLDER):
        draft = _read(_discarded_path(draft_id))
        if _path(draft_id).exists():
            draft = replace(draft, id=_new_id())
        os.replace(_discarded_path(draft_id), _path(draft.id))
    return draft


def _list(folder: Path) -> list[Draft]:
    found = []
    for path in folder.glob("*.json") if folder.is_dir() else ():
        # Gone meanwhile, damaged, or of another kind: none that anybody could resume.
        with contextlib.suppress(CopydeskError, OSError):
            marks = path.stat()
            found.append(_read_once(path, (marks.st_ino, marks.st_mtime_ns, marks.st_size)))
    return sorted(found, key=lambda draft: (draft.changed_at, draft.id), reverse=True)


@functools.lru_cache(maxsize=512)
def _read_once(path: Path, marks: tuple[int, ...]) -> Draft:
    """Return the draft in a file; ``marks`` has it read again when it was written again."""
    return _read(path)


def _read(path: Path) -> Draft:
    if not ID.fullmatch(path.stem):
        raise DamagedError(f"{path} is not called as a draft is; delete it")
    document = read_json(path)
    try:
        return _draft(path.stem, document)
    except (KeyError, TypeError, ValueError, AttributeError, InputError) as error:
        raise DamagedError(f"{path} is not a draft of a grouping ({error!r}); delete it") from error


def _is_old(discarded: Path) -> bool:
    """Tell whether a discarded draft has lain there for its time, or is gone."""
    try:
        return time.time() - discarded.stat().st_mtime > KEPT_DAYS * 86_400
    except FileNotFoundError:
        return True


def _new_id() -> str:
    return secrets.token_hex(6)


def _path(draft_id: str) -> Path:
    return groupings_root() / FOLDER / f"{draft_id}.json"


def _discarded_path(draft_id: str) -> Path:
    return groupings_root() / FOLDER / DISCARDED / f"{draft_id}.json"


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
            {"what": state.what, "name": state.name, "note": state.note, "changes": _delta(earlier, state.mapping)}
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
        # Those of before there were a name and a note of a step hold neither.
        taken = [None if (text := state.get(key)) is None else _text(text) for key in ("name", "note")]
        states.append(State(_mapping(mapping), _text(state["what"]), *taken))
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
