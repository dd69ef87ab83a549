"""Which repositories are meant: folders, globs, URLs, lists as text and CSV, and the JSON of GitHub's and GitLab's tools."""

from __future__ import annotations

import csv
import glob
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assessor.errors import UserError
from assessor.portfolio import Named, Row, read_rows
from assessor.snapshot.clone import is_url, without_credentials
from assessor.snapshot.named import named_text, read_named

_MOST_BYTES = 500_000_000
"""Bytes of a list; the results of 100,000 repositories have as many."""
_TARGETS = ("path", "url", "target", "source", "repository")
"""Columns that say where a repository is."""
_KNOWN = ("name", "ref", "profile", "owner", "criticality")


@dataclass(frozen=True, slots=True)
class Sources:
    """The repositories to audit, each once, and rows of earlier results that are taken as they are."""

    named: tuple[Named, ...]
    rows: tuple[Row, ...] = ()
    left_out: tuple[str, ...] = ()
    """What was passed over, and why, for a line on standard error."""


def find_sources(words: Iterable[str]) -> Sources:
    """What the words of the command line mean. Raises UserError for a word or a line that means nothing."""
    named: list[Named] = []
    rows: list[Row] = []
    left: list[str] = []
    for word in words:
        path = Path(word)
        if word.endswith((".jsonl", ".ndjson")) and path.is_file():
            rows += read_rows(word, read_named(path, most=_MOST_BYTES))
        else:
            named += _of_word(word, left)
    if not named and not rows:
        raise UserError("no repository; give folders, clone URLs, or a list of them")
    once = dict.fromkeys(one.key for one in named)
    if len(once) < len(named):
        left.append(f"{len(named) - len(once)} repositories are named twice and audited once")
    first: dict[tuple[str, str], Named] = {}
    for one in named:
        first.setdefault(one.key, one)
    return Sources(tuple(_with_names(first.values())), tuple(rows), tuple(left))


def _of_word(word: str, left: list[str]) -> list[Named]:
    path = Path(word)
    if path.is_dir():
        return [Named(str(path))]
    if path.is_file():
        return list(_of_file(path, left))
    if is_url(word):
        return [Named(word)]
    if any(sign in word for sign in "*?["):
        found = sorted(name for name in glob.glob(word) if Path(name).is_dir())  # noqa: PTH207 - absolute and relative
        if not found:
            raise UserError(f"{word}: no folder has such a name")
        return [Named(name) for name in found]
    raise UserError(f"{word} does not exist, and is no clone URL")


def _of_file(path: Path, left: list[str]) -> Iterator[Named]:
    if path.suffix == ".csv":
        return _of_csv(path)
    if path.suffix == ".json":
        return _of_json(path, left)
    return _of_text(path)


def _of_text(path: Path) -> Iterator[Named]:
    """A path or URL a line; blank lines and those that begin with # are passed over."""
    for number, line in enumerate(named_text(path, most=_MOST_BYTES).splitlines(), start=1):
        word = line.strip()
        if word and not word.startswith("#"):
            yield Named(_place(path, number, word))


def _place(file: Path, number: int, word: str) -> str:
    """A URL, or a folder beside the list. Raises UserError for a folder that is not there."""
    if is_url(word):
        return word
    folder = file.parent / word
    if not folder.is_dir():
        raise UserError(
            f"{file}:{number}: {word[:200]} is no folder{' beside the list' * (not Path(word).is_absolute())} and no clone URL"
        )
    return str(folder)


def _of_csv(path: Path) -> Iterator[Named]:
    """A head row; one column of `_TARGETS`, and any of `_KNOWN`. Other columns are passed over."""
    reader = csv.DictReader(named_text(path, most=_MOST_BYTES).splitlines(), skipinitialspace=True)
    heads = {(head or "").strip().lower(): head for head in reader.fieldnames or ()}
    where = next((name for name in _TARGETS if name in heads), "")
    if not where:
        raise UserError(
            f"{path}:1: no column {', '.join(_TARGETS[:-1])} or {_TARGETS[-1]} that says where repositories are"
        )
    for line in reader:
        number = reader.line_num
        word = (line[heads[where]] or "").strip()
        if not word:
            continue
        values = {name: (line.get(heads[name]) or "").strip() for name in _KNOWN if name in heads}
        yield _checked(path, number, Named(_place(path, number, word), **values))


def _checked(path: Path, number: int, named: Named) -> Named:
    from assessor.catalog.loading import did_you_mean
    from assessor.policy.config import profiles

    if named.profile and named.profile not in profiles():
        hint = did_you_mean(named.profile, profiles()) or f"; there are {', '.join(profiles())}"
        raise UserError(f"{path}:{number}: no profile '{named.profile[:60]}'{hint}")
    return named


def _of_json(path: Path, left: list[str]) -> Iterator[Named]:
    """What `gh repo list --json …` or GitLab's project API gives: a list of objects with an address each."""
    try:
        found = json.loads(named_text(path, most=_MOST_BYTES))
    except ValueError as error:
        raise UserError(f"{path}:1: no JSON ({error})") from error
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise UserError(
            f"{path}:1: no list of repositories, as `gh repo list --json name,url` or GitLab's /projects gives"
        )
    archived = 0
    for number, entry in enumerate(found, start=1):
        if entry.get("isArchived") or entry.get("archived"):
            archived += 1
            continue
        yield _of_entry(path, number, entry)
    if archived:
        left.append(f"{path}: {archived} archived repositories are left out")


def _of_entry(path: Path, number: int, entry: Mapping[str, Any]) -> Named:
    address = entry.get("http_url_to_repo") or entry.get("url") or entry.get("sshUrl") or entry.get("ssh_url_to_repo")
    if not isinstance(address, str) or not is_url(address):
        raise UserError(f"{path}:1: entry {number} has no url (with gh: `gh repo list --json nameWithOwner,url`)")
    name = entry.get("path_with_namespace") or entry.get("nameWithOwner") or entry.get("name") or ""
    owner = entry.get("owner") or entry.get("namespace") or {}
    login = owner.get("login") or owner.get("full_path") if isinstance(owner, dict) else ""
    return Named(address, name=str(name), owner=str(login or ""))


def _with_names(named: Iterable[Named]) -> Iterator[Named]:
    """Each with a name of its own: where none was given as much of its address's end as tells it from the others; where
    one was given twice, with its address beside it. Credentials stay out of names."""
    listed = list(named)
    parts = [
        tuple(p for p in without_credentials(one.target).replace("\\", "/").removesuffix(".git").split("/") if p)
        for one in listed
    ]
    ends: dict[tuple[str, ...], int] = {}
    for way in parts:
        for size in range(1, len(way) + 1):
            ends[way[-size:]] = ends.get(way[-size:], 0) + 1
    given: dict[str, int] = {}
    for one in listed:
        given[one.name] = given.get(one.name, 0) + 1
    for one, way in zip(listed, parts, strict=True):
        if one.name and given[one.name] == 1:
            yield one
            continue
        size = next((size for size in range(1, len(way) + 1) if ends[way[-size:]] == 1), len(way))
        short = "/".join(way[-size:]) + (f"@{one.ref}" if one.ref else "")
        yield replace(one, name=f"{one.name} ({short})" if one.name else short)
