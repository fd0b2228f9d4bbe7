"""What goes in and out of the service, field by field, as its OpenAPI document tells it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Item(BaseModel):
    """A headline with or without a description."""

    model_config = ConfigDict(extra="forbid")

    headline: str = Field(examples=["Quarterback Wins Game"])
    description: str = ""


class Question(BaseModel):
    """What is to be classified: one headline, or ``items``."""

    model_config = ConfigDict(extra="forbid")

    headline: str | None = Field(None, description="One headline.", examples=["Senate Passes Budget After Long Night"])
    description: str = Field("", description="Its description.")
    items: list[Item] | None = Field(None, description="Many headlines, instead of one.")
    run: str | None = Field(None, description="A run's id or name; without one the default model answers.")
    grouping: str | None = Field(None, description="The name of a grouping; without one that of the run.")
    top: Annotated[int | None, Field(ge=1)] = Field(None, description="Tell only so many labels.")
    explain: bool = Field(False, description="Add the words that spoke for each answer.")


class Result(BaseModel):
    """The answer about one headline; probabilities begin with the most probable label."""

    headline: str
    description: str
    label: str
    confidence: float
    predicted_category: str | None
    category_confidence: float | None
    categories: dict[str, float]
    probabilities: dict[str, float]
    seconds: float
    explanation: dict[str, Any] | None


class Reply(BaseModel):
    """The answers, in the order of the items."""

    run: str
    grouping: str
    results: list[Result]
    seconds: float


class Listed(BaseModel):
    """A model, as `models list --json` prints it."""

    run: str
    name: str
    mark: str = Field(description="default, starter or nothing.")
    dataset: str
    fingerprint: str
    model: str
    preset: str
    target: Literal["category", "group"]
    grouping: str
    accuracy: float | None
    macro_f1: float | None
    bytes: int
    created_at: str
    default: bool
    retired: bool


class Listing(BaseModel):
    """The models in use."""

    models: list[Listed]


class Health(BaseModel):
    """That the service answers, and by which run where none is named."""

    status: Literal["ok"]
    version: str
    run: str | None


class Refusal(BaseModel):
    """Why there is no answer, in one line."""

    error: str


_REASONS = {
    400: "The text, the run or the grouping cannot be used",
    401: "The token is missing or wrong",
    404: "There is no such run or grouping",
    408: "The request did not come in time",
    413: "The request is too large",
    421: "The service was asked under another name than that of this machine",
    422: "The request is not what the schema says",
    429: "Too many requests a second",
    503: "Too much waits for an answer, or the service is about to end",
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusal, "description": reason} for status, reason in _REASONS.items()
}
