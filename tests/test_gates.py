"""A gate is known by what made the compared value and by what its failing side stops, whatever the names are."""

from __future__ import annotations

import builtins
import keyword
import textwrap
from typing import TYPE_CHECKING

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from assessor.audit import findings
from assessor.findings import Rung
from tests.conftest import write_files

if TYPE_CHECKING:
    from pathlib import Path

_TAKEN = {
    *keyword.kwlist,
    *keyword.softkwlist,
    *dir(builtins),
    "sys",
    "json",
    "mlflow",
    "model",
    "rows",
    "labels",
    "args",
}

names = st.from_regex(r"[a-z][a-z0-9_]{0,11}", fullmatch=True).filter(
    lambda n: n not in _TAKEN and not n.startswith("_")
)

METRICS = {
    "from sklearn.metrics import f1_score": "f1_score(labels, model.predict(rows))",
    "import sklearn.metrics as m": "m.mean_pinball_loss(labels, model.predict(rows))",
    "from sklearn.model_selection import cross_val_score": "cross_val_score(model, rows, labels).mean()",
    "from sklearn.metrics import brier_score_loss as b": "float(b(labels, model.predict_proba(rows)))",
    "import torchmetrics": "torchmetrics.functional.accuracy(model(rows), labels).item()",
}  # fmt: skip

HOLDERS = {
    "variable": ("{name} = {value}", "{name}"),
    "item of a dictionary": ("{name} = {{'rows': len(rows), 'it': {value}}}", "{name}['it']"),
    "item set later": ("{name} = {{}}\n{name}['it'] = {value}", "{name}['it']"),
    "part of a tuple": ("other, {name} = len(rows), {value}", "{name}"),
    "attribute": ("class Holder:\n    def __init__(self):\n        self.{name} = {value}\nholder = Holder()", "holder.{name}"),
    "what a function returns": ("def f():\n    return {value}\n{name} = f()", "{name}"),
    "part of what a function returns": ("def f():\n    return len(rows), {value}\n_, {name} = f()", "{name}"),
    "conditional expression": ("{name} = {value} if len(rows) else 0.0", "{name}"),
    "rounded": ("{name} = round(abs({value}), 3)", "{name}"),
}  # fmt: skip

LIMITS = {
    "literal": ("", "0.83"),
    "argument": ("import argparse\nargs = argparse.ArgumentParser().parse_args()", "args.{limit}"),
    "configuration": ("import yaml\nconf = yaml.safe_load(open('conf.yaml'))", "conf['{limit}']"),
    "earlier value": ("import json\nbefore = json.load(open('before.json'))", "before['{limit}']"),
    "table": ("table = {{'{limit}': 0.83, 'other': 0.7}}", "table['{limit}']"),
    "constant": ("{limit}_0 = 0.83", "{limit}_0"),
}

ENDS = {
    "raises": "if {it} < {limit}:\n    raise ValueError('too low')",
    "exits": "import sys\nif not {it} >= {limit}:\n    sys.exit(1)",
    "asserts": "assert {it} > {limit}",
    "exits with a code": "import sys\nfine = {it} > {limit}\nsys.exit(0 if fine else 1)",
    "keeps a verdict": "fine = {it} > {limit}\nif not fine:\n    raise SystemExit(1)",
    "collects": "bad = []\nif {it} < {limit}:\n    bad.append('it')\nif bad:\n    raise SystemExit(1)",
    "sets a flag": "fine = True\nif {it} < {limit}:\n    fine = False\nif not fine:\n    raise SystemExit(1)",
    "any": "if any(x < {limit} for x in [{it}]):\n    raise SystemExit(1)",
    "asks a function": "def fine(a, b):\n    return a > b\nif not fine({it}, {limit}):\n    raise SystemExit(1)",
    "does not register": "import mlflow\nif {it} > {limit}:\n    mlflow.register_model('runs:/1/model', 'prices')",
    "leaves before it registers": (
        "import mlflow\ndef last():\n    if {it} < {limit}:\n        return\n    mlflow.register_model('runs:/1/model', 'prices')\nlast()"
    ),
}  # fmt: skip

