"""TF-IDF and multinomial logistic regression: fast, exact about its reasons, and good on headlines."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import DamagedError, InputError, shorten
from core.models import tfidf
from core.models.classifier import Report, no_report
from core.models.settings import with_overrides
from core.models.softmax import fit_softmax, softmax
from core.storage import read_json, write_atomic, write_json

if TYPE_CHECKING:
    from sklearn.pipeline import FeatureUnion, Pipeline

FORMAT = 1
SEEN_AT_LEAST = 40_000
BATCHES_AT_LEAST = 20
LOSS_ROWS = 2_048
PREDICT_ROWS = 8_192


class LogisticSettings(BaseModel):
    """Every hyperparameter, checked. Those of the solver that is not chosen have no effect."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokens: Literal["words", "all"] = Field(
        default="all", description="words (two characters or more) or all (single letters and punctuation too)"
    )
    ngram_min: int = Field(default=1, ge=1, le=5, description="the shortest n-gram in words, 1 to 5")
    ngram_max: int = Field(default=2, ge=1, le=5, description="the longest n-gram in words, 1 to 5")
    separate_ngrams: bool = Field(
        default=True, description="true or false: n-grams of each length normalised by themselves, longer ones rarer"
    )
    names_weight: float = Field(
        default=0.7, ge=0, le=10, description="the weight of capitalised words with their case kept, 0 to 10; 0: none"
    )
    min_df: int = Field(default=2, ge=1, description="the fewest records a word must occur in, 1 or more")
    max_df: float = Field(
        default=1.0, gt=0, le=1, description="the largest share of records a word may occur in, 0 to 1"
    )
    max_features: int | None = Field(default=None, ge=1, description="the most features to keep of a part, or none")
    sublinear_tf: bool = Field(default=True, description="true or false: 1 + log(count) in place of the count")
    lowercase: bool = Field(default=True, description="true or false: words without their case")
    stop_words: Literal["english"] | None = Field(default=None, description="english or none")
    solver: Literal["sgd", "lbfgs"] = Field(default="sgd", description="sgd (fast) or lbfgs (scikit-learn's)")
    class_weight: float = Field(
        default=0.5, ge=0, le=1, description="how far rare labels are lifted, 0 (not at all) to 1 (balanced)"
    )
    epochs: int = Field(default=7, ge=1, le=1000, description="the passes over the rows (sgd; small data gets more)")
    batch_size: int = Field(default=384, ge=1, le=100_000, description="rows a step (sgd), 1 or more")
    learning_rate: float = Field(default=0.52, gt=0, le=100, description="the step a row (sgd), above 0 to 100")
    alpha: float = Field(default=1e-7, ge=0, le=1, description="the L2 penalty (sgd), 0 to 1")
    C: float = Field(default=1.0, gt=0, description="the inverse of the L2 penalty (lbfgs), above 0")
    max_iter: int = Field(default=1000, ge=1, description="the most iterations (lbfgs), 1 or more")
    tol: float = Field(default=1e-4, gt=0, description="the tolerance to stop at (lbfgs), above 0")

    @model_validator(mode="after")
    def _spans(self) -> LogisticSettings:
        if self.ngram_min > self.ngram_max:
            raise ValueError(f"ngram_min {self.ngram_min} is above ngram_max {self.ngram_max}; lower the one")
        return self


SETTINGS = LogisticSettings
PRESETS = {
    # Found by search on the HuffPost set, judged on a part of the training rows alone.
    "default": LogisticSettings(),
    # The recipe of the notebook that Copydesk grew out of: 10,000 uni- and bigrams, lbfgs.
    "notebook": LogisticSettings(
        tokens="words",
        separate_ngrams=False,
        names_weight=0.0,
        min_df=1,
        max_features=10_000,
        sublinear_tf=False,
        solver="lbfgs",
        class_weight=0.0,
    ),
}


def settings_from(preset: str, overrides: Mapping[str, str]) -> LogisticSettings:
    """Return a preset's settings with ``overrides`` applied; InputError says what is wrong and what is allowed."""
    if preset not in PRESETS:
        raise InputError(f"preset {shorten(preset)} is unknown for logistic; choose one of: {', '.join(PRESETS)}")
    return with_overrides(PRESETS[preset], overrides)


