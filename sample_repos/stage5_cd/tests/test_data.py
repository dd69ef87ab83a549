import pytest

from credit import data


def test_plausible_customers_pass(customers):
    assert data.validate(customers) is customers


@pytest.mark.parametrize("change", [{"utilisation": 7.0}, {"late_90d": -1}, {"defaulted": 1}])
def test_implausible_customers_are_refused(customers, change):
    with pytest.raises(data.SchemaViolation):
        data.validate(customers.assign(**change))
