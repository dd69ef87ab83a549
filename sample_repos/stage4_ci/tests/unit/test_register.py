import pytest

from tickets.register import refusal

GATE = {"min_f1": 0.82, "max_loss_against_production": 0.005}


@pytest.mark.parametrize(
    ("candidate", "production", "is_refused"),
    [(0.90, None, False), (0.80, None, True), (0.86, 0.862, False), (0.85, 0.87, True)],
)
def test_gate(candidate, production, is_refused):
    assert (refusal(candidate, production, GATE) is not None) == is_refused
