import pytest

from credit.monitoring.drift import psi


def test_same_data_has_no_drift(customers):
    assert psi(customers["income"], customers["income"]) == pytest.approx(0, abs=1e-6)


def test_doubled_income_is_drift(customers):
    assert psi(customers["income"], customers["income"] * 2) > 0.2
