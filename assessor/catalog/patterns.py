"""How catalogue patterns are compared with what code and commands say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache


@lru_cache(maxsize=65_536)
def matches_call(pattern: str, name: str) -> bool:
    """Compare a call pattern with a resolved dotted name.

    `mlflow.log_metric` has the same first word as the name and the name ends with the other words
    (`mlflow.tracking.fluent.log_metric`); a last word `*` stands for any word, and one such as `*Config` for any with
    that ending; `?.fit` matches any call whose last word is fit; `*` matches every call.
    """
    if pattern == "*":
        return True
    wanted, words = pattern.split("."), name.split(".")
    if wanted[0] == "?":
        return words[-len(wanted) + 1 :] == wanted[1:] and len(words) > 1
    if words[0] != wanted[0] or len(words) < len(wanted):
        return False
    tail = wanted[1:]
    if not tail:
        return len(words) == 1
    if len(tail[-1]) > 1 and tail[-1][0] == "*":
        return words[-1].endswith(tail[-1][1:]) and (len(tail) == 1 or words[-len(tail) : -1] == tail[:-1])
    if tail[-1] == "*":
        middle = tail[:-1]
        return len(words) > len(middle) + 1 and (
            not middle or words[-len(tail) : -1] == middle or words[1 : len(middle) + 1] == middle
        )
    return words[-len(tail) :] == tail or _by_its_module(tail, words[1:])


@lru_cache(maxsize=65_536)
def matches_any_call(patterns: tuple[str, ...], name: str) -> bool:
    """One of the call patterns matches the name; only those are compared that have its first or last word."""
    by_word = _call_patterns(patterns)
    for key in (name.partition(".")[0], f"?{name.rpartition('.')[2]}", "*"):
        for pattern in by_word.get(key, ()):
            if matches_call(pattern, name):
                return True
    return False


@lru_cache(maxsize=1_024)
def _call_patterns(patterns: tuple[str, ...]) -> Mapping[str, list[str]]:
    """Call patterns by what a name must hold to match: its first word, or `?last`."""
    found: dict[str, list[str]] = defaultdict(list)
    for pattern in patterns:
        head, _, rest = pattern.partition(".")
        found[f"?{rest.rpartition('.')[2]}" if head == "?" else head].append(pattern)
    return found


def _by_its_module(tail: list[str], words: list[str]) -> bool:
    """A class that its package re-exports may be imported from the submodule that defines it: `bigquery.Client.query`
    is `bigquery.client.Client.query` too."""
    at = next((at for at, word in enumerate(tail) if word[:1].isupper()), 0)
    own = len(tail) - at
    if not at or words[-own:] != tail[at:]:
        return False
    between = iter(words[:-own])
    return all(word in between for word in tail[:at])


def matches_command(pattern: str, words: Sequence[str]) -> bool:
    """Compare a command pattern with a command line without wrappers.

    The first word is the program; the further words stand in the command line in that order, with others between them.
    """
    wanted = _words(pattern)
    return bool(words) and bool(wanted) and words[0] == wanted[0] and _follow(wanted, words)


def _follow(wanted: tuple[str, ...], words: Sequence[str]) -> bool:
    """The words of a pattern behind its program stand in the command line, whose program is the same."""
    position = 1
    for word in wanted[1:]:
        while position < len(words) and words[position] != word and not words[position].startswith(word + "="):
            position += 1
        if position == len(words):
            return False
        position += 1
    return True


def matches_any_command(patterns: tuple[str, ...], words: Sequence[str]) -> bool:
    """One of the command patterns matches the command line; only those of its program are compared."""
    own = _command_patterns(patterns).get(words[0], ()) if words else ()
    return bool(own) and any(_follow(wanted, words) for wanted in own)


@lru_cache(maxsize=8_192)
def _words(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.split())


@lru_cache(maxsize=1_024)
def _command_patterns(patterns: tuple[str, ...]) -> Mapping[str, list[tuple[str, ...]]]:
    """The words of command patterns by their program."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for pattern in patterns:
        found[_words(pattern)[0]].append(_words(pattern))
    return found


@lru_cache(maxsize=8_192)
def _glob(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?)", pattern)
    mapped = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(mapped.get(part, re.escape(part)) for part in parts), re.IGNORECASE)


@lru_cache(maxsize=8_192)
def _ending(pattern: str) -> str:
    """What every match of a glob ends with, in lower case: the text after its last `*` or `?`."""
    return re.split(r"[*?]", pattern)[-1].lower()


def matches_path(pattern: str, path: str) -> bool:
    """Compare a path glob, as in .gitignore: without a slash it matches the file's name in any folder."""
    if not path.lower().endswith(_ending(pattern).lstrip("/")):
        return False  # most patterns end here, before anything is compiled
    if "/" not in pattern:
        return _glob(pattern).fullmatch(path.rpartition("/")[2]) is not None
    return _glob(pattern.lstrip("/")).fullmatch(path) is not None


@lru_cache(maxsize=8_192)
def matches_text(pattern: str, text: str) -> bool:
    """Compare with `*` for any run of characters; case does not matter."""
    head, star, _ = pattern.lower().partition("*")
    if not (text.lower().startswith(head) if star else text.lower() == head):
        return False
    body = "".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", pattern))
    return re.fullmatch(body, text, re.IGNORECASE | re.DOTALL) is not None


def matches_image(pattern: str, image: str) -> bool:
    """Compare an image without registry host, tag and digest: `mlflow/mlflow` matches `ghcr.io/mlflow/mlflow:v2`."""
    plain = image.partition("@")[0]
    head, _, last = plain.rpartition("/")
    plain = f"{head}/{last.partition(':')[0]}" if head else last.partition(":")[0]
    wanted = pattern.lower()
    plain = plain.lower()
    return plain == wanted or plain.endswith("/" + wanted)


@lru_cache(maxsize=8_192)
def plain_action(uses: str) -> str:
    """The name of an action, task, orb, pipe or plugin without its version, its tag and the registry of its image:
    `docker.io/plugins/docker:20` is `plugins/docker`."""
    plain = uses.removeprefix("docker://").partition("@")[0]
    head, slash, last = plain.rpartition("/")
    if "$" not in last:
        plain = f"{head}{slash}{last.partition(':')[0]}"
    host, slash, rest = plain.partition("/")
    return rest if slash and "." in host.strip(".") else plain


_OWN_ORBS = "circleci/"


def matches_action(pattern: str, uses: str) -> bool:
    """Compare an action, task or orb before its `@version`: equal, or the pattern names the repository above it.

    `*/name` is an action of that name by anybody. CircleCI's own orbs are named without `circleci/` too.
    """
    plain, wanted = plain_action(uses).lower(), pattern.lower()
    if plain.startswith(_OWN_ORBS) and not wanted.startswith(_OWN_ORBS):
        plain = plain.removeprefix(_OWN_ORBS)
    if wanted.startswith("*/"):
        return plain.partition("/")[2] == wanted[2:]
    return plain == wanted or ("/" in wanted and plain.startswith(wanted + "/"))
