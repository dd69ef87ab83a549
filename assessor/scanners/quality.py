"""Quality: modularity, complexity, notebooks, hooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from assessor.catalog.programs import programs
from assessor.facts.commands import Hook
from assessor.facts.place import Place
from assessor.facts.python import Metrics, NotebookFacts
from assessor.findings import Finding, Hop, NearMiss, Rung, numbered
from assessor.hits.scene import Scene
from assessor.project.arrivals import Site
from assessor.project.model import ProjectFile, Role
from assessor.project.project_file import OTHER_LANGUAGES
from assessor.scanners import ladder
from assessor.scanners.claims import (
    NONE,
    WITH_TESTS,
    Claim,
    Measure,
    NotApplicable,
    Reached,
    Rule,
    Statement,
    Ways,
    always,
    at_command,
    guarding,
    intended,
)
from assessor.scanners.restated import INDEX, index_of, is_maintained, said_of_complexity
from assessor.snapshot.roles import role_of

MAX_MEAN_COMPLEXITY = 10.0
"""Mean cyclomatic complexity of functions that still counts as within bounds (radon's rank A and B; McCabe 1976)."""


MAX_COMPLEX_SHARE = 0.1
"""Share of functions above a complexity of 10 (McCabe's limit) that still counts as within bounds."""


MAX_OUTPUT_BYTES = 100_000
"""Stored outputs of a clean notebook."""


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the four practices of quality."""
    return ladder.findings(scene, RULES)


# ---- modularity ----


def modularity(scene: Scene) -> Iterator[Statement]:
    """Most code lines in modules: used; most in notebooks: declared."""
    modules = [(code.source_lines, file) for file in scene.project.code_files if (code := file.facts.python)]
    books = [(book.code.source_lines, file) for file in scene.project.notebooks if (book := file.facts.notebook)]
    others = list(_of_other_languages(scene))
    in_modules, in_notebooks = _lines((*modules, *others)), _lines(books)
    yield Measure("module_lines", in_modules)
    yield Measure("notebook_lines", in_notebooks)
    if not (in_modules or in_notebooks) or not (scene.has_substance or others):
        return
    if in_modules >= in_notebooks:
        largest = max((*modules, *others[:1]), key=lambda counted: counted[0])
        yield Claim(largest[1].at(1), f"{_code(in_modules)} in modules, {in_notebooks} in notebooks")
    else:
        text = f"{_code(in_notebooks)} in notebooks, {in_modules} in modules"
        yield Claim(books[0][1].at(1), text, at_least=Rung.DECLARED)


def _code(lines: int) -> str:
    return numbered(lines, "line of code", "lines of code")


def _lines(counted: Iterable[tuple[int, ProjectFile]]) -> int:
    return sum(lines for lines, _ in counted)


def _of_other_languages(scene: Scene) -> Iterator[tuple[int, ProjectFile]]:
    for file in scene.project.ordered:
        if file.role is Role.FIRST_PARTY and file.path.lower().endswith(OTHER_LANGUAGES):
            yield file.size // _BYTES_OF_A_LINE, file


_BYTES_OF_A_LINE = 40
"""What a line of code has on average, where lines are not counted."""


# ---- complexity ----


@dataclass(frozen=True, slots=True)
class _Measured:
    """The numbers of all modules together; `functions` are (complexity, file, name, line)."""

    functions: tuple[tuple[int, ProjectFile, str, int], ...]
    index: float

    @property
    def mean(self) -> float:
        return sum(c for c, *_ in self.functions) / len(self.functions) if self.functions else 1.0

    @property
    def complex_share(self) -> float:
        above = sum(1 for c, *_ in self.functions if c > MAX_MEAN_COMPLEXITY)
        return above / len(self.functions) if self.functions else 0.0

    @property
    def is_within_bounds(self) -> bool:
        too_complex = self.mean > MAX_MEAN_COMPLEXITY or self.complex_share > MAX_COMPLEX_SHARE
        return not too_complex and is_maintained(self.index)


def complexity(scene: Scene) -> Iterator[Statement]:
    """Within bounds is used; a complexity limit of a linter that CI runs keeps it so: enforced."""
    modules = scene.project.measured
    if not modules:
        yield NotApplicable("no Python module to measure")
        return
    first = modules[0][0].at(1)
    if not scene.has_substance or not any(_has_functions(file) for file, _ in modules):
        yield NearMiss(first, "stubs only: nothing to measure")
        return
    found = _measured(modules)
    yield Measure("mean_cyclomatic_complexity", round(found.mean, 2))
    yield Measure("complex_function_share", round(found.complex_share, 3))
    yield Measure(INDEX, round(found.index, 1))
    yield Measure("functions", len(found.functions))
    worst = max(found.functions, key=lambda item: (item[0], item[1].path), default=None)
    if worst and worst[0] > MAX_MEAN_COMPLEXITY:
        yield NearMiss(worst[1].at(worst[3]), f"{worst[2]}() has a cyclomatic complexity of {worst[0]}")
    if found.is_within_bounds:
        yield Claim(first, said_of_complexity(found.mean, found.index), "radon")
        yield from _limits(scene)


def _has_functions(file: ProjectFile) -> bool:
    return any(not scope.is_stub for scope in file.facts.python.scopes[2:]) if file.facts.python else False


def _measured(modules: Sequence[tuple[ProjectFile, Metrics]]) -> _Measured:
    index = index_of((metrics.maintainability, metrics.source_lines) for _, metrics in modules)
    functions = ((c, file, name, line) for file, metrics in modules for name, line, c in metrics.complexities)
    return _Measured(tuple(functions), index)


def _limits(scene: Scene) -> Iterator[Claim]:
    """A linter with a complexity limit that CI runs so that it can fail."""
    limit = _configured_limit(scene)
    for site in scene.automation.reach.sites:
        if site.arrival and site.arrival.stops_run and _limits_complexity(site, limit is not None):
            program = site.invocation.words[0]
            subject = Reached(limit or site.place, (site.arrival,))
            text = f"{program} fails on complex functions"
            yield Claim(subject, text, program, Rung.ABSENT, counts=WITH_TESTS, raised_by=always())


def _configured_limit(scene: Scene) -> Place | None:
    for file, settings in scene.project.having(lambda f: f.settings):
        for setting in settings:
            key = setting.key.lower().replace("_", "-")
            if key.endswith("max-complexity") or (key.rpartition(".")[2].isdigit() and setting.value.startswith("C90")):
                return file.at(setting.line)
    return None


def _limits_complexity(site: Site, is_configured: bool) -> bool:
    """The program knows no other purpose, is told the limit, or reads it from the settings."""
    words = site.invocation.words
    if words[0] in programs().limit_complexity or any("max-complexity" in w or w.startswith("C90") for w in words):
        return True
    return is_configured and words[0] in programs().may_limit_complexity


# ---- notebooks ----


def notebooks(scene: Scene) -> Iterator[Statement]:
    """Most notebooks clean: used; nbstripout, nbqa or a notebook test in CI or pre-commit: enforced."""
    books = list(_with_code(scene))
    if not books:
        yield NotApplicable("no notebooks")
        return
    clean = [file for file, book in books if _is_clean(book)]
    unread = _unread_notebooks(scene)
    count = len(books) + len(unread)
    yield Measure("notebooks", count)
    yield Measure("clean_notebooks", len(clean))
    yield from [NearMiss(file.at(1), _dirt(book)) for file, book in books if not _is_clean(book)][:_MOST_SHOWN]
    for path in unread[:_MOST_SHOWN]:
        yield NearMiss(Place(path, 1), "could not be read, so it is not known to be clean")
    if 2 * len(clean) > count:
        yield Claim(
            clean[0].at(1), f"{len(clean)} of {'1 notebook is' if count == 1 else f'{count} notebooks are'} clean"
        )
        yield from guarding(scene, "quality.notebooks", "keeps notebooks clean")


def _with_code(scene: Scene) -> Iterator[tuple[ProjectFile, NotebookFacts]]:
    for file in scene.project.notebooks:
        if file.facts.notebook and file.facts.notebook.code_cells:
            yield file, file.facts.notebook


_MOST_SHOWN = 5


def _unread_notebooks(scene: Scene) -> list[str]:
    """Notebooks that are listed and were not read: over the limit, absent from the clone, no notebook's JSON."""
    roles = (Role.FIRST_PARTY, Role.EXAMPLE, Role.DOCUMENTATION)
    read = {path for path, file in scene.project.files.items() if file.facts.notebook or not file.size}
    listed = (path for path in scene.project.own if path.endswith(".ipynb") and path not in read)
    return sorted(path for path in listed if role_of(path) in roles)


def _is_clean(book: NotebookFacts) -> bool:
    return book.in_order and not book.errors and book.output_bytes <= MAX_OUTPUT_BYTES


def _dirt(book: NotebookFacts) -> str:
    reasons = []
    if not book.in_order:
        reasons.append("cells were executed out of order")
    if book.errors:
        reasons.append(numbered(book.errors, "stored error", "stored errors"))
    if book.output_bytes > MAX_OUTPUT_BYTES:
        reasons.append(f"{book.output_bytes // 1000} kB of stored outputs")
    return ", ".join(reasons)


# ---- hooks ----


def hooks(scene: Scene) -> Iterator[Statement]:
    """Real hooks are used; where CI or pre-commit.ci runs them too, automated."""
    said = [
        claim
        for file, found in scene.project.having(lambda f: f.hooks, frozenset({Role.FIRST_PARTY}))
        for claim in _hooks_of(scene, file, [hook for hook in found if not hook.does_nothing])
    ]
    yield from said
    if said:
        yield from intended(scene, "quality.hooks")


def _hooks_of(scene: Scene, file: ProjectFile, found: list[Hook]) -> Iterator[Claim]:
    live = [hook for hook in found if not hook.never]
    if not live:
        if found:
            text = f"no hook runs before a commit ({found[0].never})"
            yield Claim(file.at(found[0].line), text, "pre-commit", Rung.DECLARED)
        return
    place, text = file.at(live[0].line), f"{numbered(len(live), 'hook runs', 'hooks run')} before a commit"
    yield Claim(place, text, "pre-commit")
    ways = [way for hook in found for way in scene.automation.reach.targets.get((file.path, hook.line), ())]
    said = f"{text}, CI runs {'it' if len(live) == 1 else 'them'} too"
    yield Claim(Reached(place, tuple(ways)), said, "pre-commit", Rung.ABSENT, counts=WITH_TESTS)
    yield from _run_by_ci_too(scene, file, live, text)
    hosted = next((s for s in file.facts.settings if s.key == "ci" or s.key.startswith("ci.")), None)
    if hosted:
        route = (Hop("pre-commit.ci", file.at(hosted.line)),)
        yield Claim(file.at(hosted.line), "pre-commit.ci runs the hooks", "pre-commit", counts=NONE, carried=route)


def _run_by_ci_too(scene: Scene, file: ProjectFile, live: list[Hook], text: str) -> Iterator[Claim]:
    """CI runs the very target of a hook (`make check`), or the very commands of all hooks, without the hook runner. That it
    runs one of their tools by itself is not that."""
    own = {command.argv for hook in live if hook.is_named_only for command in hook.commands}
    sites = list(_run_elsewhere(scene, file, own)) if own else []
    whole = all(hook.is_named_only for hook in live) and own <= {site.command.argv for site in sites}
    for site in sites:
        if whole or site.invocation.program in programs().target_runners:
            said = f"{text}, CI runs `{site.command.text[:60]}` too"
            subject = replace(at_command(site), place=file.at(live[0].line))
            yield Claim(subject, said, at_least=Rung.ABSENT, counts=Ways(tests=True, on_change=True))
            return


def _run_elsewhere(scene: Scene, file: ProjectFile, commands: set[tuple[str, ...]]) -> Iterator[Site]:
    """Where a change runs one of the commands without the file of the hooks."""
    for site in scene.automation.reach.sites:
        if site.command.argv in commands and site.place.path != file.path:
            if site.arrival and site.arrival.run.on_change:
                yield site


RULES: dict[str, Rule] = {
    "quality.modularity": modularity,
    "quality.complexity": complexity,
    "quality.notebooks": notebooks,
    "quality.hooks": hooks,
}
