"""Quality: modularity, complexity, notebooks, hooks."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.catalog.programs import programs
from assessor.facts.commands import Hook
from assessor.facts.place import Place
from assessor.facts.python import NotebookFacts
from assessor.findings import Evidence, Finding, Hop, NearMiss, Rung
from assessor.hits.scene import Scene
from assessor.lifecycle.order import best
from assessor.project.model import ProjectFile, Role
from assessor.scanners import ladder
from assessor.scanners.ladder import conclude
from assessor.snapshot.roles import role_of

MAX_MEAN_COMPLEXITY = 10.0
"""Mean cyclomatic complexity of functions that still counts as within bounds (radon's rank A and B; McCabe 1976)."""


MAX_COMPLEX_SHARE = 0.1
"""Share of functions above a complexity of 10 (McCabe's limit) that still counts as within bounds."""


MIN_MAINTAINABILITY = 20.0
"""Maintainability index from which radon ranks a module A."""


MAX_OUTPUT_BYTES = 100_000
"""Stored outputs of a clean notebook."""


_OTHER_LANGUAGES = (
    ".r",
    ".jl",
    ".java",
    ".scala",
    ".kt",
    ".go",
    ".cpp",
    ".cc",
    ".rs",
    ".ts",
    ".js",
    ".swift",
    ".cs",
    ".c",
)


def scan(scene: Scene) -> Iterator[Finding]:
    """Rate the four practices of quality."""
    yield modularity(scene)
    yield complexity(scene)
    yield notebooks(scene)
    yield hooks(scene)


def modularity(scene: Scene) -> Finding:
    """Most code lines in modules: used; most in notebooks: declared."""
    practice = "quality.modularity"
    modules = [f for f in scene.project.code_files if f.facts.python and f.facts.python.source_lines]
    in_modules = sum(f.facts.python.source_lines for f in modules if f.facts.python)
    others = [
        f for f in scene.project.ordered if f.role is Role.FIRST_PARTY and f.path.lower().endswith(_OTHER_LANGUAGES)
    ]
    in_modules += sum(f.size // 40 for f in others)
    books = [f for f in scene.project.notebooks if f.facts.notebook]
    in_notebooks = sum(f.facts.notebook.code.source_lines for f in books if f.facts.notebook)
    values = [("module_lines", float(in_modules)), ("notebook_lines", float(in_notebooks))]
    if not (in_modules or in_notebooks) or not (scene.has_substance or others):
        return conclude(practice, [], [], values)
    if in_modules >= in_notebooks:
        first = (
            max(modules, key=lambda f: f.facts.python.source_lines if f.facts.python else 0, default=None) or others[0]
        )
        text = f"{in_modules} lines of code in modules, {in_notebooks} in notebooks"
        return conclude(practice, [Evidence(practice, Rung.USED, first.at(1), text)], (), values)
    text = f"{in_notebooks} lines of code in notebooks, {in_modules} in modules"
    return conclude(practice, [Evidence(practice, Rung.DECLARED, books[0].at(1), text)], (), values)


def complexity(scene: Scene) -> Finding:
    """Within bounds is used; a complexity limit of a linter that CI runs keeps it so: enforced."""
    practice = "quality.complexity"
    measured = [
        (f, f.facts.python.metrics) for f in scene.project.code_files if f.facts.python and f.facts.python.metrics
    ]
    functions = [(c, f, name, line) for f, m in measured if m for name, line, c in m.complexities]
    if not measured:
        return Finding(practice, Rung.NOT_APPLICABLE, "no Python module to measure")
    if not scene.has_substance or not any(
        not s.is_stub for f, _ in measured if f.facts.python for s in f.facts.python.scopes[2:]
    ):
        return conclude(practice, [], [NearMiss(measured[0][0].at(1), "stubs only: nothing to measure")])
    modules = [m for _, m in measured if m]
    lines = sum(m.source_lines for m in modules)
    index = sum(m.maintainability * m.source_lines for m in modules) / max(lines, 1)
    mean = sum(c for c, *_ in functions) / len(functions) if functions else 1.0
    share = sum(1 for c, *_ in functions if c > MAX_MEAN_COMPLEXITY) / len(functions) if functions else 0.0
    values = [
        ("mean_cyclomatic_complexity", round(mean, 2)),
        ("complex_function_share", round(share, 3)),
        ("maintainability_index", round(index, 1)),
        ("functions", float(len(functions))),
    ]
    worst = max(functions, key=lambda item: (item[0], item[1].path), default=None)
    near = (
        [NearMiss(worst[1].at(worst[3]), f"{worst[2]}() has a cyclomatic complexity of {worst[0]}")]
        if worst and worst[0] > 10
        else []
    )
    if mean > MAX_MEAN_COMPLEXITY or share > MAX_COMPLEX_SHARE or index < MIN_MAINTAINABILITY:
        return conclude(practice, [], near, values)
    file = measured[0][0]
    text = f"mean cyclomatic complexity {mean:.1f}, maintainability index {index:.0f}"
    evidence = [Evidence(practice, Rung.USED, file.at(1), text, "radon")]
    evidence += _limits(scene)
    return conclude(practice, evidence, near, values)


def _limits(scene: Scene) -> Iterator[Evidence]:
    """A linter with a complexity limit that CI runs so that it can fail."""
    practice = "quality.complexity"
    limit = None
    for file, settings in scene.project.having(lambda f: f.settings):
        for setting in settings:
            key = setting.key.lower().replace("_", "-")
            if key.endswith("max-complexity") or (key.rpartition(".")[2].isdigit() and setting.value.startswith("C90")):
                limit = limit or file.at(setting.line)
    for site in scene.automation.reach.sites:
        words, arrival = site.invocation.words, site.arrival
        if not arrival or not arrival.is_automatic or not arrival.fails:
            continue
        own = any("max-complexity" in w or w.startswith("C90") for w in words)
        if words[0] in ("xenon", "complexipy", "radon") and words[0] != "radon":
            own = True
        if own or (limit and words[0] in ("flake8", "ruff", "pylint", "pre-commit")):
            text = f"{words[0]} fails on complex functions"
            yield Evidence(practice, Rung.ENFORCED, limit or site.place, text, words[0], arrival.route)


def notebooks(scene: Scene) -> Finding:
    """Most notebooks clean: used; nbstripout, nbqa or a notebook test in CI or pre-commit: enforced."""
    practice = "quality.notebooks"
    books = [f for f in scene.project.notebooks if f.facts.notebook and f.facts.notebook.code_cells]
    if not books:
        return Finding(practice, Rung.NOT_APPLICABLE, "no notebooks")
    clean = [f for f in books if f.facts.notebook and _is_clean(f.facts.notebook)]
    unread = _unread_notebooks(scene)
    count = len(books) + len(unread)
    values = [("notebooks", float(count)), ("clean_notebooks", float(len(clean)))]
    near = [NearMiss(f.at(1), _dirt(f)) for f in books if f not in clean][:5]
    near += [NearMiss(Place(path, 1), "could not be read, so it is not known to be clean") for path in unread[:5]]
    if 2 * len(clean) <= count:
        return conclude(practice, [], near, values)
    text = f"{len(clean)} of {count} notebooks are clean"
    item = Evidence(practice, Rung.USED, clean[0].at(1), text)
    evidence = [item]
    for hit in scene.hits(practice, tests=True):
        arrival = best(a for a in scene.arrivals(hit) if a.is_automatic)
        if hit.kind == "hook" or arrival:
            route = scene.route(hit, arrival) if arrival else ()
            evidence.append(
                Evidence(
                    practice,
                    Rung.ENFORCED,
                    hit.place,
                    f"{hit.tool.title} keeps notebooks clean",
                    hit.tool.id,
                    route or _own(hit.text, hit.place),
                )
            )
    return conclude(practice, evidence, near, values)


def _unread_notebooks(scene: Scene) -> list[str]:
    """Notebooks that are listed and were not read: over the limit, absent from the clone, no notebook's JSON."""
    roles = (Role.FIRST_PARTY, Role.EXAMPLE, Role.DOCUMENTATION)
    read = {path for path, file in scene.project.files.items() if file.facts.notebook or not file.size}
    listed = (path for path in scene.project.listed if path.endswith(".ipynb") and path not in read)
    return sorted(path for path in listed if role_of(path) in roles)


def _own(text: str, place: Place) -> tuple[Hop, ...]:
    return (Hop(f"pre-commit › {text}", place),)


def _is_clean(book: NotebookFacts) -> bool:
    return book.in_order and not book.errors and book.output_bytes <= MAX_OUTPUT_BYTES


def _dirt(file: ProjectFile) -> str:
    book = file.facts.notebook
    assert book is not None
    reasons = []
    if not book.in_order:
        reasons.append("cells were executed out of order")
    if book.errors:
        reasons.append(f"{book.errors} stored errors")
    if book.output_bytes > MAX_OUTPUT_BYTES:
        reasons.append(f"{book.output_bytes // 1000} kB of stored outputs")
    return ", ".join(reasons)


def _run_by_ci_too(scene: Scene, file: ProjectFile, live: list[Hook], text: str) -> Iterator[Evidence]:
    """CI runs the very target of a hook (`make check`), or the very commands of all hooks, without the hook runner. That it
    runs one of their tools by itself is not that."""
    own = {command.argv for hook in live if hook.is_named_only for command in hook.commands}
    sites = [
        site
        for site in (scene.automation.reach.sites if own else ())
        if site.command.argv in own and site.place.path != file.path and site.arrival and site.arrival.run.on_change
    ]
    whole = all(hook.is_named_only for hook in live) and own <= {site.command.argv for site in sites}
    for site in sites:
        if site.arrival and (whole or site.invocation.program in programs().target_runners):
            said = f"{text}, CI runs `{site.command.text[:60]}` too"
            yield Evidence("quality.hooks", Rung.AUTOMATED, file.at(live[0].line), said, "", site.arrival.route)
            return


def hooks(scene: Scene) -> Finding:
    """Real hooks are used; where CI or pre-commit.ci runs them too, automated."""
    practice = "quality.hooks"
    evidence = []
    for file, found in scene.project.having(lambda f: f.hooks, frozenset({Role.FIRST_PARTY})):
        found = tuple(hook for hook in found if not hook.does_nothing)
        live = [hook for hook in found if not hook.never]
        if not live:
            if found:
                text = f"no hook runs before a commit ({found[0].never})"
                evidence.append(Evidence(practice, Rung.DECLARED, file.at(found[0].line), text, "pre-commit"))
            continue
        first = live[0]
        text = f"{len(live)} hooks run before a commit"
        item = Evidence(practice, Rung.USED, file.at(first.line), text, "pre-commit")
        evidence.append(item)
        arrival = best(
            a for h in found for a in scene.automation.reach.targets.get((file.path, h.line), ()) if a.is_automatic
        )
        if arrival:
            evidence.append(
                Evidence(
                    practice,
                    Rung.AUTOMATED,
                    file.at(first.line),
                    f"{text}, CI runs them too",
                    "pre-commit",
                    arrival.route,
                )
            )
        evidence += _run_by_ci_too(scene, file, live, text)
        hosted = next((s for s in file.facts.settings if s.key == "ci" or s.key.startswith("ci.")), None)
        if hosted:
            route = (Hop("pre-commit.ci", file.at(hosted.line)),)
            evidence.append(
                Evidence(
                    practice, Rung.AUTOMATED, file.at(hosted.line), "pre-commit.ci runs the hooks", "pre-commit", route
                )
            )
    return conclude(practice, [*evidence, *ladder.declared(scene, practice)] if evidence else [])
