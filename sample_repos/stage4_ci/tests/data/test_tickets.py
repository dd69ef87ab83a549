"""Properties of the versioned tickets."""

import pandas as pd
import pytest

from tickets import validate


@pytest.fixture(scope="module")
def tickets():
    return pd.read_csv("data/tickets.csv")


def test_schema(tickets):
    validate.validate(tickets)


def test_each_team_has_enough_tickets(tickets):
    assert tickets["team"].value_counts().min() >= 500


def test_no_mail_address_is_left(tickets):
    assert not tickets["text"].str.contains(r"\w@\w+\.\w").any()
