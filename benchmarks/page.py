"""The figures of one run as tables, and the page of the documentation that shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_HEAD = """# Performance

Made by `python -m benchmarks` from `benchmarks/last.json`; a test keeps both together. What is measured, and how to repeat it:

```
python -m benchmarks --sizes 100,1000,10000,100000 --one-folder 50000 \\
    --repos MIRRORS --only kubeflow --peers VENVS --history 100 --json benchmarks/last.json --page docs/performance.md
```

All contenders take turns on the same working tree in the same run, so that a busy machine slows all alike. Seconds are
the best of the rounds; ratios to the cold audit are medians over the rounds, and they are what to compare: seconds depend
on the machine. Processor time is user and system time with all processes that a command starts. Memory is that of all
processes of a cold audit together, shared pages counted once.

*cold*: an audit with an empty cache, as JSON. *warm*: the same again. *next commit*: after a commit that changes ten Python
files. *nothing kept*: `--no-cache`. *floor*: read every file and `ast.parse` every Python file, in as many processes.
Made repositories are six tenths Python modules that import each other; the others are tests, configuration, manifests and
notes (`benchmarks/inputs.py`).
"""


def page(results: Mapping[str, Any]) -> str:
    """The documentation's page of a run."""
    machine = results["machine"]
    told = (
        f"\nThis run: commit {machine['commit']}, Python {machine['python']}, {machine['cores']} cores, "
        f"load {machine['load']} at its beginning, {results['rounds']} rounds.\n"
    )
    peers = "".join(f"- {name}: {state}\n" for name, state in results["peers"].items())
    return "\n".join(filter(None, (f"{_HEAD}{told}", peers, tables(results))))


def tables(results: Mapping[str, Any]) -> str:
    """One table for each input, one for growth, one for the fleet."""
    parts = [_of_one(entry) for entry in results["inputs"]]
    made = [entry for entry in results["inputs"] if entry["name"].endswith("files")]
    if len(made) > 1:
        parts.append(_growth(made))
    if fleet := results.get("fleet"):
        rows = [(f"{n} workers", f"{fleet[f'workers_{n}']['wall']:.2f} s") for n in (1, 2)]
        parts.append(_table(f"Fleet of {fleet['repositories']}", ("", "wall"), rows))
    return "\n".join(parts)


def _of_one(entry: Mapping[str, Any]) -> str:
    rows = [
        (
            name,
            f"{one['wall']:.2f} s",
            f"{one['processor']:.2f} s",
            f"{one['wall_ratio']:.2f}",
            f"{one['processor_ratio']:.2f}",
        )
        for name, one in entry["contenders"].items()
    ]
    if history := entry.get("history"):
        rows.append((
            f"history, {history['revisions']} revisions", f"{history['wall']:.2f} s", f"{history['processor']:.2f} s",
            f"{history['wall_ratio']:.2f}", f"{history['processor_ratio']:.2f}",
        ))  # fmt: skip
    title = f"{entry['name']} ({entry['files']:,} files, {entry['memory_mb']} MB)"
    head = ("", "wall", "processor", "wall / cold", "processor / cold")
    text = _table(title, head, rows)
    if rendered := entry.get("rendering"):
        shown = [(name, f"{one['seconds']:.3f} s", f"{one['bytes']:,}") for name, one in rendered.items()]
        text += "\n" + _rows(("form", "on top of the audit", "bytes"), shown)
    return text + "".join(f"\nFailed: {reason}\n" for reason in entry["failed"])


def _growth(made: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for entry in made:
        cold = entry["contenders"].get("cold")
        if cold:
            each = 1_000 * cold["processor"] / entry["files"]
            rows.append(
                (f"{entry['files']:,}", f"{cold['processor']:.2f} s", f"{each:.2f} ms", f"{entry['memory_mb']} MB")
            )
    return _table("Growth with the number of files", ("files", "processor, cold", "each file", "memory"), rows)


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return f"## {title}\n\n{_rows(head, rows)}"


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"| --- {'| ---: ' * (len(head) - 1)}|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"
