"""Bundles: the same bytes for the same run, a script that needs no Copydesk, and nothing that a foreign one can do."""

import hashlib
import io
import json
import os
import pickle
import stat
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import CopydeskError, InputError, NotFound
from core.inference import bundle_import
from core.inference.bundle import entries_of, write_bundle
from core.inference.bundle_import import import_bundle
from core.inference.card import card
from core.inference.classify import load_model
from core.runs import store

TEXTS = ["Roses bloom early", "A gull at the quay", "İstanbul: ferries, ferries", "", "42 Tulips!"]


@pytest.fixture(scope="module")
def packed(newsroom, tmp_path_factory):
    """Return the bundle of the run of `newsroom`."""
    path = tmp_path_factory.mktemp("bundle") / "run.zip"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_HOME", str(newsroom))
        write_bundle(store.list_all()[0], path)
    return path


def contents(path):
    """Return name -> content of a .zip."""
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def pack(path, files, *, sealed=True, **changes):
    """Write ``files`` as a .zip; ``sealed``: with a bundle.json that fits them, changed by ``changes``."""
    if sealed:
        told = {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
            if name != "bundle.json"
        }
        document = {**json.loads(files["bundle.json"]), "files": told, **changes}
        files = {**files, "bundle.json": json.dumps(document).encode()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def nothing_in(home):
    """Tell whether no run, whole or half, lies in the home."""
    models = home / "models"
    return not models.exists() or not [path for path in models.iterdir() if path.is_dir()]


def test_the_same_run_gives_the_same_bytes(trained, packed, tmp_path):
    entries = write_bundle(trained, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()
    assert entries == entries_of(packed)
    assert [entry.name for entry in entries] == sorted(entry.name for entry in entries)
    assert {(entry.permissions, entry.time) for entry in entries} == {("-rw-r--r--", "1980-01-01 00:00:00")}


def test_it_holds_what_the_run_is_made_of(trained, packed):
    found = contents(packed)
    for name in ("spec.json", "manifest.json", "model/model.safetensors", "evaluation/probabilities.npy"):
        assert found[name] == (trained.path / name).read_bytes()
    assert json.loads(found["labels.json"])["labels"] == ["GARDEN", "HARBOUR"]
    assert found["README.md"].decode().startswith(f"# {trained.id}\n")
    assert not {"pid", "host", "started"} & json.loads(found["status.json"]).keys()
    files = json.loads(found["bundle.json"])["files"]
    assert files.keys() == found.keys() - {"bundle.json"}
    assert all(files[name]["sha256"] == hashlib.sha256(found[name]).hexdigest() for name in files)


def test_in_another_home_it_answers_to_the_last_bit(trained, packed, home):
    """``home`` is another one than that of ``trained``: the last fixture sets it."""
    before = load_model(trained).classifier.predict_proba(TEXTS)
    run = import_bundle(packed)
    assert run.path == home / "models" / trained.id
    assert (run.spec, run.state, run.status["metrics"]) == (trained.spec, "succeeded", trained.status["metrics"])
    np.testing.assert_array_equal(load_model(run).classifier.predict_proba(TEXTS), before)
    write_bundle(run, home / "again.zip")
    assert (home / "again.zip").read_bytes() == packed.read_bytes()
    with pytest.raises(InputError, match="is here already"):
        import_bundle(packed)


def test_its_script_needs_the_libraries_of_the_model_alone(trained, packed, tmp_path):
    folder, libraries = tmp_path / "unpacked", tmp_path / "libraries"
    libraries.mkdir()
    for name in ("numpy", "safetensors"):
        place = Path(find_spec(name).origin).parent
        for one in [place, place.parent / f"{name}.libs"]:
            if one.exists():
                (libraries / one.name).symlink_to(one)
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)
    program = (
        "import json, sys; sys.path.insert(0, '.'); from predict import predict\n"
        "print(json.dumps(predict(json.load(sys.stdin))))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        cwd=folder,
        env={"PYTHONPATH": str(libraries), "PATH": os.environ["PATH"]},
        input=json.dumps(TEXTS),
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    classifier = load_model(trained).classifier
    for (label, probabilities), own in zip(json.loads(done.stdout), classifier.predict_proba(TEXTS), strict=True):
        assert list(probabilities) == list(classifier.labels)
        np.testing.assert_allclose(list(probabilities.values()), own, atol=1e-6)
        assert label == classifier.labels[int(np.argmax(list(probabilities.values())))]


def with_npy_of_objects(files):
    """Return the files with probabilities that numpy would have to unpickle."""
    stream = io.BytesIO()
    np.save(stream, np.array([print], dtype=object), allow_pickle=True)
    return {**files, "evaluation/probabilities.npy": stream.getvalue()}


def with_shape_of_many(content):
    """Return an .npy that tells of 10^12 rows."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f2", "fortran_order": False, "shape": (10**12, 2)})
    return stream.getvalue()


def remade(files, name=None, change=None):
    """Return the files with one changed, JSON as a document, and a manifest that fits them."""
    if name is not None:
        document = name.endswith(".json")
        content = json.dumps(change(json.loads(files[name]))).encode() if document else change(files[name])
        files = {**files, name: content}
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {
        one: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for one, content in files.items()
        if one.startswith(("model/", "evaluation/"))
    }
    return {**files, "manifest.json": json.dumps(manifest).encode()}


def run_of(files):
    """Return the id of the run in the files."""
    return json.loads(files["bundle.json"])["run"].encode()


FOREIGN = {
    "climbs out": (lambda files: {**files, "model/../../../evil.json": b"{}"}, "is no part of a bundle"),
    "absolute": (lambda files: {**files, "/tmp/evil.json": b"{}"}, "is no part of a bundle"),
    "of Windows": (lambda files: {**files, "model\\..\\evil.json": b"{}"}, "is no part of a bundle"),
    "a program": (lambda files: {**files, "model/evil.py": b"print()"}, "is of a kind that is not taken"),
    "a pickle by name": (lambda files: {**files, "model/m.pkl": pickle.dumps(1)}, "is of a kind that is not taken"),
    "a pickle in disguise": (lambda files: {**files, "model/m.json": pickle.dumps(1)}, "is a pickle"),
    "an array of objects": (with_npy_of_objects, "evaluation/probabilities.npy was changed since the run ended"),
    "code of its own": (
        lambda files: {**files, "model/other.json": b'{"auto_map": {"AutoModel": "evil.Evil"}}'},
        "model/other.json was added since the run ended",
    ),
    "a model that is gone": (
        lambda files: {name: content for name, content in files.items() if name != "model/model.safetensors"},
        "model/model.safetensors is missing since the run ended",
    ),
    "no spec": (
        lambda files: {name: content for name, content in files.items() if name != "spec.json"},
        "entry 'spec.json' is missing",
    ),
    "another spec": (
        lambda files: {**files, "spec.json": files["spec.json"].replace(b'"seed": 42', b'"seed": 43', 1)},
        "spec.json was changed since the run was queued",
    ),
    "a program to load": (
        lambda files: remade(files, "model/config.json", lambda one: one | {"deep": [{"auto_map": {"A": "evil.E"}}]}),
        r"model/config.json asks for code of its own \(auto_map\), which is never run",
    ),
    "another model to load": (
        lambda files: remade({**files, "model/adapter_config.json": b"{}"}),
        "model/adapter_config.json asks for another model",
    ),
    "no labels": (
        lambda files: remade(files, "evaluation/evaluation.json", lambda one: {}),
        r"its files do not fit together \(KeyError\)",
    ),
    "categories of its own": (
        lambda files: remade(files, "evaluation/rows.parquet", lambda one: one.replace(b"GARDEN", b"GARDEM")),
        "its evaluation has categories that its spec does not know",
    ),
    "an array of many": (
        lambda files: remade(files, "evaluation/probabilities.npy", with_shape_of_many),
        r"its files do not fit together \((ValueError|OSError)\)",
    ),
    "nothing but brackets": (
        lambda files: {**files, "spec.json": b"[" * 99_999},
        r"its files do not fit together \(RecursionError\)",
    ),
    "in a file": (lambda files: {**files, "model/a.json": b"{}", "model/a.json/b.json": b"{}"}, "lies in another file"),
    "the starter": (
        lambda files: {**files, "bundle.json": files["bundle.json"].replace(run_of(files), b"starter")},
        "it is the starter, which is part of each Copydesk",
    ),
    "not finished": (
        lambda files: {**files, "status.json": files["status.json"].replace(b'"succeeded"', b'"failed"', 1)},
        "its run is failed, and only one that succeeded can be handed on",
    ),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_bundle_is_refused_and_leaves_nothing(packed, home, tmp_path, name):
    change, message = FOREIGN[name]
    foreign = pack(tmp_path / "foreign.zip", change(contents(packed)))
    with pytest.raises(InputError, match=message):
        import_bundle(foreign)
    assert nothing_in(home)
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "it is of format '2', and this version of Copydesk reads 1; update Copydesk"),
        ({"run": "../../evil"}, "its entry 'bundle.json' names no run"),
        ({"run": None}, "its entry 'bundle.json' names no run"),
    ],
    ids=["newer", "climbs out", "nameless"],
)
def test_a_bundle_that_tells_other_things(packed, home, tmp_path, changes, message):
    with pytest.raises(InputError, match=message):
        import_bundle(pack(tmp_path / "foreign.zip", contents(packed), **changes))
    assert nothing_in(home)


def test_a_link_is_refused(packed, home, tmp_path):
    path = pack(tmp_path / "foreign.zip", contents(packed))
    link = zipfile.ZipInfo("model/link.json")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(InputError, match=r"'model/link\.json' is a link or a folder"):
        import_bundle(path)
    assert nothing_in(home)


def test_a_bomb_is_refused_before_it_is_unpacked(packed, home, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle_import, "HARMLESS", 1000)
    files = {**contents(packed), "model/bomb.json": bytes(5_000_000)}
    with pytest.raises(InputError, match=r"'model/bomb.json' unpacks to 5,000,000 bytes, over 200 times its size"):
        import_bundle(pack(tmp_path / "bomb.zip", files))
    monkeypatch.setattr(bundle_import, "MOST_BYTES", 1000)
    with pytest.raises(InputError, match="a bundle may have 1,000"):
        import_bundle(packed)
    assert nothing_in(home)


def test_many_small_ones_are_a_bomb_too(packed, home, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle_import, "HARMLESS", 500_000)
    files = {**contents(packed), **{f"model/{number}.json": bytes(400_000) for number in range(50)}}
    with pytest.raises(InputError, match="over 200 times its size; it is no bundle"):
        import_bundle(pack(tmp_path / "bomb.zip", files))


def test_a_list_of_very_many_is_not_read(packed, home, monkeypatch):
    monkeypatch.setattr(bundle_import, "MOST_LIST_BYTES", 1000)
    with pytest.raises(InputError, match=r"cannot be read as a \.zip \(it lists its entries in 1,\d+ bytes\)"):
        import_bundle(packed)


def test_only_the_usual_way_of_packing_is_taken(packed, home, tmp_path):
    files = contents(packed)
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    with pytest.raises(InputError, match="is packed in a way that bundles are not"):
        import_bundle(path)


@pytest.mark.parametrize("name", ["starter", "of mine", "x" * 61], ids=["starter", "taken", "long"])
def test_a_name_that_it_may_not_have_is_left_out(packed, home, tmp_path, name):
    """A run that is called as another one's name or id would answer in its place."""
    mine = import_bundle(packed)
    store.rename(mine, "of mine")
    files = {**contents(packed), "about.json": json.dumps({"name": name, "note": "a note"}).encode()}
    run = import_bundle(pack(tmp_path / "named.zip", files, run="20200101-000000-logistic-abcd"))
    assert (run.name, run.note) == (None, "a note")
    assert store.find("of mine").id == mine.id


def test_where_its_data_came_from_is_text_or_nothing(packed, home, tmp_path):
    files = {**contents(packed), "origin.json": b'{"source": {"a": 1}, "licence": 5, "period": [1, 2, 3]}'}
    run = import_bundle(pack(tmp_path / "named.zip", files))
    assert "source: not recorded" in card(run)


def test_a_place_that_cannot_be_written(trained):
    with pytest.raises(InputError, match=r"'/proc/run\.zip' cannot be written \(.*\); choose another place"):
        write_bundle(trained, Path("/proc/run.zip"))


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"hello", b"\x80\x04N."], ids=["empty", "cut", "text", "pickle"]
)
def test_what_is_no_zip(home, tmp_path, content):
    (tmp_path / "no.zip").write_bytes(content)
    with pytest.raises(InputError, match=r"no\.zip' cannot be read as a \.zip"):
        import_bundle(tmp_path / "no.zip")
    with pytest.raises(NotFound, match=r"there is no file '.*gone\.zip'"):
        import_bundle(tmp_path / "gone.zip")


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_changed_bit_is_found_or_changes_nothing(packed, home, tmp_path, place, bit):
    """A bit of the .zip's own book-keeping, such as a time, may change nothing; then the run is the same."""
    content = bytearray(packed.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    (tmp_path / "changed.zip").write_bytes(content)
    try:
        run = import_bundle(tmp_path / "changed.zip")
    except CopydeskError as error:
        assert "\n" not in str(error)
        assert nothing_in(home)
        return
    files = contents(packed)
    for name in ("spec.json", "model/model.safetensors", "model/vocabulary.json", "evaluation/probabilities.npy"):
        assert (run.path / name).read_bytes() == files[name]
    store.delete(run.id)


NAMES = st.one_of(
    st.sampled_from(
        ["../evil", "model/../../evil", "/evil", "model/evil/", "model//evil.json", "model/.evil", "C:\\evil"]
    ),
    # zipfile itself cuts a name at a null byte, and stumbles where nothing is before it.
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.text(alphabet="./\\model", min_size=1, max_size=20),
)


@given(names=st.lists(NAMES, min_size=1, max_size=3, unique=True), content=st.binary(max_size=50))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_entry_ever_gets_out_of_the_folder(packed, home, tmp_path, names, content):
    files = {**contents(packed), **dict.fromkeys(names, content)}
    before = sorted(map(str, tmp_path.rglob("*")))
    try:
        foreign = pack(packed.parent / "foreign.zip", files)
    except (ValueError, UnicodeEncodeError):
        return
    with pytest.raises(InputError):
        import_bundle(foreign)
    foreign.unlink()
    after = [path for path in map(str, tmp_path.rglob("*")) if "/models" not in path]
    assert sorted(after) == [path for path in before if "/models" not in path]
    assert nothing_in(home)
