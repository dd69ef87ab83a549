"""Reading: which files of a snapshot are read, their facts (kept ones where the content is known), and what they hide."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from assessor.budget import OUTRAN, Budget, TooMuch, at_most
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.place import BlindSpot, Place
from assessor.facts.role import Role
from assessor.looks import Look, look
from assessor.processes import Bounds, can_fork, shared, worker_count
from assessor.project.model import Project, ProjectFile
from assessor.project.path_filters import passes
from assessor.project.project_file import size_that_counts
from assessor.project.runs import CI_PRACTICES
from assessor.project.templates import marked_templates
from assessor.readers.registry import has_failed, read, readers, readers_of
from assessor.snapshot.content import blob_id, is_binary_path
from assessor.snapshot.history import HIDDEN_BY_HISTORY

if TYPE_CHECKING:
    from types import ModuleType

    from assessor.cache.cache import Cache
    from assessor.kept_facts import FileCodec
    from assessor.snapshot.history import History
    from assessor.snapshot.snapshot import FileEntry, Snapshot


class Progress(Protocol):
    """Told what is being done and, where that is counted, how much of it."""

    def __call__(self, doing: str, done: int = 0, of: int = 0) -> None: ...


_READ_ROLES = frozenset(
    {Role.FIRST_PARTY, Role.TEST, Role.DOCUMENTATION, Role.EXAMPLE, Role.DATA, Role.GENERATED, Role.TEMPLATE}
)
_MAX_DATA_BYTES = 200_000
"""Data files are read only for what stands beside data: .dvc files, cards, pointers, small configuration."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the project and how many files were listed, read and parsed as Python."""

    project: Project
    listed: int
    read: int
    parsed: int
    is_whole: bool
    """Every file that was wanted and can be read has been."""

    @property
    def blind_spots(self) -> tuple[BlindSpot, ...]:
        return self.project.blind_spots


PARALLEL_FROM = 400
"""Files from which on reading is shared among processes; below, starting them costs more than it saves."""

_HEAD = 20_000
"""Characters by which code that a program wrote is known."""
_HELD_BYTES = 100_000_000
_ALONE_BYTES = 100_000
"""Bytes of a file from which on it is read in a process of its own: no smaller one can take much time or memory."""
_FILE_SECONDS = 5.0
"""Processor time for one file; the slowest that people wrote take less than one second."""
_KEPT_AT_ONCE = 500

