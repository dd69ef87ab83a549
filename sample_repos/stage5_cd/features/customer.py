"""Features of a customer, for training and for the service alike."""

from datetime import timedelta

from feast import BigQuerySource, Entity, FeatureView, Field
from feast.types import Float32, Int64

customer = Entity(name="customer", join_keys=["customer_id"])

behaviour = FeatureView(
    name="behaviour",
    entities=[customer],
    ttl=timedelta(days=2),
    schema=[
        Field(name="utilisation", dtype=Float32),
        Field(name="late_90d", dtype=Int64),
        Field(name="income", dtype=Float32),
    ],
    source=BigQuerySource(table="credit.behaviour_daily", timestamp_field="day"),
)
