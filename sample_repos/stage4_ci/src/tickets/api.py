"""POST /route answers with a team and how sure the model is."""

from functools import lru_cache
from typing import Any

import joblib
import structlog
from fastapi import Depends, FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from pydantic import BaseModel, Field

log = structlog.get_logger()
app = FastAPI(title="Ticket router")
FastAPIInstrumentor.instrument_app(app)


class Ticket(BaseModel):
    text: str = Field(min_length=3, max_length=20_000)


@lru_cache(maxsize=1)
def router() -> Any:
    return joblib.load("models/router.joblib")


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/route")
def route(ticket: Ticket, model: Any = Depends(router)) -> dict[str, Any]:
    shares = dict(zip(model.classes_, model.predict_proba([ticket.text])[0], strict=True))
    team = max(shares, key=lambda name: shares[name])
    log.info("routed", team=team)
    return {"team": team, "sure": round(float(shares[team]), 3)}
