"""FastAPI service with Prometheus metrics."""

# from fastapi import FastAPI
# app = FastAPI()
#
# @app.post("/predict")
# def predict(image): ...
