"""Datasets of a hub on localhost: whole, of several configurations and formats, refused in one line."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.background import Cancelled
from core.cli.app import main
from core.data import hub as hubs
from core.data import hub_files, hub_records
from core.data.datasets import names
from core.data.hub import HubSource, fetch, unreachable
from core.data.records import Mapping
from core.data.sources import HUFFPOST, Published, fetch_and_import, fetch_published
from core.errors import InputError
from tests.hub_server import COMMIT, serving_hub

RECORDS = [
    {"headline": f"Tide turns {number}", "category": "SEA" if number % 2 else "LAND", "date": f"2014-05-{number:02d}"}
    for number in range(1, 25)
]
LINES = "".join(json.dumps(record) + "\n" for record in RECORDS).encode()
CONFIGS = b"---\nconfigs:\n- config_name: north\n  data_files: n.csv\n- config_name: south\n  data_files: s.csv\n---\n"


def parquet():
    """Return a file as many on the hub are: labels are numbers whose names stand in its metadata."""
    from datasets import Dataset, Features

    features = {
        "title": {"dtype": "string", "_type": "Value"},
        "topic": {"names": ["SEA", "SKY"], "_type": "ClassLabel"},
    }
    out = io.BytesIO()
    table = Dataset.from_dict({"title": ["a", "b", "c"], "topic": [1, 0, -1]}, Features.from_dict(features)).data.table
    pq.write_table(
        pa.table(table).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})}), out
    )
    return out.getvalue()


def table(headlines):
    """Return a Parquet file with pictures beside the headlines."""
    out = io.BytesIO()
    pq.write_table(pa.table({"headline": headlines, "picture": [b"\x89PNG"] * len(headlines)}), out)
    return out.getvalue()


@pytest.fixture(scope="module")
def server():
    with serving_hub() as hub:
        hub.repositories = {
            "news/lines": {"README.md": b"---\nlicense: cc0-1.0\n---\n", "data.json": LINES},
            "news/two": {
                "README.md": CONFIGS,
                "n.csv": b"headline,category\nx,ICE\n",
                "s.csv": b"title,topic\ny,SAND\n",
            },
            "news/splits": {"train.csv": b"headline,category\na,A\n", "test.csv": b"headline,category\nb,B\n"},
            "news/named": {"data.parquet": parquet()},
            "news/parts": {
                "data/train-00000-of-00002.parquet": table(["a"]),
                "data/train-00001-of-00002.parquet": table(["b"]),
                "data/test-00000-of-00001.parquet": table(["c"]),
            },
            "news/kinds": {"data.jsonl": b'{"headline": "a"}\n{"headline": 3}\n{"headline": ["b"]}\n'},
            "news/coded": {"coded.py": b"raise SystemExit('it was run')\n", "README.md": b"# code\n"},
            "news/empty": {"README.md": b"# nothing\n"},
            "news/gated": {"data.json": LINES},
            "news/mixed": {"data.json": b'{"headline": "a", "category": "A"}\n{"headline": '},
            HUFFPOST.hub.name: {"data.json": LINES},
        }
        hub.gated, hub.licences = {"news/gated"}, {"news/lines": "cc0-1.0", "news/splits": ["mit", "cc-by-4.0"]}
        yield hub


@pytest.fixture
def hub(server, home, monkeypatch, tmp_path_factory):
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    ask(monkeypatch, server.address, tmp_path_factory.getbasetemp() / "hub-cache")
    server.breaks, server.changed = {}, set()
    server.asked.clear()
    monkeypatch.setattr(hub_files, "WAITS", ())
    return server


def ask(monkeypatch, address, cache):
    """Set what Hugging Face's libraries read from the environment only when they are imported."""
    import datasets
    import huggingface_hub

    constants = huggingface_hub.constants
    monkeypatch.setattr(datasets.config, "HF_ENDPOINT", address)
    monkeypatch.setattr(constants, "ENDPOINT", address)
    template = constants.HUGGINGFACE_CO_URL_TEMPLATE.partition("/{repo_id}")[1:]
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "".join(template))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))


def ignored(phase, step, total, note=""):
    pass


def fetched(name, home, report=ignored, **how):
    """Fetch a dataset; return what is said of it and its records."""
    found = fetch(HubSource(name, **how), home / "out.jsonl", report)
    return found, [json.loads(line) for line in found.path.read_text().rstrip("\n").split("\n")]


