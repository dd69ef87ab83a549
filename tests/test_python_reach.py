"""Statements of a Python source that can never run leave no facts; their live twins do."""

from __future__ import annotations

import pytest

from assessor.readers.code import notebook
from assessor.readers.code.python import read

DEAD = {
    "if False": "if False:\n    work()",
    "if 0": "if 0:\n    work()",
    "if not True": "if not True:\n    work()",
    "if None": "if None:\n    work()",
    "else of True": "if True:\n    rest()\nelse:\n    work()",
    "two numbers": "if 1 == 2:\n    work()",
    "two texts": "if 'a' == 'b':\n    work()",
    "a constant": "RUNS = False\nif RUNS:\n    work()",
    "a constant of the module": "RUNS = False\ndef f():\n    if RUNS:\n        work()",
    "a local constant": "def f():\n    runs = 0\n    if runs:\n        work()",
    "a constant against a limit": "auc = 0.99\nif auc < 0.8:\n    work()",
    "and": "False and work()",
    "or": "True or work()",
    "and in a condition": "if x and False:\n    work()",
    "conditional expression": "y = work() if False else 0",
    "while False": "while False:\n    work()",
    "for over nothing": "for _ in []:\n    work()",
    "for over range(0)": "for _ in range(0):\n    work()",
    "comprehension over nothing": "y = [work() for _ in ()]",
    "comprehension that takes none": "y = [work() for _ in rows if False]",
    "type checking": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    work()",
    "Python 2": "import sys\nif sys.version_info[0] == 2:\n    work()",
    "before Python 3": "import sys\nif sys.version_info < (3,):\n    work()",
    "Python 4": "import sys\nif sys.version_info >= (4, 0):\n    work()",
    "six.PY2": "import six\nif six.PY2:\n    work()",
    "another name of the module": "if __name__ == 'nonsense':\n    work()",
    "after return": "def f():\n    return 1\n    work()",
    "after raise": "def f():\n    raise ValueError\n    work()",
    "after both ways return": "def f(x):\n    if x:\n        return 1\n    else:\n        raise ValueError\n    work()",
    "after exit": "import sys\nsys.exit(0)\nwork()",
    "after os._exit": "import os\nos._exit(0)\nwork()",
    "after a bare exit": "exit()\nwork()",
    "after assert False": "assert False\nwork()",
    "after an endless loop": "while True:\n    pass\nwork()",
    "after a loop that only returns": "def f():\n    while 1:\n        if x():\n            return 2\n    work()",
    "after break": "for a in rows:\n    break\n    work()",
    "after continue": "for a in rows:\n    continue\n    work()",
    "except of pass": "try:\n    pass\nexcept Exception:\n    work()",
    "after a try whose ways all return": "def f():\n    try:\n        return g()\n    except E:\n        raise\n    work()",
    "a function after the end": "import sys\nsys.exit()\ndef f():\n    work()",
    "skipped test": "import pytest\n@pytest.mark.skip(reason='x')\ndef test_a():\n    work()",
    "skipped class": "import unittest\n@unittest.skip('x')\nclass TestA:\n    def test_a(self):\n        work()",
    "skipped module": "import pytest\npytestmark = pytest.mark.skip\ndef test_a():\n    work()",
    "skipped inside": "import pytest\ndef test_a():\n    pytest.skip('x')\n    work()",
}  # fmt: skip
LIVE = {
    "a parameter": "def f(runs=False):\n    if runs:\n        work()",
    "bound twice": "RUNS = False\nRUNS = ask()\nif RUNS:\n    work()",
    "bound by a function": "RUNS = False\ndef on():\n    global RUNS\n    RUNS = True\ndef f():\n    if RUNS:\n        work()",
    "bound in a loop": "done = False\nwhile not done:\n    work()\n    done = True",
    "a list that grows": "bad = []\nfor a in rows:\n    bad.append(a)\nif bad:\n    work()",
    "an import's name": "try:\n    import a\n    HAS = True\nexcept ImportError:\n    HAS = False\nif HAS:\n    work()",
    "a star import": "RUNS = False\nfrom settings import *\nif RUNS:\n    work()",
    "a local of the same name": "RUNS = False\ndef f(RUNS):\n    if RUNS:\n        work()",
    "an attribute": "if args.runs:\n    work()",
    "or of unknown": "x or work()",
    "and True": "True and work()",
    "conditional expression": "y = work() if True else 0",
    "else of False": "if False:\n    rest()\nelse:\n    work()",
    "Python 3": "import sys\nif sys.version_info >= (3, 8):\n    work()",
    "Python 3.13 or later": "import sys\nif sys.version_info >= (3, 13):\n    work()",
    "main": "if __name__ == '__main__':\n    work()",
    "main turned round": "if '__main__' == __name__:\n    work()",
    "main among others": "if __name__ in ('__main__', 'builtins'):\n    work()",
    "a prefix of Airflow's loader": "if __name__.startswith('unusual_prefix'):\n    work()",
    "one way returns": "def f(x):\n    if x:\n        return 1\n    work()",
    "exit of the project": "def exit():\n    pass\nexit()\nwork()",
    "after an endless loop with a way out": "while True:\n    if x():\n        break\nwork()",
    "inner break": "while True:\n    for a in rows:\n        break\n    work()",
    "after for and return": "def f():\n    for a in rows:\n        return a\n    work()",
    "a swallowed exit": "import contextlib, sys\nwith contextlib.suppress(SystemExit):\n    sys.exit()\nwork()",
    "a caught exit": "import sys\ntry:\n    sys.exit()\nexcept SystemExit:\n    pass\nwork()",
    "expected failure": "import pytest\ndef test_a():\n    with pytest.raises(ValueError):\n        raise ValueError\n    work()",
    "except": "try:\n    g()\nexcept Exception:\n    work()",
    "finally": "def f():\n    try:\n        return 1\n    finally:\n        work()",
    "skipped on a condition": "import pytest\n@pytest.mark.skipif(old, reason='x')\ndef test_a():\n    work()",
    "match": "match x:\n    case 1:\n        work()",
}  # fmt: skip


