"""``grouping``: three formats in and out, versions, and what lies between two groupings."""

import json

import pytest

from core.grouping.builtin import HUFFPOST_12

YAML = "note: by desk\ngroups:\n  DESK: [A, B]\n  OTHER: [C]\n"
CSV = "group;category\nDESK;A\nDESK;B\nOTHER;C\n"
JSON = json.dumps({"A": "DESK", "B": "DESK", "C": "OTHER"})


def refused(done):
    assert (done.status, done.out) == (2, "")
    assert done.err.count("\n") == 1
    return done.err.removeprefix("error: ").rstrip("\n")


@pytest.fixture
def desks(core, tmp_path):
    """Two versions of desks: B goes to OTHER, and DESK is called MAIN."""
    for number, text in enumerate([YAML, "MAIN: [A]\nOTHER: [B, C]\n"]):
        (tmp_path / f"{number}.yaml").write_text(text)
        assert core("grouping", "save", tmp_path / f"{number}.yaml", "--name", "desks").status == 0
    return core


@pytest.mark.parametrize(("name", "text"), [("g.yaml", YAML), ("g.csv", CSV), ("g.json", JSON)])
def test_all_formats_are_saved(core, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    saved = core("grouping", "save", tmp_path / name, "--name", "desks", "--json").json
    assert saved["members"] == {"DESK": ["A", "B"], "OTHER": ["C"]}
    assert saved["note"] == ("by desk" if text == YAML else "")


@pytest.mark.parametrize("form", ["yaml", "csv", "json"])
def test_what_show_prints_save_reads(core, tmp_path, form):
    shown = core("grouping", "show", "huffpost-12", "--format", form).out
    (tmp_path / f"again.{form}").write_text(shown)
    saved = core("grouping", "save", tmp_path / f"again.{form}", "--name", "again", "--json").json
    assert saved["mapping"] == dict(HUFFPOST_12.mapping)


def test_an_unknown_format_is_refused(core):
    message = refused(core("grouping", "show", "raw", "--format", "xml"))
    assert message == "format 'xml' is unknown; choose one of: yaml, csv, json"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("g.yaml", b"a: &a [x]\nb: *a\n", "line 2 repeats an anchor by an alias, *a; write it out"),
        ("g.yaml", b"A: [x]\nA: [y]\n", "'A' stands twice (line 2); keep one of them"),
        ("g.yaml", b"A: [!!python/object/apply:os.system [x]]", "line 1 has a tag"),
        ("g.csv", b"category,group\nA,X\nA,Y\n", "category 'A' stands twice (line 3); keep it in one group"),
        ("g.csv", b"a,b\n", "does not name the columns category and group once each; write category,group there"),
        ("g.json", b"[" * 100_000, "is nested too deep"),
        ("g.json", b"\xff", "is not UTF-8 text; save it as UTF-8"),
        ("g.yaml", b"", "is empty; write GROUP: [CATEGORY, ...] lines"),
        ("g.yaml", b"A: [" + b"x" * 300 + b"]", "has 300 characters; give at most 200"),
    ],
)
def test_files_that_are_no_grouping_save_nothing(core, tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    assert message in refused(core("grouping", "save", tmp_path / name, "--name", "desks"))
    assert core.files() == []


def test_versions_are_listed_with_what_moved(desks):
    found = desks.inside("grouping", "versions", "desks", "--json").json
    assert found["grouping"] == "desks"
    first, second = found["versions"]
    assert (first["version"], first["moved"], first["note"], first["groups"]) == (1, None, "by desk", 2)
    assert (second["version"], second["moved"], second["same_as"], second["error"]) == (2, 1, [], None)
    assert first["partition"] != second["partition"]
    assert first["saved_at"].endswith("+00:00")
    assert desks.inside("grouping", "versions", "desks").out.count("\n") == 3


def test_what_was_never_saved_has_no_versions(core):
    assert core("grouping", "versions", "raw", "--json").json == {"grouping": "raw", "versions": []}
    assert "grouping 'nope' does not exist" in refused(core("grouping", "versions", "nope"))


def test_a_version_that_cannot_be_read_does_not_hide_the_others(desks):
    (desks.home / "groupings" / "desks" / "v0001.yaml").write_text("{")
    done = desks.inside("grouping", "versions", "desks", "--json")
    assert [one["error"] is None for one in done.json["versions"]] == [False, True]
    assert done.err.startswith("warning: version 1 of grouping 'desks' cannot be read")


def test_a_difference_without_rows_counts_categories(desks):
    found = desks.inside("grouping", "diff", "desks@1", "desks", "--json").json
    assert found["moves"] == [{"category": "B", "from": "DESK", "to": "OTHER", "rows": 0}]
    # DESK is split, which is no rename of it.
    assert found["renamed"] == []
    assert (found["counted"], found["rows"], found["rows_moved"]) == ("categories", 0, 0)
    assert (
        "categories, since no dataset tells how many rows" in desks.inside("grouping", "diff", "desks@1", "desks").out
    )


def import_rows(core, folder, name, counts):
    lines = [f"{category} {number},{category}" for category, count in counts.items() for number in range(count)]
    (folder / f"{name}.csv").write_text("headline,category\n" + "\n".join(lines) + "\n")
    assert core("data", "import", folder / f"{name}.csv", "--name", name).status == 0


def test_rows_are_those_of_the_only_dataset_or_of_the_one_that_is_named(desks, tmp_path):
    compared = ["grouping", "diff", "desks@1", "desks", "--json"]
    import_rows(desks, tmp_path, "one", {"A": 4, "B": 2, "C": 3})
    found = desks.inside(*compared).json
    assert (found["dataset"], found["rows"], found["rows_moved"]) == ("one", 9, 2)
    import_rows(desks, tmp_path, "two", {"A": 9, "B": 5, "C": 7})
    assert desks.inside(*compared).json["dataset"] is None
    found = desks.inside(*compared, "--dataset", "two").json
    assert (found["dataset"], found["rows"], found["rows_moved"]) == ("two", 21, 5)
    assert "there is no dataset 'three'" in refused(desks.inside(*compared, "--dataset", "three"))


def test_files_and_names_are_compared(core, tmp_path):
    renamed = {category: group.lower() for category, group in HUFFPOST_12.mapping.items()}
    (tmp_path / "renamed.json").write_text(json.dumps(renamed))
    found = core("grouping", "diff", "huffpost-12", tmp_path / "renamed.json", "--json").json
    assert (found["same_partition"], found["moves"], found["rows_moved"]) == (True, [], 0)
    assert (found["adjusted_rand_index"], found["variation_of_information"]) == (1.0, 0.0)
    assert len(found["renamed"]) == 12
    assert "Nothing moves." in core("grouping", "diff", "huffpost-12", tmp_path / "renamed.json").out


def test_a_run_tells_what_becomes_of_each_group(trained, tmp_path):
    core, done = trained
    (tmp_path / "g.json").write_text(json.dumps({**HUFFPOST_12.mapping, "TECH": "SCIENCE & ENVIRONMENT"}))
    compared = ["grouping", "diff", "huffpost-12", tmp_path / "g.json", "--run", done["run"]]
    found = core(*compared, "--json").json
    by_pair = {(row["a"], row["b"]): row for row in found["f1"]}
    before, after = (
        {
            row["label"]: row["f1"]
            for row in core("evaluate", done["run"], "--grouping", name, "--json").json["per_class"]
        }
        for name in ("huffpost-12", tmp_path / "g.json")
    )
    merged = by_pair["SCIENCE & ENVIRONMENT", "SCIENCE & ENVIRONMENT"]
    assert (merged["before"], merged["after"]) == (before["SCIENCE & ENVIRONMENT"], after["SCIENCE & ENVIRONMENT"])
    assert merged["difference"] == pytest.approx(merged["after"] - merged["before"])
    assert (by_pair["TECHNOLOGY", None]["before"], by_pair["TECHNOLOGY", None]["after"]) == (before["TECHNOLOGY"], None)
    assert found["dataset"] == "sample"
    assert "TECHNOLOGY" in core(*compared).out


def test_a_run_whose_grouping_is_as_it_was_is_not_stale(trained):
    core, done = trained
    assert core("runs", "show", done["run"], "--json").json["stale"] is False
    assert "stale" not in core("runs", "list").out