_Task = tuple[str, Role, int, bytes]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The files of a snapshot that are read, by path.

    `ids` names the content of each file whose content is known; `held` has the bytes that were read to know it;
    `unsearched` is how many files of others are too many to be searched for tokens.
    """

    snapshot: Snapshot
    entries: Mapping[str, FileEntry]
    ids: Mapping[str, str]
    held: dict[str, bytes]
    unsearched: int = 0

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(entry.size for entry in self.entries.values())

    def tasks(self, paths: Iterable[str]) -> Iterator[_Task]:
        """What the readers need of these files. Bytes that were held are given away, so that they take memory once."""
        asked = list(paths)
        rest = [path for path in asked if path not in self.held]
        held = ((path, self.held.pop(path)) for path in asked if path in self.held)
        stored = self.snapshot.read_all(rest)
        for path, data in chain(held, stored):
            entry = self.entries[path]
            yield path, _role(entry), size_that_counts(path, entry.size), data


def wanted_files(snapshot: Snapshot, exclude: Sequence[str] = ()) -> Wanted:
    """The files to read, nothing known about their content. `exclude`: globs of those that shall not be read."""
    vendored, beyond = _vendored(snapshot)
    added = _may_be_called(snapshot) | vendored
    wanted = (entry for entry in snapshot.files if _is_wanted(entry) or entry.path in added)
    return Wanted(snapshot, {e.path: e for e in wanted if not (exclude and passes(e.path, exclude))}, {}, {}, beyond)


_MOST_VENDORED = 5_000
_MOST_VENDORED_BYTES = 50_000_000
"""Files, and bytes of them, of others that are searched for tokens; what is beyond is told."""


def _vendored(snapshot: Snapshot) -> tuple[frozenset[str], int]:
    """Files of others that are searched for tokens, and how many are not: who commits a token among them gives it away as
    anywhere. Tests of others hold keys that are made for them."""
    from assessor.readers.texts.secrets import is_test

    found: list[str] = []
    held = beyond = 0
    for entry in snapshot.files:
        if entry.role is not Role.VENDORED or entry.is_symlink or entry.unreadable:
            continue
        if is_binary_path(entry.path) or is_test(entry.path):
            continue
        held += entry.size
        if len(found) < _MOST_VENDORED and held <= _MOST_VENDORED_BYTES:
            found.append(entry.path)
        else:
            beyond += 1
    return frozenset(found), beyond


_YAML = (".yaml", ".yml")
_MOST_TEMPLATES = 10
_LARGEST_TEMPLATE = 20_000


def _may_be_called(snapshot: Snapshot) -> frozenset[str]:
    """Templates of CI that stand in a folder called tests beside other YAML (`templates/tests/unit.yml`): a few YAML files
    and nothing else, below a folder of YAML and no code. They start nothing by themselves."""
    folders: dict[str, list[FileEntry]] = defaultdict(list)
    for entry in snapshot.files:
        folders[entry.path.rpartition("/")[0]].append(entry)
    found: set[str] = set()
    for folder, entries in folders.items():
        above = folders.get(folder.rpartition("/")[0], [])
        if len(entries) > _MOST_TEMPLATES or any(entry.role is not Role.TEST for entry in entries):
            continue
        few = all(entry.path.endswith(_YAML) and entry.size <= _LARGEST_TEMPLATE for entry in entries)
        if few and any(e.path.endswith(_YAML) for e in above) and not any(e.path.endswith(".py") for e in above):
            found.update(entry.path for entry in entries)
    return frozenset(found)


def identified(wanted: Wanted) -> Wanted:
    """The files with the ids of their contents: known for what comes from git's objects, else of the bytes read now."""
    entries = wanted.entries
    stored = {path: entry.blob for path, entry in entries.items() if entry.is_stored and not entry.unreadable}
    held = dict(wanted.snapshot.read_all(path for path in entries if path not in stored))
    ids = stored | {path: content_id(entries[path], data) for path, data in held.items()}
    return replace(wanted, ids=ids, held=held)


def content_id(entry: FileEntry, data: bytes) -> str:
    """git's id where the bytes are that blob. For others a BLAKE2 digest, since nothing protects a SHA-1 that is not
    git's own (which detects made collisions), and an index may be wrong about its files."""
    algorithm = "sha256" if len(entry.blob) == 64 else "sha1"
    if entry.blob and blob_id(data, algorithm) == entry.blob:
        return entry.blob
    return f"blake2b:{hashlib.blake2b(data, digest_size=20).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Gathered:
    """The files before their facts are joined: those that were read now, the keys of those whose content is known, and
    what is known of the facts of each file without decoding them; None where those of some file cannot be kept."""

    wanted: Wanted
    keys: Mapping[str, bytes]
    read: Mapping[str, ProjectFile]
    known: Mapping[str, Look] | None


def gathered(
    wanted: Wanted, progress: Progress | None = None, cache: Cache | None = None, budget: Budget | None = None
) -> Gathered:
    """Read the files whose facts are not kept, once, and keep them. Kept facts are not looked at yet."""
    keys = {path: file_key(cache, wanted, path) for path in wanted.ids} if cache else {}
    kept = cache.looked_at(list(keys.values()), look) if cache else {}
    known = {path: kept[key] for path, key in keys.items() if key in kept}
    for path in known:
        wanted.held.pop(path, None)
    read: dict[str, ProjectFile] = {}
    missing = [path for path in wanted.entries if path not in known]
    for file, encoded in _read_and_kept(wanted, missing, keys, cache, budget or Budget()):
        if progress:
            progress("reading", len(wanted.entries) - len(missing) + len(read), len(wanted.entries))
        read[file.path] = file
        if encoded is not None and file.path in keys:
            known[file.path] = look(encoded)
    is_whole = cache is not None and all(path in known for path in read)
    return Gathered(wanted, keys, read, known if is_whole else None)