def test_a_dataset_comes_with_all_that_the_hub_says_of_it(hub, home):
    told = []
    found, records = fetched("news/lines", home, lambda phase, step, total, note="": told.append((phase, note)))
    assert records == RECORDS
    assert (found.rows, found.columns, found.licence) == (24, ("headline", "category", "date"), "cc0-1.0")
    assert found.source == HubSource("news/lines", "default", "train", COMMIT)
    assert found.text == f"Hugging Face hub: news/lines at {COMMIT[:12]}, split train"
    assert list(dict.fromkeys(phase for phase, _ in told)) == ["find", "download", "read"]
    assert told[-1] == ("read", "24 rows")
    assert [path for path in (home / "cache" / "hub" / "news--lines").rglob("*") if path.is_file()] == []


def test_a_download_that_broke_off_goes_on(hub, home):
    hub.breaks = {"data.json": 100}
    with pytest.raises(InputError, match="broke off after"):
        fetched("news/lines", home)
    hub.breaks = {}
    assert fetched("news/lines", home)[1] == RECORDS
    assert [asked for path, asked in hub.asked if path == "data.json"] == [None, "bytes=100-"]


def test_labels_that_are_numbers_become_their_names(hub, home):
    found, records = fetched("news/named", home)
    assert records == [{"title": "a", "topic": "SKY"}, {"title": "b", "topic": "SEA"}, {"title": "c", "topic": None}]
    assert found.licence is None


def test_a_split_in_several_files_comes_whole_and_without_what_is_no_text(hub, home):
    assert fetched("news/parts", home)[1] == [{"headline": "a", "picture": None}, {"headline": "b", "picture": None}]
    assert fetched("news/parts", home, split="test")[1] == [{"headline": "c", "picture": None}]


def test_values_of_several_kinds_in_a_column_stay_what_they_are(hub, home):
    assert fetched("news/kinds", home)[1] == [{"headline": "a"}, {"headline": 3}, {"headline": ["b"]}]


def test_a_full_disk_ends_the_reading(hub, home, monkeypatch):
    monkeypatch.setattr(hub_records, "SPARE_BYTES", 10**18)
    with pytest.raises(InputError, match=r"there is no room for its records in .*; free some first"):
        fetched("news/lines", home)


def test_a_configuration_and_a_split_can_be_named(hub, home):
    assert fetched("news/two", home, config="south")[1] == [{"title": "y", "topic": "SAND"}]
    found, records = fetched("news/splits", home, split="test")
    assert records == [{"headline": "b", "category": "B"}]
    assert found.licence == "mit, cc-by-4.0"


@pytest.mark.parametrize(
    ("name", "how", "message"),
    [
        ("news/two", {}, "dataset 'news/two' has several configurations; name one of ['north', 'south']"),
        ("news/two", {"config": "x"}, "dataset 'news/two' has no configuration 'x'; name one of ['north', 'south']"),
        ("news/splits", {"split": "dev"}, "dataset 'news/splits' has no split 'dev'; it has: 'train', 'test'"),
        (
            "news/lines",
            {"revision": "v9"},
            "dataset 'news/lines' has no revision 'v9'; leave it out, or see HUB/datasets/news/lines",
        ),
        (
            "news/none",
            {},
            "dataset 'news/none' is not on HUB, or not public; check the name, or set HF_TOKEN to a token that may "
            "read it",
        ),
        (
            "news/gated",
            {},
            "dataset 'news/gated' is open only to those who accepted its terms; accept them at "
            "HUB/datasets/news/gated, and set HF_TOKEN to your token",
        ),
        (
            "news/coded",
            {},
            "dataset 'news/coded' is read by code of its own, which Copydesk never runs; take another, or the revision "
            "refs/convert/parquet of it, where the hub keeps one",
        ),
        (
            "news/empty",
            {},
            "dataset 'news/empty' holds no file of records that can be read; see HUB/datasets/news/empty",
        ),
        ("../etc", {}, "'../etc' is no name on the hub; give it as owner/name, as in its address there"),
    ],
    ids=["configurations", "configuration", "split", "revision", "unknown", "gated", "code", "empty", "no name"],
)
def test_what_the_hub_does_not_give_is_said_in_one_line(hub, home, name, how, message):
    with pytest.raises(InputError) as error:
        fetched(name, home, **how)
    assert str(error.value) == message.replace("HUB", hub.address)


