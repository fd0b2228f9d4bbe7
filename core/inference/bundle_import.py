"""A bundle becomes a run again, once everything in it was checked; a bundle is never trusted, and nothing in it is run.

Whoever made it may mean harm. So before a byte is written the list of entries is looked at: their number, names,
kinds, sizes and how much they unpack to. What is unpacked goes into a folder under construction, byte by byte against
the size and hash that bundle.json tells, and only kinds of files that cannot hold code are taken. The run is then
read as any other: spec, status, manifest, model, probabilities. It appears whole, or nothing of it does.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from core.data.readers import shown_path
from core.errors import InputError, NotFound, is_disk_full, shorten
from core.evaluation.temperature import CALIBRATION
from core.inference.bundle import BUNDLE, CARD, FORMAT, GROUPING, LABELS, METRICS, READING, SCRIPT
from core.inference.bundled_run import check_run
from core.inference.card import ORIGIN
from core.runs import about, starter, status, store
from core.runs.manifest import MANIFEST
from core.runs.store import SPEC, Run
from core.storage import building, models_root

# What is put into the run; what a bundle holds besides is made of it, and left out.
KEPT = (SPEC, status.STATUS, MANIFEST, about.ABOUT, CALIBRATION, ORIGIN)
DERIVED = (BUNDLE, CARD, SCRIPT, READING, LABELS, GROUPING, METRICS)
NAME = re.compile(r"(model|evaluation)(/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){1,3}")
# None of these is a program, or anything that Python unpickles.
ENDINGS = (".json", ".safetensors", ".parquet", ".npy", ".txt", ".model", ".jinja")
PICKLE = re.compile(rb"\x80[\x02-\x05]")
MOST_ENTRIES, MOST_BYTES, MOST_BUNDLE_BYTES = 500, 20 << 30, 4 << 20
HARMLESS, MOST_TIMES = 64 << 20, 200
ENCRYPTED = 1
# Others are slow to unpack, or take any amount of memory for it.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
PIECE = 1 << 20
MOST_LIST_BYTES = PIECE


def import_bundle(path: Path) -> Run:
    """Return the run that the bundle at ``path`` becomes, under the id that it had.

    Raises NotFound or InputError, one line, for whatever is wrong with it; nothing is left behind then.
    """
    shown = shown_path(path)
    if not path.is_file():
        raise NotFound(f"there is no file {shown}; check the path")
    try:
        with _Sparing(io.FileIO(path)) as file, zipfile.ZipFile(file) as archive:
            infos = _checked(archive.infolist(), path.stat().st_size, shown)
            bundle = _bundle(archive, infos, shown)
            return _import(archive, infos, bundle, shown)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise InputError(f"{shown} cannot be read as a .zip ({error}); get it again") from error
    except OSError as error:
        if is_disk_full(error):
            raise InputError(f"there is no room for the run of {shown}; free some first") from error
        raise InputError(f"{shown} cannot be read ({error.strerror or error}); get it again") from error


class _Sparing(io.BufferedReader):
    """A file that is not read in pieces longer than a bundle's list of entries, which zipfile reads at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read on; BadZipFile for a list of millions, which would be made in memory before it can be counted."""
        if size is not None and size > MOST_LIST_BYTES:
            raise zipfile.BadZipFile(f"it lists its entries in {size:,} bytes")
        return super().read(size)


def _checked(infos: list[zipfile.ZipInfo], size: int, shown: str) -> dict[str, zipfile.ZipInfo]:
    """Return name -> entry, once nothing about the list of a .zip of ``size`` bytes speaks against unpacking it."""
    if len(infos) > MOST_ENTRIES:
        raise InputError(f"{shown} holds {len(infos):,} entries, a bundle at most {MOST_ENTRIES}; it is none")
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename
        if name in found:
            raise _refused(shown, name, "is there twice")
        if name not in (*KEPT, *DERIVED) and not (NAME.fullmatch(name) and ".." not in name):
            raise _refused(shown, name, "is no part of a bundle")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.is_dir() or kind not in (0, stat.S_IFREG):
            raise _refused(shown, name, "is a link or a folder, and only files are taken")
        if name not in DERIVED and not name.endswith(ENDINGS):
            raise _refused(shown, name, f"is of a kind that is not taken; a run has {', '.join(ENDINGS)}")
        if info.compress_type not in METHODS:
            raise _refused(shown, name, "is packed in a way that bundles are not; pack it as a plain .zip")
        if info.flag_bits & ENCRYPTED:
            raise _refused(shown, name, "is encrypted; unpack it and pack it without a password")
        if info.file_size > HARMLESS and info.file_size > MOST_TIMES * max(info.compress_size, 1):
            raise _refused(shown, name, f"unpacks to {info.file_size:,} bytes, over {MOST_TIMES} times its size")
        found[name] = info
    inside = next((name for name in found if any(parent in found for parent in _parents(name))), None)
    if inside is not None:
        raise _refused(shown, inside, "lies in another file")
    total = sum(info.file_size for info in infos)
    # Of many small ones too, or of entries that share their bytes.
    if total > HARMLESS and total > MOST_TIMES * size:
        raise InputError(f"{shown} unpacks to {total:,} bytes, over {MOST_TIMES} times its size; it is no bundle")
    if total > MOST_BYTES:
        raise InputError(f"{shown} unpacks to {total:,} bytes; a bundle may have {MOST_BYTES:,}")
    return found