def _read_and_kept(
    wanted: Wanted, paths: Sequence[str], keys: Mapping[str, bytes], cache: Cache | None, budget: Budget
) -> Iterator[tuple[ProjectFile, bytes | None]]:
    rows: list[tuple[bytes, bytes]] = []
    for file, encoded in _read_files(wanted.tasks(paths), len(paths), budget, keeps=cache is not None):
        yield file, encoded
        if encoded and file.path in keys:
            rows.append((keys[file.path], encoded))
        if cache and len(rows) == _KEPT_AT_ONCE:
            cache.keep(rows)
            rows.clear()
    if cache and rows:
        cache.keep(rows)


def read_project(
    wanted: Wanted, progress: Progress | None = None, cache: Cache | None = None, budget: Budget | None = None
) -> Reading:
    """Gather the facts of every file: kept ones where its content is known, else by reading it, once."""
    return joined(gathered(wanted, progress, cache, budget), cache, budget)


def joined(found: Gathered, cache: Cache | None = None, budget: Budget | None = None) -> Reading:
    """All facts as one project. What turns out not to be kept as it should be is read after all."""
    wanted, files = found.wanted, dict(found.read)
    if cache:
        files |= _kept(cache, {path: key for path, key in found.keys.items() if path not in files})
    missing = [path for path in found.known or () if path not in files]
    files |= {file.path: file for file, _ in _read_and_kept(wanted, missing, found.keys, cache, budget or Budget())}
    return _joined(wanted, files)


def file_key(cache: Cache, wanted: Wanted, path: str) -> bytes:
    """What a file's facts depend on: its content, its path, by which readers are chosen and some read, and its role."""
    return cache.key("file", wanted.ids[path], path, _role(wanted.entries[path]))


def _kept(cache: Cache, keys: Mapping[str, bytes]) -> dict[str, ProjectFile]:
    found = cache.load(_codec(shares=len(keys) >= SHARED_FROM), list(keys.values()))
    return {path: found[key] for path, key in keys.items() if key in found}


def _joined(wanted: Wanted, read: Mapping[str, ProjectFile]) -> Reading:
    snapshot = wanted.snapshot
    listed = frozenset(entry.path for entry in snapshot.files)
    in_order = {path: read[path] for path in wanted.entries if path in read and not _is_clean_vendored(read[path])}
    files = promoted(marked_templates(without_model_packages(in_order, listed)))
    history = snapshot.history()
    blind = (
        *(_with_hidden(spot, snapshot) for spot in snapshot.problems),
        *_history_problem(history),
        *_unsearched(wanted.unsearched),
        *_problems(files),
    )
    parsed = sum(1 for file in files.values() if file.facts.python is not None)
    is_whole = all(path in read or entry.unreadable for path, entry in wanted.entries.items())
    return Reading(Project(files, history, blind, listed), len(listed), len(files), parsed, is_whole)


def _is_clean_vendored(file: ProjectFile) -> bool:
    """A file of others without a token: it says nothing of the project."""
    return file.role is Role.VENDORED and not file.facts.secrets


def _unsearched(beyond: int) -> Iterator[BlindSpot]:
    """Files of others that are too many to be searched for tokens."""
    if beyond:
        reason = f"{beyond:,} files of others are not searched for secrets, since they are too many"
        yield BlindSpot(Place("."), reason, ("governance.secrets",))


def _with_hidden(spot: BlindSpot, snapshot: Snapshot) -> BlindSpot:
    """A blind spot of the listing with what a file that is there, but not read, may hide: its own facts, and secrets."""
    entry = snapshot.by_path.get(spot.place.path)
    if entry is None or entry.is_symlink or spot.practices:
        return spot
    from assessor.snapshot.roles import is_rows

    hidden = hidden_by(entry.path)
    return replace(spot, practices=hidden if is_rows(entry.path) else (*hidden, "governance.secrets"))


def _history_problem(history: History | None) -> Iterator[BlindSpot]:
    if history is not None and history.problem:
        yield BlindSpot(Place(".git"), history.problem, HIDDEN_BY_HISTORY)


