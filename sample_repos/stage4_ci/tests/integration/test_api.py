from fastapi.testclient import TestClient

from tickets.api import app, router
from tickets.train import build


def small_router():
    options = {"ngrams": 1, "min_df": 1, "C": 100.0}
    return build(options, seed=0).fit(["bill wrong", "parcel late"], ["billing", "delivery"])


app.dependency_overrides[router] = small_router
client = TestClient(app)


def test_a_late_parcel_goes_to_delivery():
    answer = client.post("/route", json={"text": "my parcel is late"})
    assert answer.status_code == 200
    assert answer.json()["team"] == "delivery"


def test_an_empty_ticket_is_refused():
    assert client.post("/route", json={"text": ""}).status_code == 422
