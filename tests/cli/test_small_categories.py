"""What is advised where a category is too small to train on can be done, word by word."""

from core.data import datasets
from core.data.importing import import_file
from core.runs.spec import plan

ROWS = [
    f"headline of {name} {number},{name}" for name, rows in (("A", 9), ("B", 9), ("C", 2)) for number in range(rows)
]


def test_the_command_that_is_advised_makes_a_dataset_that_can_be_trained_on(core, tmp_path):
    (tmp_path / "few.csv").write_text("headline,category\n" + "\n".join(ROWS) + "\n")
    import_file(tmp_path / "few.csv", "few")
    refused = core("train", "--dataset", "few")
    assert refused.status == 2
    advised = refused.err.partition("without such categories: ")[2].partition(", or Quality")[0]
    assert advised == "data clean few --drop-small 3"
    done = core(*advised.split(), "--json")
    assert (done.status, done.err) == (0, "")
    copy = datasets.load(done.json["dataset"])
    assert copy.category_counts == {"A": 9, "B": 9}
    assert plan(copy).dataset == copy.name