SHARED_FROM = 10_000
"""Files from which on texts are shared among their facts: below, that costs more time than the memory is worth."""


@lru_cache(maxsize=4)
def _codec(*, shares: bool = False, is_sent: bool = False) -> FileCodec:
    from assessor.kept_facts import FileCodec

    return FileCodec(shares=shares, is_sent=is_sent)


def _read_files(
    tasks: Iterator[_Task], count: int, budget: Budget, *, keeps: bool
) -> Iterator[tuple[ProjectFile, bytes | None]]:
    """Each file with its facts and the bytes to keep (None where they must not be kept), in no certain order.

    Large files, and all of many, are read in processes that are confined; small ones, whose cost is small, here where
    they are few.
    """
    forks = can_fork()
    held: list[_Task] = []
    is_shared = forks and count >= PARALLEL_FROM
    for task in tasks if not is_shared else ():
        if forks and len(task[3]) > _ALONE_BYTES:
            held.append(task)
            continue
        file = read_file(task) if budget.left else _too_late(task, budget)
        yield file, _encoded(file, _codec()) if keeps else None
    for batch in _batches(tasks if is_shared else iter(held)):
        helpers = worker_count(budget.jobs) if is_shared else 1
        yield from _read_elsewhere(batch, helpers, budget, _codec(shares=count >= SHARED_FROM, is_sent=not keeps))


def _read_elsewhere(
    batch: Sequence[_Task], helpers: int, budget: Budget, codec: FileCodec
) -> Iterator[tuple[ProjectFile, bytes | None]]:
    if not batch:
        return

    def lost(task: _Task, why: str) -> ProjectFile | bytes:
        return _unread(task, f"the file {OUTRAN} {why}") if why else _too_late(task, budget)

    readers()  # imported here, once for all processes
    bounds = Bounds(lost, budget.worker_bytes, budget.ends)
    for result, _ in shared(batch, None, partial(_read_to_send, codec), helpers, bounds):
        if isinstance(result, bytes):
            decoded = codec.decode(result)
            assert decoded is not None, "what a codec encodes it decodes"
            yield decoded, result
        else:
            yield result, None


def _unread(task: _Task, reason: str) -> ProjectFile:
    path, role, size, _ = task
    return ProjectFile(path, role, size, FileFacts(problems=((1, reason),)))


def _too_late(task: _Task, budget: Budget) -> ProjectFile:
    return _unread(task, f"not read, it {budget.told}")


def _batches(tasks: Iterator[_Task]) -> Iterator[list[_Task]]:
    """Files whose bytes are held at once, the largest first: who is last is not late by much."""
    batch: list[_Task] = []
    held = 0
    for task in tasks:
        batch.append(task)
        held += len(task[3])
        if held > _HELD_BYTES:
            yield sorted(batch, key=_size, reverse=True)
            batch, held = [], 0
    yield sorted(batch, key=_size, reverse=True)


def _size(task: _Task) -> int:
    return len(task[3])


def _read_to_send(codec: FileCodec, task: _Task) -> ProjectFile | bytes:
    """Bytes, which are quicker to send and decode than pickled objects, where they hold everything."""
    file = read_file(task)
    return _encoded(file, codec) or file


def _encoded(file: ProjectFile, codec: FileCodec) -> bytes | None:
    """The bytes to keep. A reader's failure is not kept: it may depend on how much memory and stack there was."""
    return None if any(has_failed(reason) for _, reason in file.facts.problems) else codec.encode(file)


def read_file(task: _Task) -> ProjectFile:
    """The facts of one file: (path, role by its path, size that counts, bytes). What takes too much has none but the problem."""
    try:
        with at_most(_FILE_SECONDS):
            return _read_file(task)
    except (TooMuch, MemoryError) as error:
        return _unread(task, f"the file {OUTRAN} {error or 'more memory than there is'}")


