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
    "a chain of constants": "A = False\nB = A\nif B:\n    work()",
    "not in a tuple": "MODE = 'prod'\nif MODE in ('dev', 'test'):\n    work()",
    "a field of a plain class": "class Flags:\n    on = False\nif Flags.on:\n    work()",
    "an item of a dictionary that is only read": "FLAGS = {'on': False}\nif FLAGS['on']:\n    work()",
    "what a function always returns": "def on():\n    return False\nif on():\n    work()",
    "two values at once": "import os\nif os.environ.get('A') == 'x' and os.environ.get('A') == 'y':\n    work()",
    "the length of nothing": "if len([]) > 0:\n    work()",
    "a type that it has not": "if isinstance(1, str):\n    work()",
    "any of nothing": "if any([]):\n    work()",
    "arithmetic": "if 2 + 2 == 5:\n    work()",
    "a chain of comparisons": "if 1 < 0 < x:\n    work()",
    "a method of a text": "if 'a'.startswith('b'):\n    work()",
    "not __debug__": "if not __debug__:\n    work()",
    "a platform that there is not": "import sys\nif sys.platform == 'nothing':\n    work()",
    "in nothing": "if x in []:\n    work()",
    "for over an empty range": "for _ in range(5, 5):\n    work()",
    "for over the items of nothing": "for k, v in {}.items():\n    work()",
    "for over a slice of nothing": "for row in rows[:0]:\n    work()",
    "for over zip with nothing": "for row in zip([], rows):\n    work()",
    "for over a list that stays empty": "ITEMS = []\nfor item in ITEMS:\n    work()",
    "a case that is another": "match 1:\n    case 2:\n        work()",
    "after a function that ends the process": "import sys\ndef bye():\n    sys.exit()\nbye()\nwork()",
    "test without cases": "import pytest\n@pytest.mark.parametrize('x', [])\ndef test_a(x):\n    work()",
    "test that is none": "class TestA:\n    __test__ = False\n    def test_a(self):\n        work()",
    "test class with a constructor": "class TestA:\n    def __init__(self):\n        pass\n    def test_a(self):\n        work()",
    "set-up that skips": "class A(TestCase):\n    def setUp(self):\n        self.skipTest('x')\n    def test_a(self):\n        work()",
    "a name for a mark": "import pytest\noff = pytest.mark.skip(reason='x')\n@off\ndef test_a():\n    work()",
    "skipif of a constant": "import pytest\n@pytest.mark.skipif(1 == 1, reason='x')\ndef test_a():\n    work()",
    "a fixture that skips all": "import pytest\n@pytest.fixture(autouse=True)\ndef off():\n    pytest.skip('x')\ndef test_a():\n    work()",
    "a test defined again": "def test_a():\n    work()\ndef test_a():\n    pass",
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
    "a chain that changes": "A = False\nA = ask()\nB = A\nif B:\n    work()",
    "a field that is set": "class Flags:\n    on = False\nFlags.on = ask()\nif Flags.on:\n    work()",
    "a field of settings": "class Flags(BaseSettings):\n    on: bool = False\nif Flags.on:\n    work()",
    "an item of a dictionary that is filled": "FLAGS = {'on': False}\nFLAGS.update(read())\nif FLAGS['on']:\n    work()",
    "what a function finds out": "def on():\n    return ask()\nif on():\n    work()",
    "two different questions": "import os\nif os.environ.get('A') == 'x' and os.environ.get('B') == 'y':\n    work()",
    "the length of something": "if len(rows) > 0:\n    work()",
    "a builtin of its own": "def any(x):\n    return ask()\nif any([]):\n    work()",
    "another platform": "import sys\nif sys.platform == 'darwin':\n    work()",
    "for over a range": "for _ in range(1, 5):\n    work()",
    "for over a list that is filled": "ITEMS = []\nread(ITEMS)\nfor item in ITEMS:\n    work()",
    "after a function that may end the process": "import sys\ndef bye():\n    if ask():\n        sys.exit()\nbye()\nwork()",
    "test with cases": "import pytest\n@pytest.mark.parametrize('x', [1])\ndef test_a(x):\n    work()",
    "a fixture that skips some": "import pytest\n@pytest.fixture(autouse=True)\ndef off(x):\n    if x:\n        pytest.skip('x')\ndef test_a():\n    work()",
    "two tests of other classes": "class TestA:\n    def test_a(self):\n        work()\nclass TestB:\n    def test_a(self):\n        pass",
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
    "assert len(x) >= 0": 0,
    "assert len(x) > 0": 1,
    "try:\n        assert x == y\n    except Exception:\n        pass": 0,
    "try:\n        assert x == y\n    except AssertionError:\n        raise": 1,
    "try:\n        assert x == y\n    except ValueError:\n        pass": 1,
}


@pytest.mark.parametrize("body", ASSERTIONS)
def test_assertions_that_cannot_fail_prove_nothing(body: str) -> None:
    facts = read("test_a.py", f"def test_a():\n    {body}\n").python
    assert facts is not None
    assert len(facts.scopes[2].asserts) == ASSERTIONS[body]
