import json
import shutil

import pytest

from core.errors import InputError
from core.models.checkpoint_folder import ENCODERS, facts_of, longest_text, tensor_shapes


@pytest.fixture
def folder(tiny_checkpoint, tmp_path):
    """Return a copy of the tiny checkpoint that may be spoiled."""
    return shutil.copytree(tiny_checkpoint, tmp_path / "copy")


def change(path, **values):
    document = json.loads(path.read_text())
    document.update(values)
    path.write_text(json.dumps(document))


def test_facts_of_a_good_checkpoint(tiny_checkpoint):
    facts = facts_of(tiny_checkpoint, "tiny", 64)
    assert (facts.model_type, facts.max_length) == ("distilbert", 64)
    shapes = tensor_shapes(tiny_checkpoint / "model.safetensors", "tiny")
    assert shapes["embeddings.word_embeddings.weight"] == (facts.vocabulary, 32)
    assert facts.weights_bytes == 4 * sum(shape[0] * (shape[1] if len(shape) > 1 else 1) for shape in shapes.values())


def truncate(path):
    path.write_bytes(path.read_bytes()[:-10])


def add_token(folder):
    document = json.loads((folder / "tokenizer.json").read_text())
    vocabulary = document["model"]["vocab"]
    vocabulary["onemoreword"] = len(vocabulary)
    (folder / "tokenizer.json").write_text(json.dumps(document))


def only_pickle(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


ADVICE = "give a folder as save_pretrained writes it, or another checkpoint"
SPOILED = {
    "no configuration": (
        lambda folder: (folder / "config.json").unlink(),
        f"checkpoint 'mine' cannot be used: it has no config.json; {ADVICE}",
    ),
    "no JSON": (
        lambda folder: (folder / "config.json").write_text("["),
        "checkpoint 'mine' cannot be used: its config.json cannot be read (",
    ),
    "a decoder": (
        lambda folder: change(folder / "config.json", model_type="gpt2"),
        "checkpoint 'mine' is not an encoder that texts can be classified with (its model_type is 'gpt2'); give one "
        "such as distilbert-base-uncased, roberta-base or minilm",
    ),
    "an encoder made a decoder": (
        lambda folder: change(folder / "config.json", is_decoder=True),
        "checkpoint 'mine' is not an encoder",
    ),
    "a pickle": (
        only_pickle,
        "checkpoint 'mine' has pytorch_model.bin and no model.safetensors; a pickle may run code when it is loaded "
        "and is refused: convert it to safetensors, or give another checkpoint",
    ),
    "no weights": (
        lambda folder: (folder / "model.safetensors").unlink(),
        f"checkpoint 'mine' cannot be used: it has no model.safetensors; {ADVICE}",
    ),
    "half of the weights": (
        lambda folder: truncate(folder / "model.safetensors"),
        "checkpoint 'mine' cannot be used: its model.safetensors is damaged (it has ",
    ),
    "text for weights": (
        lambda folder: (folder / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1"),
        "checkpoint 'mine' cannot be used: its model.safetensors is damaged (its header is cut off)",
    ),
    "another vocabulary": (
        add_token,
        "checkpoint 'mine' has the vocabulary of another model: its tokenizer knows 1,001 tokens, its weights 1,000; "
        "give a folder with a model and its own tokenizer",
    ),
    "another model's weights": (
        lambda folder: change(folder / "config.json", vocab_size=30522),
        "checkpoint 'mine' cannot be used: its weights have no embedding of the 30,522 tokens",
    ),
    "no tokenizer": (
        lambda folder: (folder / "tokenizer.json").unlink(),
        f"checkpoint 'mine' cannot be used: it has no tokenizer (tokenizer.json or vocab.txt); {ADVICE}",
    ),
}


@pytest.mark.parametrize("case", SPOILED)
def test_what_is_wrong_is_said_in_one_line(folder, case):
    spoil, message = SPOILED[case]
    spoil(folder)
    with pytest.raises(InputError) as error:
        facts_of(folder, "mine", 32)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_texts_longer_than_the_model_reads_are_refused(tiny_checkpoint):
    with pytest.raises(InputError) as error:
        facts_of(tiny_checkpoint, "tiny", 65)
    assert str(error.value) == (
        "max_length 65 is above the 64 tokens that checkpoint 'tiny' can read; set max_length to 64 or less"
    )


@pytest.mark.parametrize(
    ("config", "tokenizer", "longest"),
    [
        ({"max_position_embeddings": 512}, {"model_max_length": 128}, 128),
        ({"max_position_embeddings": 512}, {"model_max_length": 1e30}, 512),
        ({"max_position_embeddings": 514, "model_type": "roberta", "pad_token_id": 1}, {}, 512),
        ({"max_position_embeddings": -1}, {}, 1_000_000),
    ],
)
def test_the_longest_text(config, tokenizer, longest):
    assert longest_text(config, tokenizer) == longest


def test_the_encoders_are_those_that_transformers_has():
    from transformers.models.auto.modeling_auto import (
        MODEL_FOR_MASKED_LM_MAPPING_NAMES,
        MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES,
    )

    both = MODEL_FOR_MASKED_LM_MAPPING_NAMES.keys() & MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES.keys()
    assert both >= ENCODERS