def _read_file(task: _Task) -> ProjectFile:
    from assessor.readers.texts.redaction import redacted
    from assessor.snapshot.content import encoding_of, is_text
    from assessor.snapshot.roles import refine_role

    path, role, size, data = task
    text = data.decode(encoding_of(path, data), errors="replace").removeprefix("\ufeff")
    if "\0" in text and not is_text(data):
        bare = text.replace("\0", "")  # nothing to read, but no hiding place for secrets either
        told = ((1, "no text: it holds NUL bytes"),) if readers_of(path) else ()
        return ProjectFile(path, role, size, _with_text_facts(path, bare, FileFacts(problems=told), role))
    if role is Role.VENDORED:
        return ProjectFile(path, role, size, _with_text_facts(path, text, EMPTY, role))
    role = refine_role(role, path, text[:_HEAD])
    if role is Role.TEMPLATE:
        return ProjectFile(path, role, size, _with_text_facts(path, text, _template_facts(path, text), role))
    chosen = [] if role is Role.GENERATED and path.endswith(".py") else _chosen(path, role, text)
    facts = read(path, redacted(path, text), chosen) if chosen else EMPTY
    return ProjectFile(path, role, size, _with_text_facts(path, text, facts, role))


def _chosen(path: str, role: Role, text: str) -> list[ModuleType]:
    """The readers of a file; calls are looked for only in code of people that may hold one that the catalogue knows."""
    from assessor.catalog.source_patterns import may_show
    from assessor.readers.code import sources

    chosen = readers_of(path)
    if sources in chosen and (role not in _OF_PEOPLE or not may_show(path, text)):
        chosen.remove(sources)
    return chosen


_OF_PEOPLE = (Role.FIRST_PARTY, Role.TEST)


def _template_facts(path: str, text: str) -> FileFacts:
    """What the file that a template makes will say; what does not read is no problem of this repository."""
    from assessor.readers.texts.redaction import redacted
    from assessor.readers.texts.template_text import without_marks
    from assessor.snapshot.templates import made_from

    made = made_from(path) or path
    return replace(read(made, without_marks(redacted(path, text)), readers_of(made)), problems=())


_CI_FOLDERS = (
    ".github/",
    ".gitlab/",
    ".circleci/",
    ".azure",
    ".pipelines/",
    ".buildkite/",
    ".semaphore/",
    ".woodpecker/",
    "taskcluster/kinds/",
    "taskcluster/ci/",
)


def _role(entry: FileEntry) -> Role:
    """What stands in a CI folder is the project's own, also where a folder below is called test or docs."""
    if entry.path.startswith(_CI_FOLDERS) and not entry.path.endswith(".md"):
        return Role.FIRST_PARTY
    return entry.role


_OTHER_TEST = re.compile(r"_test\.go$|\.(?:test|spec)\.[cm]?[jt]sx?$|^(?=.*\.[cm]?[jt]sx?$)(?:[^/]*+/)*?__tests__/")
_STRUCTURED = (".yaml", ".yml", ".json", ".tf", ".xml", ".proto", ".js", ".ts", ".tsx", ".go", ".html", ".css", ".svg")


def _is_wanted(entry: FileEntry) -> bool:
    """Large data, and structured files that are no first party (test fixtures, examples), cannot be evidence."""
    if entry.role is Role.DATA and entry.size > _MAX_DATA_BYTES:
        return False
    if is_binary_path(entry.path) and entry.size > 1_000:
        return False  # smaller ones may be Git LFS pointers
    if entry.role is Role.TEST and _OTHER_TEST.search(entry.path):
        return entry.size < _MAX_DATA_BYTES
    if _role(entry) in (Role.TEST, Role.EXAMPLE, Role.DOCUMENTATION) and entry.path.endswith(_STRUCTURED):
        if not entry.path.rpartition("/")[2].startswith(("docker-compose", "compose", "conda", "environment")):
            return entry.role is Role.EXAMPLE and entry.size < _MAX_DATA_BYTES // 10
    return entry.role in _READ_ROLES and not (entry.is_symlink and entry.target)


_MAX_SECRET_BYTES = 400_000
"""Characters of a text that is searched for passwords too; in longer ones only tokens of known shape are looked for."""
_MAY_LEAK = (Role.FIRST_PARTY, Role.TEST, Role.EXAMPLE, Role.DATA, Role.TEMPLATE, Role.DOCUMENTATION)


