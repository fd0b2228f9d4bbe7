"""A fine-tuned encoder as ONNX with its weights in int8, for ONNX Runtime: smaller, and fast on any CPU.

model.onnx       input_ids, attention_mask (rows x tokens, int64) to logits (rows x labels, float32)
config.json, tokenizer files   as save_pretrained writes them
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import CopydeskError, InputError, one_line
from core.models.transformer_predict import in_batches

ONNX = "model.onnx"
PACKAGES = ("onnx", "onnxruntime", "onnxscript")
INSTALL = "pip install onnx==1.23.2 onnxruntime==1.32.0 onnxscript==0.7.2"
OPSET = 18
SAMPLE_TOKENS = 8


def check_packages() -> None:
    """Raise InputError, with the command that installs them, unless the packages of the export are here."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(f"the export to ONNX needs {' and '.join(missing)}; {INSTALL}")


def write_onnx(directory: Path, model: Any, tokenizer: Any, max_length: int) -> None:
    """Write the files into ``directory``; ``model`` is transformers', in fp32 on the CPU.

    Raises InputError when a package is missing, CopydeskError for an encoder that cannot be put this way.
    """
    check_packages()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory(prefix="copydesk-") as scratch, _quiet():
        whole = Path(scratch) / ONNX
        try:
            _export(whole, model, max_length)
            quantize_dynamic(whole, directory / ONNX, weight_type=QuantType.QInt8, per_channel=True)
        # The exporter raises many kinds, by what an architecture does that ONNX has no word for.
        except Exception as error:
            reason = one_line(f"{type(error).__name__}: {error}")[:200]
            raise CopydeskError(
                f"a model of type {model.config.model_type} cannot be exported to ONNX ({reason}); use the folder "
                "model/ of the run with transformers instead"
            ) from error
    model.config.save_pretrained(directory)
    tokenizer.save_pretrained(directory)


def onnx_probabilities(
    directory: Path, tokenizer: Any, texts: Sequence[str], max_length: int, labels: int
) -> np.ndarray:
    """Return float32 probabilities of shape (texts, labels) by ONNX Runtime on the CPU."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(directory / ONNX), providers=["CPUExecutionProvider"])

    def scores(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        return session.run(["logits"], {"input_ids": ids, "attention_mask": mask})[0]

    return in_batches(scores, tokenizer, texts, max_length, labels)


def _export(path: Path, model: Any, max_length: int) -> None:
    """Write the model in fp32, for any number of rows and of tokens up to ``max_length``."""
    import torch

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            return self.model(input_ids=input_ids, attention_mask=attention_mask).logits

    shape = {0: torch.export.Dim("rows", min=1), 1: torch.export.Dim("tokens", min=2, max=max_length)}
    # Two tensors: one given twice would become a single input of the graph.
    ids, mask = (torch.ones((2, min(SAMPLE_TOKENS, max_length)), dtype=torch.int64) for _ in range(2))
    torch.onnx.export(
        Logits().eval(),
        (ids, mask),
        path,
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        dynamic_shapes={"input_ids": shape, "attention_mask": shape},
        opset_version=OPSET,
        dynamo=True,
        external_data=False,
        verbose=False,
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the advice of exporter and quantizer to themselves, for as long as the block takes."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
