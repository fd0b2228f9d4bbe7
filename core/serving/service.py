"""The service itself: which models it holds, and what it answers.

POST /classify    one headline or many, by the default model or another one, under any grouping that fits
GET  /models      the models in use
GET  /healthz     whether it answers; open to all
GET  /docs        what can be asked, for people; /openapi.json for programs
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import numpy as np
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from core import __version__
from core.data.records import text_from
from core.errors import CopydeskError, InputError, NotFound, one_line, shorten
from core.grouping import versions
from core.inference.classify import Model, answers_from, load_model
from core.inference.items import check_headline
from core.runs import models, registry, store
from core.serving.batches import Batches, Overloaded
from core.serving.limits import Gate, Limits
from core.serving.page import page_of
from core.serving.schemas import REFUSALS, Health, Listing, Question, Reply

MOST_MODELS, MOST_NAMES, MOST_AT_ONCE = 3, 100, 20
RECENT_SECONDS = 1.0

Name = TypeVar("Name")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Held:
    """A model that is loaded, and its batches."""

    model: Model
    batches: Batches


class Recent(Generic[Name, Found]):
    """What a name stands for, looked for at most once a second: others may change it on disk at any time."""

    def __init__(self, find: Callable[[Name], Found], clock: Callable[[], float] = time.monotonic) -> None:
        self._find, self._clock = find, clock
        self._known: OrderedDict[Name, tuple[float, Found]] = OrderedDict()

    def of(self, name: Name) -> Found:
        """Return what ``name`` stands for; what looking for it raises is raised here."""
        then, found = self._known.get(name, (-math.inf, None))
        if self._clock() - then < RECENT_SECONDS:
            return found
        found = self._find(name)
        self._known[name] = (self._clock(), found)
        if len(self._known) > MOST_NAMES:
            self._known.popitem(last=False)
        return found


class Service:
    """Holds the models that were asked for last, and answers with them; for one event loop."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="copydesk-model")
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._loading = asyncio.Lock()
        self._runs = Recent(_found)
        self._groupings = Recent(versions.load)

    async def held(self, reference: str | None) -> Held:
        """Return the model that is meant, loaded; NotFound or InputError when there is none."""
        run = self._runs.of(reference)
        key = f"{run.id} {run.status.get('finished_at')}"
        if key not in self._held:
            async with self._loading:
                if key not in self._held:
                    model = await asyncio.get_running_loop().run_in_executor(self._executor, load_model, run)
                    predict: Callable[[list[str]], np.ndarray] = model.classifier.predict_proba
                    self._held[key] = Held(model, Batches(predict, self._executor))
                    if len(self._held) > MOST_MODELS:
                        self._held.popitem(last=False)
        self._held.move_to_end(key)
        return self._held[key]

    async def reply(self, question: Question) -> dict[str, Any]:
        """Return the answers; InputError for what cannot be classified."""
        start = time.perf_counter()
        items = _items(question, self.limits.items)
        held = await self.held(question.run)
        grouping = self._groupings.of(question.grouping) if question.grouping is not None else None
        texts = [text_from(*item) for item in items]
        own = await held.batches.probabilities(texts)
        asked = (time.perf_counter() - start) / len(items)
        answers = partial(
            answers_from, held.model, items, own, grouping, top=question.top, explain=question.explain, seconds=asked
        )
        # Reasons of many take seconds, in which all others would wait.
        found = await asyncio.to_thread(answers) if len(items) > MOST_AT_ONCE else answers()
        spec = held.model.run.spec
        return {
            "run": held.model.run.id,
            "grouping": grouping.name if grouping else spec.grouping.name,
            "results": [answer.document() for answer in found],
            "seconds": time.perf_counter() - start,
        }

    def close(self) -> None:
        """Let go of the thread."""
        self._executor.shutdown(cancel_futures=True)


def _found(reference: str | None) -> store.Run:
    if reference is not None:
        return store.find(reference)
    run = models.default_run(store.list_all(), registry.read())
    if run is None:
        raise InputError("there is no model yet; train one, or import a bundle")
    return run


def _items(question: Question, most: int) -> list[tuple[str, str]]:
    if (question.headline is None) == (question.items is None):
        raise InputError("give either a headline or items, one of the two")
    if question.items is not None and question.description:
        raise InputError("description goes with headline; items have their own")
    if question.items is None:
        items = [(question.headline or "", question.description)]
    else:
        items = [(item.headline, item.description) for item in question.items]
    if not items:
        raise InputError("items is empty; give at least one")
    if len(items) > most:
        raise InputError(
            f"{len(items):,} items are more than the {most:,} that one request may have; send them in parts"
        )
    for number, (headline, description) in enumerate(items):
        try:
            check_headline(headline)
            _check_characters(headline, description)
        except InputError as error:
            raise (InputError(f"item {number}: {error}") if len(items) > 1 else error) from error
    return items


def _check_characters(headline: str, description: str) -> None:
    try:
        f"{headline}{description}".encode()
    except UnicodeEncodeError as error:
        raise InputError("headline or description holds half a surrogate pair; send whole characters") from error


def service_app(limits: Limits | None = None) -> Gate:
    """Return the ASGI application; what it lets in is up to ``limits``."""
    limits = limits or Limits()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.service = Service(limits)
        # The first request should not wait for the model; that there is none may change.
        with suppress(CopydeskError):
            await app.state.service.held(None)
        yield
        app.state.service.close()

    app = FastAPI(
        title="Copydesk",
        version=__version__,
        description="Classifies headlines, on this machine.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    _add_answers(app, limits)
    _add_errors(app)
    return Gate(app, limits)


def _add_answers(app: FastAPI, limits: Limits) -> None:
    @app.post("/classify", summary="Classify one headline or many", response_model=Reply, responses=REFUSALS)
    async def classify(question: Question, request: Request) -> JSONResponse:
        return JSONResponse(await request.app.state.service.reply(question))

    @app.get("/models", summary="The models in use", response_model=Listing, responses=REFUSALS)
    async def list_models() -> JSONResponse:
        return JSONResponse({"models": [one.document() for one in models.list_all() if not one.retired]})

    @app.get("/healthz", summary="Whether the service answers; needs no token", response_model=Health)
    async def healthz() -> dict[str, Any]:
        try:
            return {"status": "ok", "version": __version__, "run": _found(None).id}
        except CopydeskError:
            return {"status": "ok", "version": __version__, "run": None}

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(page_of(app.openapi(), str(request.base_url), limits))


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(CopydeskError)
    async def told(request: Request, error: CopydeskError) -> JSONResponse:
        status = 404 if isinstance(error, NotFound) else 400 if isinstance(error, InputError) else 500
        return JSONResponse({"error": one_line(str(error))}, status)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        told = f"{one_line(str(error.detail))}; /docs shows what can be asked"
        return JSONResponse({"error": told}, error.status_code, error.headers)

    @app.exception_handler(Overloaded)
    async def overloaded(request: Request, error: Overloaded) -> JSONResponse:
        message = "too many headlines wait for an answer; ask again in a moment"
        return JSONResponse({"error": message}, 503, {"Retry-After": "1"})

    @app.exception_handler(RequestValidationError)
    async def not_understood(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "the request"
        told = (
            f"{where}: {one_line(str(first['msg']))}, not {shorten(first.get('input'))}; /docs shows what can be asked"
        )
        return JSONResponse({"error": told}, 422)
