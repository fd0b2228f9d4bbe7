"""The forms in which a run can be handed on, what each is for, and how it is used where it arrives."""

from __future__ import annotations

from dataclasses import dataclass

from core.runs.store import Run


@dataclass(frozen=True)
class Form:
    """A way to hand a run on.

    Attributes
    ----------
    key: as `export --format` has it. title, what: for people. ending: of the file that is downloaded.
    load: model -> how to use it, some lines of Python; FILE is the file's name. Other models have no such form.
    """

    key: str
    title: str
    what: str
    ending: str
    load: dict[str, str]


def forms_for(run: Run) -> list[Form]:
    """Return the forms in which the run can be handed on, a bundle first."""
    return [form for form in FORMS if run.spec.model in form.load]


def load_lines(run: Run, form: Form) -> str:
    """Return how the run is used in this form, as some lines of Python."""
    return form.load[run.spec.model].replace("FILE", f"{run.id}{form.ending}")


_SCRIPT = """# another Copydesk takes it in by: python -m core import FILE
from predict import predict  # in the unpacked folder
predict(["Senate Passes Budget"])"""
_PIPELINE = """from transformers import pipeline
classify = pipeline("text-classification", model="FOLDER")
classify("Senate Passes Budget")"""

FORMS = (
    Form(
        "bundle",
        "Bundle",
        "For another Copydesk, with a script that answers without one. The same run gives the same bytes.",
        ".zip",
        {"logistic": _SCRIPT, "transformer": _SCRIPT},
    ),
    Form(
        "joblib",
        "scikit-learn",
        "A stock scikit-learn pipeline. It is a pickle: load it only where you trust who made it.",
        ".joblib",
        {
            "logistic": """import joblib
pipeline = joblib.load("FILE")
pipeline.predict(["Senate Passes Budget"])""",
        },
    ),
    Form(
        "huggingface",
        "Hugging Face",
        "The folder that save_pretrained writes, packed: safetensors and JSON, no pickle.",
        ".zip",
        {"transformer": _PIPELINE.replace("FOLDER", "the unpacked folder")},
    ),
    Form(
        "notebook",
        "Notebook",
        "Under the names that the notebook gave its files, so that apps written for it run unchanged. It has pickles.",
        ".zip",
        {
            "logistic": """import pickle  # in the unpacked folder
pipeline, encoder = (pickle.load(open(f"{name}.pkl", "rb")) for name in ("multiclass_logistic_regression", "label_encoder"))
encoder.inverse_transform(pipeline.predict(["Senate Passes Budget"]))""",  # noqa: E501 - a line of the reader's
            "transformer": _PIPELINE.replace("FOLDER", "results/best_model"),
        },
    ),
    Form(
        "onnx",
        "ONNX",
        "In int8 for ONNX Runtime; let out only when it gives the labels of the model on 99 % of up to 2,000 test "
        "rows. That takes a minute or two.",
        ".zip",
        {
            "transformer": """from onnxruntime import InferenceSession  # in the unpacked folder
session = InferenceSession("model.onnx")
session.run(["logits"], {"input_ids": ids, "attention_mask": mask})  # ids by tokenizer.json""",
        },
    ),
)