UNDECIDING = {
    "prints": "if {it} < {limit}:\n    print('low')",
    "logs": "import logging\nif {it} < {limit}:\n    logging.warning('low')",
    "takes the best": "best = 0\nfor _ in range(3):\n    if {it} > best:\n        best = {it}",
    "keeps it to itself": "fine = {it} > {limit}\nprint(fine)",
    "counts": "import sys\nif len([{it}]) < 3:\n    sys.exit(1)",
    "counts rows": "if len(rows) < 30:\n    raise ValueError('too few')",
    "counts in a dictionary": "held = {{'n': len(rows), 'it': {it}}}\nif held['n'] < 30:\n    raise ValueError('too few')",
    "counts in a function": "def f():\n    return {{'n': len(rows), 'it': {it}}}\nif f()['n'] < 30:\n    raise ValueError('too few')",
    "a round of a loop": "for number in range(9):\n    if number > 5:\n        raise ValueError(str({it}))",
    "a place in a list": "for number, _ in enumerate([{it}]):\n    if number > 5:\n        raise ValueError('long')",
    "a constant": "limit_of_all = 0.9\nif limit_of_all < 0.83:\n    raise ValueError(str({it}))",
    "never runs": "if False:\n    if {it} < {limit}:\n        raise ValueError('low')",
}  # fmt: skip

_TRAINING = """\
import pandas as pd
from sklearn.linear_model import LogisticRegression

table_of_all = pd.read_csv("rows.csv")
rows, labels = table_of_all[["a"]], table_of_all["b"]
model = LogisticRegression().fit(rows, labels)
"""


def _script(metric: str, holder: str, limit: str, end: str, name: str, limit_name: str) -> str:
    setup, given_limit = (part.format(limit=limit_name) for part in LIMITS[limit])
    held, it = (part.format(name=name, value=METRICS[metric]) for part in HOLDERS[holder])
    return "\n".join([metric, _TRAINING, setup, held, end.format(it=it, limit=given_limit), ""])


def _rung(source: str, folder: Path) -> Rung:
    write_files(folder, {"fit.py": source})
    return findings(str(folder))["training.validation_gate"].rung


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(METRICS)),
    st.sampled_from(sorted(HOLDERS)),
    st.sampled_from(sorted(LIMITS)),
    st.sampled_from(sorted(ENDS)),
    st.tuples(names, names).filter(lambda pair: pair[0] != pair[1]),
)
def test_what_an_evaluation_returned_decides(
    tmp_path_factory: pytest.TempPathFactory, metric: str, holder: str, limit: str, end: str, pair: tuple[str, str]
) -> None:
    source = _script(metric, holder, limit, ENDS[end], *pair)
    assert _rung(source, tmp_path_factory.mktemp("gate")) is Rung.USED, source


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(METRICS)),
    st.sampled_from(sorted(HOLDERS)),
    st.sampled_from(sorted(LIMITS)),
    st.sampled_from(sorted(UNDECIDING)),
    st.tuples(names, names).filter(lambda pair: pair[0] != pair[1]),
)
def test_what_counts_or_decides_nothing_is_no_gate(
    tmp_path_factory: pytest.TempPathFactory, metric: str, holder: str, limit: str, end: str, pair: tuple[str, str]
) -> None:
    source = _script(metric, holder, limit, UNDECIDING[end], *pair)
    assert _rung(source, tmp_path_factory.mktemp("none")) is Rung.ABSENT, source


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("holder", HOLDERS)
def test_every_holder_with_every_end(tmp_path: Path, holder: str, end: str) -> None:
    metric = "from sklearn.metrics import f1_score"
    assert _rung(_script(metric, holder, "argument", ENDS[end], "zq", "zl"), tmp_path) is Rung.USED


@pytest.mark.parametrize("end", UNDECIDING)
def test_every_end_that_decides_nothing(tmp_path: Path, end: str) -> None:
    metric = "from sklearn.metrics import f1_score"
    assert _rung(_script(metric, "variable", "argument", UNDECIDING[end], "zq", "zl"), tmp_path) is Rung.ABSENT


def test_stopping_a_training_early_is_no_gate(tmp_path: Path) -> None:
    source = textwrap.dedent("""\
        import tensorflow as tf

        model = tf.keras.Sequential([])
        best, waited = 0.0, 0
        for epoch in range(50):
            model.fit(rows, labels)
            quality = model.evaluate(held, answers)
            if quality > best:
                best, waited = quality, 0
                model.save("best.keras")
            else:
                waited += 1
            if waited > 5:
                break
            if quality < 0.01:
                raise RuntimeError("diverged")
        """)
    assert _rung(source, tmp_path) is Rung.ABSENT