def _calls(source: str) -> set[str]:
    facts = read("src/run.py", source).python
    assert facts is not None
    return {call.name for call in facts.calls}


@pytest.mark.parametrize("source", DEAD.values(), ids=DEAD)
def test_what_cannot_run_leaves_no_call(source: str) -> None:
    assert "work" not in _calls(source)


@pytest.mark.parametrize("source", LIVE.values(), ids=LIVE)
def test_what_may_run_leaves_its_call(source: str) -> None:
    assert "work" in _calls(source)


def test_a_module_of_that_name_may_ask_for_it() -> None:
    facts = read("src/nightly.py", "if __name__ == 'nightly':\n    work()").python
    assert facts is not None
    assert [call.name for call in facts.calls] == ["work"]


def test_a_person_runs_the_cells_of_a_notebook_one_by_one() -> None:
    cells = ["TRAIN = False", "if TRAIN:\n    work()", "raise SystemExit", "more()", "if False:\n    never()"]
    code = [{"cell_type": "code", "source": cell, "outputs": [], "metadata": {}} for cell in cells]
    import json

    read_cells = notebook.read("a.ipynb", json.dumps({"cells": code, "metadata": {}, "nbformat": 4})).notebook
    assert read_cells is not None
    assert [call.name for call in read_cells.code.calls] == ["work", "more"]


def test_a_lambda_that_has_a_name_is_a_function() -> None:
    facts = read("a.py", "later = lambda: work()\n").python
    assert facts is not None
    assert [facts.scopes[call.scope].name for call in facts.calls] == ["later"]


ASSERTIONS = {
    "assert x == x": 0,
    "assert (x, 'message')": 0,
    "assert 1 == 1": 0,
    "limit = 3\n    assert limit == 3": 0,
    "assert x == y": 1,
    "assert x": 1,
    "assert x >= f(x)": 1,
    "return\n    assert x == y": 0,
}


@pytest.mark.parametrize("body", ASSERTIONS)
def test_assertions_that_cannot_fail_prove_nothing(body: str) -> None:
    facts = read("test_a.py", f"def test_a():\n    {body}\n").python
    assert facts is not None
    assert len(facts.scopes[2].asserts) == ASSERTIONS[body]