def test_a_file_that_is_no_records_is_told(hub, home):
    with pytest.raises(
        InputError, match=r"^dataset 'news/mixed' cannot be read \(\w+: .*\); take another, or another s"
    ):
        fetched("news/mixed", home)


def test_a_hub_that_does_not_answer_is_told_at_once(home, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(InputError) as error:
        fetched("news/lines", home)
    assert str(error.value) == (
        "http://127.0.0.1:9 cannot be reached (ConnectError); connect to the internet, or take an upload, a file on "
        "the server, or the sample"
    )


@pytest.mark.parametrize(
    ("environment", "route", "expected"),
    [
        ({"HF_HUB_OFFLINE": "1"}, True, "HF_HUB_OFFLINE is set"),
        ({}, False, "this machine has no network"),
        ({}, True, None),
        ({"HTTPS_PROXY": "http://proxy:1"}, False, None),
        ({"HF_ENDPOINT": "http://mirror"}, False, None),
    ],
    ids=["offline", "no network", "network", "proxy", "mirror"],
)
def test_without_a_network_nothing_is_asked(monkeypatch, environment, route, expected):
    for name in ("HF_ENDPOINT", "HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(hubs, "has_route", lambda: route)
    monkeypatch.setattr(hubs, "getproxies", lambda: {key: 1 for key in environment if key.endswith("_PROXY")})
    assert unreachable() == expected


def test_a_cancel_ends_the_fetch(hub, home):
    def report(phase, step, total, note=""):
        if phase == "read":
            raise Cancelled

    with pytest.raises(Cancelled):
        fetched("news/lines", home, report)


def known(**how):
    return Published(
        "huffpost", HUFFPOST.hub, "huffpost", **({"rows": 24, "categories": 2} | how), licence="L", notice="N"
    )


def test_a_known_set_keeps_its_licence_and_where_it_came_from(hub, home):
    dataset = fetch_published(known(), "papers", home, ignored)
    assert (dataset.rows, dataset.licence, dataset.notice) == (24, "L", "N")
    assert dataset.source == f"Hugging Face hub: heegyu/news-category-dataset at {COMMIT[:12]}, split train"
    assert (dataset.first_date, dataset.last_date) == ("2014-05-01", "2014-05-24")
    assert not (home / "records.jsonl").exists()


@pytest.mark.parametrize("wrong", [{"rows": 25}, {"categories": 3}], ids=["rows", "categories"])
def test_a_known_set_of_other_content_is_refused_whole(hub, home, wrong):
    with pytest.raises(InputError) as error:
        fetch_published(known(**wrong), "papers", home, ignored)
    rows, categories = wrong.get("rows", 24), wrong.get("categories", 2)
    assert str(error.value) == (
        "what 'heegyu/news-category-dataset' holds on the hub is not the published set: 24 rows in 2 categories in "
        f"place of {rows} in {categories}; nothing was imported. To take it as it is: data fetch "
        "heegyu/news-category-dataset --name NAME"
    )
    assert names() == []


def test_any_dataset_is_imported_by_its_columns(hub, home):
    mapping = Mapping(headline="title", category="topic")
    dataset = fetch_and_import(HubSource("news/named"), "skies", mapping, home, ignored)
    assert (dataset.rows, dataset.rejected_reasons, dataset.category_counts) == (
        2,
        {"no category": 1},
        {"SEA": 1, "SKY": 1},
    )
    assert (dataset.licence, dataset.notice) == (None, None)


def test_the_command_line_tells_each_phase_and_prints_the_dataset(hub, home, capsys):
    assert main(["data", "fetch", "news/named", "--headline", "title", "--category", "topic", "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == "asks the hub\ndownloads\nreads\nimports\n"
    told = json.loads(out)
    assert (told["dataset"], told["rows"], told["rejected"]) == ("named", 2, 1)
    assert told["mapping"] == {"headline": "title", "category": "topic"}
    assert not list((home / "cache" / "imports").iterdir())


def test_the_set_that_is_known_by_name():
    assert (HUFFPOST.rows, HUFFPOST.categories, HUFFPOST.licence) == (209_527, 42, "CC-BY-4.0")
    assert "Rishabh Misra" in HUFFPOST.notice
