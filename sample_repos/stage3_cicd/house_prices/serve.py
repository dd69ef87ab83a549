"""POST /price answers with an estimate in EUR."""

import logging
from datetime import date
from functools import lru_cache

import comet_ml
import joblib
import numpy as np
import pandas as pd
from fastapi import Depends, FastAPI
from prometheus_fastapi_instrumentator import Instrumentator
from pydantic import BaseModel, Field

from house_prices import features

log = logging.getLogger(__name__)
app = FastAPI(title="House prices")
Instrumentator().instrument(app).expose(app)


class House(BaseModel):
    rooms: int = Field(ge=1, le=30)
    living_area: float = Field(gt=0)
    plot_area: float = Field(ge=0)
    built: int


@lru_cache(maxsize=1)
def current_model():
    versions = comet_ml.API().get_model("pricing", "house-prices").find_versions(status="Production")
    comet_ml.API().get_model("pricing", "house-prices").download(versions[0], "model")
    return joblib.load("model/model.joblib")


@app.get("/health")
def health() -> dict:
    return {"status": "ok"}


@app.post("/price")
def price(house: House, model=Depends(current_model)) -> dict:
    table = features.build(pd.DataFrame([house.model_dump()]), date.today().year)
    estimate = float(np.exp(model.predict(table))[0])
    log.info("estimated %.0f", estimate)
    return {"price": round(estimate, -2)}