class LogisticClassifier:
    """TF-IDF features and a coefficient for each label and feature.

    Attributes
    ----------
    labels: sorted, shape (labels,).
    features: a fitted union of vectorizers.
    coefficients: float32, shape (labels, features); intercept: float32, shape (labels,).
    """

    def __init__(
        self,
        labels: tuple[str, ...],
        features: FeatureUnion,
        coefficients: np.ndarray,
        intercept: np.ndarray,
        settings: LogisticSettings,
    ) -> None:
        self.labels = labels
        self.features = features
        self.coefficients = coefficients
        self.intercept = intercept
        self.settings = settings

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """Return probabilities of shape (texts, labels), float32; each row sums to one."""
        found = np.empty((len(texts), len(self.labels)), dtype=np.float32)
        for begin in range(0, len(texts), PREDICT_ROWS):
            part = self.features.transform(texts[begin : begin + PREDICT_ROWS])
            scores = part @ self.coefficients.T + self.intercept
            found[begin : begin + part.shape[0]] = softmax(scores)
        return found

    def contributions(self, text: str, label: str) -> list[tuple[str, float]]:
        """Return each known feature of ``text`` and what it adds to the score of ``label``, the largest first.

        Exact: the intercept of the label plus all contributions is its score before the softmax.
        A word and its capitalised form are one entry.
        """
        row = self.features.transform([text])
        weights = self.coefficients[self.labels.index(label), row.indices] * row.data
        added: dict[str, float] = {}
        for feature, weight in zip(self._names(row.indices), weights, strict=True):
            added[feature] = added.get(feature, 0.0) + float(weight)
        return sorted(added.items(), key=lambda item: (-item[1], item[0]))

    def _names(self, columns: np.ndarray) -> list[str]:
        """Return the features of some columns, without their case."""
        names = self.features.get_feature_names_out()
        return [names[column].partition("__")[2].lower() for column in columns]

    def save(self, directory: Path) -> None:
        """Write model.safetensors, vocabulary.json and config.json into ``directory``."""
        from safetensors.numpy import save

        tensors = {
            "coefficients": np.ascontiguousarray(self.coefficients, dtype=np.float32),
            "intercept": np.ascontiguousarray(self.intercept, dtype=np.float32),
            "idf": tfidf.idf_of(self.features),
        }
        write_atomic(directory / "model.safetensors", save(tensors))
        words = json.dumps(tfidf.vocabularies(self.features), ensure_ascii=False, separators=(",", ":"))
        write_atomic(directory / "vocabulary.json", words)
        config = {"format": FORMAT, "model": "logistic", "labels": list(self.labels)}
        write_json(directory / "config.json", {**config, "settings": self.settings.model_dump(mode="json")})

    @classmethod
    def load(cls, directory: Path) -> LogisticClassifier:
        """Return what `save` wrote; DamagedError when a file is missing or the sizes do not fit together."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            config = read_json(directory / "config.json")
            settings = LogisticSettings.model_validate(config["settings"])
            labels = tuple(config["labels"])
            tensors = load_file(directory / "model.safetensors")
            features = tfidf.union_for(settings)
            tfidf.restore(features, read_json(directory / "vocabulary.json"), tensors["idf"])
            shape = (len(labels), len(tensors["idf"]))
            if tensors["coefficients"].shape != shape or tensors["intercept"].shape != shape[:1]:
                raise ValueError(f"coefficients of shape {tensors['coefficients'].shape}, not {shape}")
        except (KeyError, TypeError, ValueError, OSError, SafetensorError, ValidationError) as error:
            raise DamagedError(
                f"the model in {directory} cannot be read ({type(error).__name__}: {shorten(str(error), 120)}); "
                "train the run again"
            ) from error
        return cls(labels, features, tensors["coefficients"], tensors["intercept"], settings)

    def to_pipeline(self) -> Pipeline:
        """Return a stock scikit-learn pipeline that gives the same probabilities from texts."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import Pipeline

        regression = LogisticRegression(C=self.settings.C, max_iter=self.settings.max_iter)
        regression.classes_ = np.array(self.labels)
        regression.coef_, regression.intercept_ = self.coefficients, self.intercept
        regression.n_features_in_ = self.coefficients.shape[1]
        regression.n_iter_ = np.array([self.settings.max_iter])
        if len(self.labels) == 2:
            # Two classes are one row of coefficients in scikit-learn: the difference of ours.
            regression.coef_ = self.coefficients[1:] - self.coefficients[:1]
            regression.intercept_ = self.intercept[1:] - self.intercept[:1]
        return Pipeline([("tfidf", self.features), ("logistic", regression)])

    def export_pipeline(self, path: Path) -> None:
        """Write `to_pipeline` as a joblib file, whole or not at all. Copydesk itself never loads one."""
        import joblib

        with tempfile.TemporaryFile() as file:
            joblib.dump(self.to_pipeline(), file)
            file.seek(0)
            write_atomic(path, file.read())


CLASSIFIER = LogisticClassifier


