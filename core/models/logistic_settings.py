"""The hyperparameters of TF-IDF plus logistic regression, and the presets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from core.errors import InputError
from core.models.settings import number, number_or_none, resolved

Whole = Annotated[int, BeforeValidator(number)]
Real = Annotated[float, BeforeValidator(number)]
WholeOrNone = Annotated[int | None, BeforeValidator(number_or_none)]
RealOrNone = Annotated[float | None, BeforeValidator(number_or_none)]
CountOrShare = Annotated[int | float, BeforeValidator(number)]

SOLVER_SETTINGS = {"lbfgs": ("max_iter", "tol"), "sgd": ("epochs", "batch_size", "learning_rate")}


class LogisticSettings(BaseModel):
    """Every hyperparameter; a description says which values are allowed.

    The features of a text are up to three tf-idf vectors, each of unit length times its weight: words,
    phrases (n-grams of two words and more; together with the words where ``phrase_weight`` is None), and
    words as they stand with a capital letter (``capitals_weight``; 0: none). The solver ``lbfgs`` is
    scikit-learn's, run until it converges; ``sgd`` is ours, a few passes of minibatch descent.

    Attributes
    ----------
    min_df, max_df: a whole number counts texts, a number with a point is a share of the training texts.
    max_features: keep the most frequent ones, None: all.
    kept_features: once the model is fitted, keep only the features that carry the most weight, None: all.
    tokens: ``words`` of two characters and more, or ``words-and-signs``: all words and punctuation.
    C: inverse strength of the L2 penalty, as in scikit-learn.
    learning_rate: of the first step, for each row of a batch; it falls to zero in a straight line.
    epochs, batch_size: of many rows; below some thousand there are more passes, over smaller batches.
    class_weight: ``balanced`` weighs rows by the inverse frequency of their label, ``root`` by its root.
    stored_as: number type of the saved coefficients; the model answers with what was saved.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    ngram_min: Whole = Field(1, ge=1, le=3, description="a whole number from 1 to 3, at most ngram_max")
    ngram_max: Whole = Field(2, ge=1, le=3, description="a whole number from 1 to 3, at least ngram_min")
    max_features: WholeOrNone = Field(None, ge=1, le=10_000_000, description="none, or from 1 to 10000000")
    kept_features: WholeOrNone = Field(None, ge=1, le=10_000_000, description="none, or from 1 to 10000000")
    min_df: CountOrShare = Field(2, description="texts as a whole number from 1, or a share from 0.0 to 1.0")
    max_df: CountOrShare = Field(1.0, description="texts as a whole number from 1, or a share from 0.0 to 1.0")
    sublinear_tf: bool = Field(True, description="true or false")
    lowercase: bool = Field(True, description="true or false")
    stop_words: Literal["none", "english"] = Field("none", description="none or english")
    tokens: Literal["words", "words-and-signs"] = Field("words-and-signs", description="words or words-and-signs")
    phrase_weight: RealOrNone = Field(1.0, gt=0, le=10, description="none, or a number above 0 up to 10")
    capitals_weight: Real = Field(0.7, ge=0, le=10, description="a number from 0 to 10")
    solver: Literal["lbfgs", "sgd"] = Field("sgd", description="lbfgs or sgd")
    C: Real = Field(100.0, ge=1e-9, le=1e9, description="a number from 1e-9 to 1e9")
    max_iter: Whole = Field(1000, ge=1, le=1_000_000, description="a whole number from 1 to 1000000")
    tol: Real = Field(1e-4, gt=0, le=1, description="a number above 0 up to 1")
    epochs: Whole = Field(7, ge=1, le=1000, description="a whole number from 1 to 1000")
    batch_size: Whole = Field(256, ge=1, le=1024, description="a whole number from 1 to 1024")
    learning_rate: Real = Field(0.52, gt=0, le=10, description="a number above 0 up to 10")
    class_weight: Literal["none", "balanced", "root"] = Field("root", description="none, balanced or root")
    stored_as: Literal["float16", "float32"] = Field("float16", description="float16 or float32")

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        """Check what no setting can tell by itself; the message is the whole line."""
        if self.ngram_min > self.ngram_max:
            raise ValueError(f"ngram_min {self.ngram_min} is above ngram_max {self.ngram_max}; raise ngram_max")
        if self.capitals_weight and not self.lowercase:
            raise ValueError(
                f"capitals_weight {self.capitals_weight:g} needs lowercase true; set capitals_weight to 0, "
                "for words keep their capitals anyway"
            )
        for name in ("min_df", "max_df"):
            value = getattr(self, name)
            if (isinstance(value, int) and value < 1) or (isinstance(value, float) and not 0 <= value <= 1):
                raise ValueError(
                    f"setting {name} cannot be '{value}'; give {type(self).model_fields[name].description}"
                )
        return self


PRESETS: dict[str, LogisticSettings] = {
    "default": LogisticSettings(),
    "notebook": LogisticSettings(
        max_features=10_000,
        min_df=1,
        sublinear_tf=False,
        tokens="words",
        phrase_weight=None,
        capitals_weight=0,
        solver="lbfgs",
        C=1.0,
        class_weight="none",
        stored_as="float32",
    ),
    # As many as fit into 8 MB beside the probabilities of the test rows.
    "starter": LogisticSettings(kept_features=46_000),
}


def settings_from(preset: str, overrides: Mapping[str, str]) -> LogisticSettings:
    """Return the settings of ``preset`` with ``overrides`` (setting -> text), else raise InputError.

    A setting of the solver that is not used is refused, since it would be without effect.
    """
    settings = resolved(PRESETS, preset, overrides)
    other = "sgd" if settings.solver == "lbfgs" else "lbfgs"
    idle = next((name for name in SOLVER_SETTINGS[other] if name in overrides), None)
    if idle is not None:
        raise InputError(
            f"setting {idle} has no effect with solver {settings.solver}; "
            f"set one of {', '.join(SOLVER_SETTINGS[settings.solver])}, or solver={other}"
        )
    return settings


def document(settings: LogisticSettings) -> dict[str, Any]:
    """Return the settings as plain JSON values."""
    return settings.model_dump(mode="json")
