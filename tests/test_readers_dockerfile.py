"""What Dockerfiles run and start, over continuation lines, comments, flags and both forms."""

from __future__ import annotations

import pytest

from assessor.readers.infrastructure import dockerfile


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN pip install \\\n      -r requirements.txt", [("pip install -r requirements.txt", 2)]),
        ("RUN a \\\n && b \\\n    --flag", [("a", 2), ("b --flag", 3)]),
        ("RUN a \\\n# why\n && b", [("a", 2), ("b", 3)]),
        ("RUN --mount=type=cache,target=/c \\\n    pip install x", [("pip install x", 3)]),
        ('RUN ["pip", \\\n "install", "x"]', [("pip install x", 2)]),
        ("RUN a; b\nRUN c", [("a", 2), ("b", 2), ("c", 3)]),
        ("RUN <<EOF\na\nb --c\nEOF\nRUN d", [("a", 3), ("b --c", 4), ("d", 6)]),
    ],
)
def test_run(text: str, expected: list[tuple[str, int]]) -> None:
    facts = dockerfile.read("Dockerfile", f"FROM python:3.13\n{text}\n").dockerfile
    assert facts is not None
    assert [(command.text, command.line) for command in facts.commands] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ENTRYPOINT ["gunicorn"]\nCMD ["app:app", \\\n "--bind", ":80"]', ["gunicorn app:app --bind :80"]),
        ("CMD gunicorn app:app \\\n    --bind :80", ["gunicorn app:app --bind :80"]),
        ("CMD migrate && serve", ["migrate", "serve"]),
        ("USER 1000", []),
    ],
)
def test_start(text: str, expected: list[str]) -> None:
    facts = dockerfile.read("Dockerfile", f"FROM python:3.13\n{text}\n").dockerfile
    assert facts is not None
    assert [command.text for command in facts.entry] == expected


def test_copies_and_stages() -> None:
    text = "ARG TAG=3.13\nFROM python:${TAG} \\\n  AS build\nCOPY a \\\n  b /to/\nCOPY --from=build /x /y\nUSER 7\n"
    facts = dockerfile.read("Dockerfile", text).dockerfile
    assert facts is not None
    assert [(stage.name, stage.image) for stage in facts.stages] == [("build", "python:3.13")]
    assert [(source, to) for source, to, _ in facts.copies] == [("a", "/to/"), ("b", "/to/")]
    assert facts.user == "7"


@pytest.mark.parametrize("instruction", ["CMD", "ENTRYPOINT", "RUN", "SHELL"])
def test_thousands_of_brackets_are_no_list(instruction: str) -> None:
    found = dockerfile.read("Dockerfile", f"FROM a\n{instruction} {'[' * 5_000}\nUSER nobody\n")
    assert found.dockerfile and found.dockerfile.user == "nobody"