def _with_text_facts(path: str, text: str, facts: FileFacts, role: Role) -> FileFacts:
    """Facts that any text may hold: credentials, Git LFS pointers."""
    from assessor.readers.tasks import dvc
    from assessor.readers.texts import secrets

    if role in _MAY_LEAK:
        found = secrets.find(path, text, tokens_only=len(text) > _MAX_SECRET_BYTES)
        facts = replace(facts, secrets=(*facts.secrets, *found)) if found else facts
    if role is Role.VENDORED:
        return replace(facts, secrets=secrets.of_others(path, text))
    if text.startswith("version https://git-lfs"):
        facts = facts.merged(dvc.read_lfs_pointer(path, text))
    return facts


_MODEL_PACKAGE = ("conda.yaml", "python_env.yaml", "requirements.txt", "MLmodel", "input_example.json")


def without_model_packages(files: Mapping[str, ProjectFile], listed: frozenset[str]) -> dict[str, ProjectFile]:
    """What MLflow writes beside a saved model (a folder with `MLmodel`) is generated, not the project's environment."""
    return {
        path: replace(file, role=Role.GENERATED) if _is_model_package(path, listed) else file
        for path, file in files.items()
    }


def _is_model_package(path: str, listed: frozenset[str]) -> bool:
    folder, _, name = path.rpartition("/")
    return name in _MODEL_PACKAGE and bool(folder) and f"{folder}/MLmodel" in listed


def promoted(files: Mapping[str, ProjectFile]) -> dict[str, ProjectFile]:
    """Where nothing but examples holds code (the repository is one example), the examples are the first party."""
    code = [file for file in files.values() if file.code is not None]
    if any(file.role is Role.FIRST_PARTY and not _is_setup(file.path) for file in code):
        return dict(files)
    return {
        path: replace(file, role=Role.FIRST_PARTY) if file.role is Role.EXAMPLE else file
        for path, file in files.items()
    }


def _is_setup(path: str) -> bool:
    return path in ("setup.py", "conftest.py", "noxfile.py", "docs/conf.py")


def _problems(files: Mapping[str, ProjectFile]) -> Iterable[BlindSpot]:
    for path in sorted(files):
        file = files[path]
        if file.role in (Role.FIRST_PARTY, Role.TEST):
            for line, reason in file.facts.problems:
                hidden = () if _EMPTY.search(reason) else hidden_by(path)
                yield BlindSpot(Place(path, max(line, 1)), reason, hidden)


_EMPTY = re.compile(r"\bempty\b|without FROM", re.IGNORECASE)
"""An empty file was read: it hides nothing."""

_CODE_PRACTICES = (
    "experiments.tracking", "experiments.registry", "experiments.tuning", "experiments.evaluation", "training.scripted",
    "training.pipeline", "training.validation_gate", "data.validation", "data.pipeline", "deployment.serving",
    "monitoring.logging", "monitoring.service", "monitoring.drift", "versioning.seeds", "versioning.config",
    "experiments.slices", "data.parity", "monitoring.predictions", "monitoring.freshness",
)  # fmt: skip


def hidden_by(path: str) -> tuple[str, ...]:
    """The practices that a file of this kind may carry."""
    name = path.rpartition("/")[2].lower()
    if name.endswith((".py", ".ipynb", ".r")):
        return _CODE_PRACTICES
    if ".github/workflows" in path or name in (".gitlab-ci.yml", ".travis.yml", "jenkinsfile") or "pipelines" in name:
        return CI_PRACTICES
    if name.startswith(("dockerfile", "docker-compose", "compose")):
        return ("versioning.environment", "deployment.packaging")
    if name.endswith(".tf"):
        return ("deployment.infrastructure", "deployment.environments")
    if name.startswith(("requirements", "pyproject", "setup.", "pipfile", "environment")):
        return ("versioning.dependencies",)
    if name == "dvc.yaml":
        return ("training.pipeline", "versioning.data", "data.lineage")
    return ()