def fit(
    texts: Sequence[str],
    y: Sequence[str],
    settings: LogisticSettings,
    *,
    seed: int = 42,
    report: Report = no_report,
) -> LogisticClassifier:
    """Return a classifier fitted to ``texts`` and their labels ``y``.

    ``report`` hears of the phases "vectorize" and "fit", and may raise to end it. Raises
    InputError when no word passes the limits on how often it must and may occur.
    """
    labels, positions = np.unique(np.asarray(y, dtype=str), return_inverse=True)
    features = tfidf.union_for(settings)
    try:
        x = tfidf.fit_transform(features, texts, report)
    except ValueError as error:
        raise InputError(
            f"the texts give no features ({shorten(str(error), 120)}); lower min_df or raise max_df"
        ) from error
    weight = _label_weights(positions, len(labels), settings.class_weight)
    solve = _fit_sgd if settings.solver == "sgd" else _fit_lbfgs
    coefficients, intercept = solve(x, positions, weight, settings, seed, report)
    return LogisticClassifier(tuple(labels.tolist()), features, coefficients, intercept, settings)


def _label_weights(y: np.ndarray, labels: int, power: float) -> np.ndarray:
    """Return (rows / label's rows) ** power, scaled so that the mean over rows is 1; float32 (labels,)."""
    weight = (len(y) / (labels * np.bincount(y, minlength=labels))) ** power
    return (weight / weight[y].mean()).astype(np.float32)


def _fit_sgd(
    x: Any, y: np.ndarray, weight: np.ndarray, settings: LogisticSettings, seed: int, report: Report
) -> tuple[np.ndarray, np.ndarray]:
    rows = x.shape[0]
    # A few hundred rows need smaller steps and more passes than a hundred thousand to get as far.
    return fit_softmax(
        x,
        y,
        labels=len(weight),
        weight=weight,
        epochs=max(settings.epochs, -(-SEEN_AT_LEAST // rows)),
        batch_size=max(1, min(settings.batch_size, rows // BATCHES_AT_LEAST)),
        learning_rate=settings.learning_rate,
        alpha=settings.alpha,
        seed=seed,
        report=lambda step, total, **figures: report("fit", step, total, **figures),
    )


def _fit_lbfgs(
    x: Any, y: np.ndarray, weight: np.ndarray, settings: LogisticSettings, seed: int, report: Report
) -> tuple[np.ndarray, np.ndarray]:
    """Fit with scikit-learn; two labels' single row of coefficients becomes one row each."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    weights = dict(enumerate(weight.tolist())) if settings.class_weight else None
    regression = LogisticRegression(
        C=settings.C, max_iter=settings.max_iter, tol=settings.tol, class_weight=weights, random_state=seed
    )
    regression.set_callbacks(_Iterations(report, settings.max_iter, x[:LOSS_ROWS], y[:LOSS_ROWS]))
    report("fit", 0, settings.max_iter)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        regression.fit(x, y)
    if any(issubclass(warning.category, ConvergenceWarning) for warning in caught):
        print(f"lbfgs stopped at max_iter={settings.max_iter} before it had converged", flush=True)
    iterations = int(regression.n_iter_.max())
    report("fit", iterations, iterations)
    coefficients, intercept = regression.coef_, regression.intercept_
    if len(coefficients) == 1:
        coefficients, intercept = (
            np.vstack([-coefficients, coefficients]) / 2,
            np.concatenate([-intercept, intercept]) / 2,
        )
    return coefficients.astype(np.float32), intercept.astype(np.float32)


class _Iterations:
    """Hears of each iteration of lbfgs from scikit-learn and reports it, with the loss of some rows."""

    max_propagation_depth = None

    def __init__(self, report: Report, total: int, x: Any, y: np.ndarray) -> None:
        self.report, self.total, self.x, self.y = report, total, x, y
        self.done = 0

    def setup(self, estimator: object, context: object) -> None:
        """Take no note: scikit-learn's protocol asks for it."""

    def teardown(self, estimator: object, context: object) -> None:
        """Take no note: scikit-learn's protocol asks for it."""

    def on_fit_task_begin(self, estimator: object, context: object, **_: object) -> None:
        """Take no note: scikit-learn's protocol asks for it."""

    def on_fit_task_end(self, estimator: object, context: Any, *, fitted_estimator: Any = None, **_: object) -> None:
        """Report an iteration; the end of the whole fit is none."""
        if context.task_name != "lbfgs-iter":
            return
        self.done += 1
        figures = {} if fitted_estimator is None else {"loss": self._loss(fitted_estimator)}
        self.report("fit", min(self.done, self.total), self.total, **figures)

    def _loss(self, fitted: Any) -> float:
        """Return the mean cross-entropy of the rows kept for it."""
        probabilities = fitted.predict_proba(self.x)
        return float(-np.log(np.maximum(probabilities[np.arange(len(self.y)), self.y], 1e-12)).mean())