def _parents(name: str) -> list[str]:
    return [str(parent) for parent in PurePosixPath(name).parents]


def _refused(shown: str, name: str, why: str) -> InputError:
    return InputError(f"{shown} is not imported: its entry {shorten(name, 100)} {why}")


def _bundle(archive: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo], shown: str) -> dict[str, Any]:
    """Return bundle.json, checked: a format that is known, and size and hash of every other entry."""
    if BUNDLE not in infos or infos[BUNDLE].file_size > MOST_BUNDLE_BYTES:
        raise InputError(f"{shown} is not imported: it has no {BUNDLE}, so it is no bundle of Copydesk")
    try:
        document = json.loads(b"".join(_pieces(archive, infos[BUNDLE], shown)))
    except (ValueError, RecursionError) as error:
        raise _refused(shown, BUNDLE, f"cannot be read ({shorten(str(error))})") from error
    if not isinstance(document, dict) or not isinstance(document.get("files"), dict):
        raise _refused(shown, BUNDLE, "does not name the files of a bundle")
    if document.get("format") != FORMAT:
        raise InputError(
            f"{shown} is not imported: it is of format {shorten(str(document.get('format')))}, and this version of "
            f"Copydesk reads {FORMAT}; update Copydesk"
        )
    run_id, files = document.get("run"), document["files"]
    if not isinstance(run_id, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{3,63}", run_id):
        raise _refused(shown, BUNDLE, "names no run")
    unlike = sorted(files.keys() ^ (infos.keys() - {BUNDLE}))
    if unlike:
        missing = unlike[0] in files
        raise _refused(shown, unlike[0], "is missing" if missing else f"does not stand in {BUNDLE}")
    for name in (SPEC, status.STATUS, MANIFEST):
        if name not in files:
            raise _refused(shown, name, "is missing")
    return document


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo, shown: str) -> Iterator[bytes]:
    """Yield the content of an entry; InputError when it is longer than its size in the list, or damaged."""
    done = 0
    try:
        with archive.open(info) as source:
            while piece := source.read(PIECE):
                done += len(piece)
                if done > info.file_size:
                    break
                yield piece
    except (zipfile.BadZipFile, EOFError, RuntimeError, zlib.error) as error:
        raise _refused(shown, info.filename, f"is damaged ({error}); get the bundle again") from error
    if done != info.file_size:
        raise _refused(shown, info.filename, "has another size than it tells; get the bundle again")


def _import(archive: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo], bundle: dict[str, Any], shown: str) -> Run:
    run_id = bundle["run"]
    if run_id == starter.ID:
        raise InputError(f"{shown} is not imported: it is the {starter.ID}, which is part of each Copydesk")
    if run_id in store.run_ids():
        raise InputError(f"{shown} is not imported: run {run_id} is here already; delete it first, or keep it")
    models_root().mkdir(parents=True, exist_ok=True)
    try:
        with building(models_root() / run_id) as work:
            for name, info in infos.items():
                _unpack(archive, info, bundle["files"].get(name), work, shown)
            try:
                check_run(work, run_id)
            except InputError as error:
                raise InputError(f"{shown} is not imported: {error}") from error
    except FileExistsError as error:
        raise InputError(f"{shown} is not imported: run {run_id} is here already") from error
    return store.load(run_id)


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, told: Any, work: Path, shown: str) -> None:
    """Check an entry against bundle.json, and write it into the run if it is one of its files."""
    name = info.filename
    if name == BUNDLE:
        return
    if not isinstance(told, dict) or told.get("bytes") != info.file_size:
        raise _refused(shown, name, f"is not of the size that {BUNDLE} tells; it was changed")
    target = None
    if name not in DERIVED:
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.open("wb")
    try:
        _copy(_pieces(archive, info, shown), target, told.get("sha256"), name, shown)
    finally:
        if target is not None:
            target.close()


def _copy(pieces: Iterator[bytes], target: IO[bytes] | None, sha256: Any, name: str, shown: str) -> None:
    digest = hashlib.sha256()
    for number, piece in enumerate(pieces):
        if number == 0 and PICKLE.match(piece):
            raise _refused(shown, name, "is a pickle, which could run any program")
        digest.update(piece)
        if target is not None:
            target.write(piece)
    if digest.hexdigest() != sha256:
        raise _refused(shown, name, f"is not what {BUNDLE} tells by its hash; it was changed")
