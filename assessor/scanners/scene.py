"""What scanners look at: the project, its automation, and every place where a catalogue tool shows itself.

A `Hit` is a tool seen at a place. `Scene` finds all hits once, tells which runs reach them, and makes evidence of them:
a hit counts as its proof's rung, and as `automated` where a run without a person reaches it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from assessor.catalog.patterns import (
    matches_action,
    matches_call,
    matches_command,
    matches_image,
    matches_path,
    matches_text,
)
from assessor.catalog.tools import Proof, Tool
from assessor.facts.place import Place
from assessor.facts.project_files import Dependency
from assessor.facts.python import UNKNOWN, Call
from assessor.findings import Evidence, Finding, Hop, NearMiss, Rung
from assessor.project.arrivals import Arrival, Site
from assessor.project.automation import Automation
from assessor.project.model import Project, ProjectFile, Role
from assessor.project.modules import CodeIndex, Modules

CI_PROVIDERS_EXCLUDED = frozenset({"code", "resource"})
"""Providers of runs that are no CI: schedules in code, infrastructure objects."""


MIN_LINES = 3
"""Lines of first-party code below which there is nothing to rate the quality of."""


_HANDED = {
    "?.fit": re.compile(r"train|(?:^|_)fit(?:_|$)"),
    "?.evaluate": re.compile(r"evaluat|(?:^|_)(?:test|score)_model"),
}
"""What is done to a model that a function was given, by what the function is then named."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A tool's proof seen at a place.

    `kind`: call, decorator, base, command, action, file, resource, setting, hook, image, r_call. `scope` is the
    function of a Python hit; `arrivals` are the ways that lead to a hit which is no Python.
    """

    practice: str
    tool: Tool
    proof: Proof
    place: Place
    kind: str
    file: ProjectFile
    scope: int = -1
    call: Call | None = None
    arrivals: tuple[Arrival, ...] = ()
    text: str = ""

    @property
    def in_test(self) -> bool:
        return self.file.role is Role.TEST

    @property
    def in_notebook(self) -> bool:
        return self.file.is_notebook


@dataclass(frozen=True)
class Scene:
    """Everything known about one audited repository, for pure questions."""

    project: Project
    modules: Modules
    automation: Automation
    tools: Sequence[Tool]

    @cached_property
    def memo(self) -> dict[str, Any]:
        """Answers that several scanners ask for, by name."""
        return {}

    @cached_property
    def has_substance(self) -> bool:
        """There is first-party code that does something, more than stubs and comments."""
        files = [f for f in self.project.ordered if f.role is Role.FIRST_PARTY]
        lines = sum(
            f.code.source_lines
            for f in files
            if f.code and (f.code.calls or any(not s.is_stub for s in f.code.scopes[2:]))
        )
        return lines >= MIN_LINES or any(f.facts.source_calls for f in files)

    # ---- dependencies ----

    @cached_property
    def dependencies(self) -> Mapping[str, tuple[ProjectFile, Dependency]]:
        """Direct dependencies by normalised name; the first place that names one."""
        found: dict[str, tuple[ProjectFile, Dependency]] = {}
        for file, requirements in self.project.having(lambda f: f.requirements):
            for dependency in requirements.dependencies:
                found.setdefault(dependency.name.lower(), (file, dependency))
        return found

    @cached_property
    def own_packages(self) -> frozenset[str]:
        """Import roots that this repository itself provides: a tool's own repository does not prove the tool's use."""
        found = set()
        for path in self.modules.files:
            if path.endswith("/__init__.py") and self.modules.files[path].role is Role.FIRST_PARTY:
                parts = path.split("/")[:-1]
                parents = {"/".join(parts[:depth]) + "/__init__.py" for depth in range(1, len(parts))}
                if not any(parent in self.modules.files for parent in parents):
                    found.add(parts[-1])
        return frozenset(found)

    @cached_property
    def live_tools(self) -> tuple[Tool, ...]:
        own_names = {r.name for _, r in self.project.having(lambda f: f.requirements)}
        return tuple(
            t for t in self.tools if self.own_packages.isdisjoint(t.imports) or own_names.isdisjoint(t.packages)
        )

    @cached_property
    def imported_roots(self) -> Mapping[str, Place]:
        """Third-party import roots and dotted targets of first-party code, with their first place."""
        found: dict[str, Place] = {}
        for file in self.project.ordered:
            code = file.code
            if code is None or file.role not in (Role.FIRST_PARTY, Role.TEST):
                continue
            for imported in code.imports:
                if not imported.target.startswith("."):
                    parts = imported.target.split(".")
                    for size in range(1, min(len(parts), 4) + 1):
                        found.setdefault(".".join(parts[:size]), file.at(imported.line))
        return found

    def declared(self, practice: str) -> list[Evidence]:
        """Evidence of rung declared: a tool of this practice is a dependency or imported, and nothing more."""
        found = []
        for tool in self.live_tools:
            if practice not in tool.declares:
                continue
            place = self.tool_place(tool)
            if place:
                text = f"{tool.title} is declared, nothing here uses it for this"
                found.append(Evidence(practice, Rung.DECLARED, place, text, tool.id))
        return found

    def tool_place(self, tool: Tool) -> Place | None:
        """Where a tool is a dependency, or else imported."""
        for package in tool.packages:
            if package in self.dependencies:
                file, dependency = self.dependencies[package]
                return file.at(dependency.line)
        return next((self.imported_roots[name] for name in tool.imports if name in self.imported_roots), None)

    # ---- hits ----

    @cached_property
    def all_hits(self) -> Mapping[str, tuple[Hit, ...]]:
        found: dict[str, list[Hit]] = defaultdict(list)
        for finder in (self._python_hits, self._command_hits, self._action_hits, self._file_hits, self._fact_hits):
            for hit in finder():
                found[hit.practice].append(hit)
        return {practice: tuple(hits) for practice, hits in found.items()}

    def hits(self, practice: str, *, tests: bool = False, notebooks: bool = True) -> list[Hit]:
        """Hits of a practice in first-party files; in tests and notebooks too where asked."""
        return [
            hit
            for hit in self.all_hits.get(practice, ())
            if (tests or not hit.in_test) and (notebooks or not hit.in_notebook)
        ]

    @cached_property
    def _call_patterns(self) -> Mapping[str, list[tuple[str, Tool, Proof, str]]]:
        """Call, decorator and base patterns by what a name must hold to match: its first word, or `?last`."""
        found: dict[str, list[tuple[str, Tool, Proof, str]]] = defaultdict(list)
        for tool in self.live_tools:
            for proof in tool.proves:
                for kind, patterns in (("call", proof.calls), ("decorator", proof.decorators), ("base", proof.bases)):
                    for pattern in patterns:
                        head, _, rest = pattern.partition(".")
                        key = f"?{rest.rpartition('.')[2]}" if head == "?" else head
                        found[key].append((pattern, tool, proof, kind))
        return found

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], list[tuple[str, Tool, Proof]]]:
        return {}

    def _named(self, name: str, kind: str) -> list[tuple[str, Tool, Proof]]:
        """What a name proves. Few names make up most calls of a repository, so each is looked up once."""
        known = self._by_name.get((name, kind))
        if known is None:
            patterns = self._call_patterns
            keys = (name.partition(".")[0], f"?{name.rpartition('.')[2]}", "*")
            known = self._by_name[name, kind] = [
                (pattern, tool, proof)
                for key in keys
                for pattern, tool, proof, wanted in patterns.get(key, ())
                if wanted == kind and matches_call(pattern, name)
            ]
        return known

    def _python_hits(self) -> Iterator[Hit]:
        for file in self.project.ordered:
            if file.code is None or file.role not in (Role.FIRST_PARTY, Role.TEST):
                continue
            index = self.modules.index(file.path)
            roots = self._roots(index)
            if file.role is Role.TEST:
                roots |= self._fixture_roots(file.path)
            for call in index.facts.calls:
                yield from self._calls(call, file, index, roots, "call", call.scope)
            for number, scope in enumerate(index.facts.scopes):
                for decorator in scope.decorators:
                    yield from self._calls(decorator, file, index, roots, "decorator", number)
            for definition in index.facts.classes:
                scope_number = next(iter(index.by_class.get(definition.name, ())), 0)
                for decorator in definition.decorators:
                    yield from self._calls(decorator, file, index, roots, "decorator", scope_number)
                for base in definition.bases:
                    for _, tool, proof in self._named(base, "base"):
                        place = file.at(definition.line)
                        yield Hit(proof.practice, tool, proof, place, "base", file, scope_number, text=base)

    def _fixture_roots(self, path: str) -> frozenset[str]:
        """Imports of the conftest.py files above a test: its fixtures come from there."""
        parts = path.split("/")[:-1]
        found: frozenset[str] = frozenset()
        for depth in range(len(parts) + 1):
            conftest = "/".join([*parts[:depth], "conftest.py"])
            if conftest in self.modules.files and conftest != path:
                found |= self._roots(self.modules.index(conftest))
        return found

    @staticmethod
    def _roots(index: CodeIndex) -> frozenset[str]:
        found: set[str] = set()
        for imported in index.facts.imports:
            parts = imported.target.split(".")
            found.update(".".join(parts[:size]) for size in range(1, len(parts) + 1))
        return frozenset(found)

    def _calls(
        self, call: Call, file: ProjectFile, index: CodeIndex, roots: frozenset[str], kind: str, scope: int
    ) -> Iterator[Hit]:
        for pattern, tool, proof in self._named(call.name, kind):
            meant = self._is_the_tool(call.name, pattern, tool, file, index, roots)
            if (meant or self._is_handed(call, pattern, tool, index)) and _keywords_fit(call, proof):
                yield Hit(proof.practice, tool, proof, file.at(call.line), kind, file, scope, call, text=call.name)

    def _is_the_tool(
        self, name: str, pattern: str, tool: Tool, file: ProjectFile, index: CodeIndex, roots: frozenset[str]
    ) -> bool:
        """The name is the tool's and not something else's of the same last word.

        A file that imports the tool may mean it; otherwise the name must come from an import. A loose pattern (`?.fit`)
        then counts only on what a first-party function returned, in a project that imports the tool somewhere.
        """
        if not tool.imports or roots.intersection(tool.imports):
            return True
        head = name.partition(".")[0]
        if head == "?" or head not in roots or head in index.scopes or head in index.classes:
            return False
        if not pattern.startswith("?."):
            return True
        split = self.modules.split(name, file.path)
        return bool(split and "." in split[1]) and any(imported in self.imported_roots for imported in tool.imports)

    def _is_handed(self, call: Call, pattern: str, tool: Tool, index: CodeIndex) -> bool:
        """A function named for its work fits or evaluates a model that it is given, in a project that uses the tool
        (`def train_model(model, rows): model.fit(rows)`), or fits any library's model to rows and targets."""
        work = _HANDED.get(f"?.{call.name.rpartition('.')[2]}")
        if work is None or not pattern.startswith("?.") or tool.category != "training":
            return False
        if not work.search(index.facts.scopes[call.scope].name.rpartition(".")[2].lower()):
            return False
        unknown = call.name.startswith("?.") and any(imported in self.imported_roots for imported in tool.imports)
        return unknown or (call.name.endswith(".fit") and len(call.args) > 1)

    def _command_hits(self) -> Iterator[Hit]:
        patterns: dict[str, list[tuple[str, Tool, Proof]]] = defaultdict(list)
        for tool in self.live_tools:
            for proof in tool.proves:
                for pattern in proof.commands:
                    patterns[pattern.split()[0]].append((pattern, tool, proof))
        by_place: dict[tuple[Place, str, str], list[Arrival]] = defaultdict(list)
        first: dict[tuple[Place, str, str], tuple[Site, Tool, Proof]] = {}
        broken = {place for place, _ in self.automation.reach.broken}
        for site in (*self.automation.reach.sites, *self.automation.idle_sites):
            words = site.invocation.words
            if site.place in broken and not _is_fetched(site):
                continue  # what it starts, builds or applies does not exist
            for pattern, tool, proof in patterns.get(words[0], ()):
                if matches_command(pattern, words) and not set(proof.without) & set(words):
                    key = (site.place, tool.id, proof.practice + proof.rung)
                    first.setdefault(key, (site, tool, proof))
                    if site.arrival:
                        by_place[key].append(site.arrival)
        for key, (site, tool, proof) in first.items():
            file = self.project.files.get(site.place.path)
            if file:
                arrivals = tuple(by_place.get(key, ()))
                text = site.command.text
                yield Hit(proof.practice, tool, proof, site.place, "command", file, arrivals=arrivals, text=text)

    def _action_hits(self) -> Iterator[Hit]:
        patterns = [(p, tool, proof) for tool in self.live_tools for proof in tool.proves for p in proof.actions]
        fitting = {
            uses: [(tool, proof) for pattern, tool, proof in patterns if matches_action(pattern, uses)]
            for uses in dict.fromkeys(site.step.uses for site in self.automation.reach.actions)
        }
        seen: dict[tuple[Place, str, str], Hit] = {}
        for site in self.automation.reach.actions:
            text = site.step.uses
            for tool, proof in fitting[text]:
                key = (site.place, tool.id, proof.practice)
                file = self.project.files[site.place.path]
                known = seen.get(key)
                arrivals = (*(known.arrivals if known else ()), site.arrival)
                seen[key] = Hit(proof.practice, tool, proof, site.place, "action", file, arrivals=arrivals, text=text)
        yield from seen.values()

    def _file_hits(self) -> Iterator[Hit]:
        patterns = [(p, tool, proof) for tool in self.live_tools for proof in tool.proves for p in proof.files]
        plain: dict[str, list[tuple[Tool, Proof]]] = defaultdict(list)
        globs = []
        for pattern, tool, proof in patterns:
            if "/" not in pattern and not set("*?[") & set(pattern):
                plain[pattern.lower()].append((tool, proof))
            else:
                globs.append((pattern, tool, proof))
        for file in self.project.ordered:
            if file.role is not Role.FIRST_PARTY or file.size == 0:
                continue
            name = file.path.rpartition("/")[2].lower()
            found = list(plain.get(name, ()))
            found += [(tool, proof) for pattern, tool, proof in globs if matches_path(pattern, file.path)]
            arrivals = tuple(self.automation.reach.files.get(file.path, ()))
            for tool, proof in found:
                yield Hit(proof.practice, tool, proof, file.at(1), "file", file, arrivals=arrivals, text=file.path)

    def _fact_hits(self) -> Iterator[Hit]:
        proofs = [(tool, proof) for tool in self.live_tools for proof in tool.proves]
        resources = [(p, t, f) for t, f in proofs for p in f.resources]
        settings = [(*_split_setting(p), t, f) for t, f in proofs for p in f.settings]
        hooks = [(p, t, f) for t, f in proofs for p in f.hooks]
        images = [(p, t, f) for t, f in proofs for p in f.images]
        r_calls = [(p, t, f) for t, f in proofs for p in f.r_calls]
        for file in self.project.ordered:
            if file.role is not Role.FIRST_PARTY:
                continue
            facts = file.facts
            if facts.resources:
                yield from self._resource_hits(file, resources, images)
            if facts.settings:
                yield from self._setting_hits(file, settings)
            if facts.hooks:
                yield from self._hook_hits(file, hooks)
            for service in facts.services:
                arrivals = tuple(self.automation.reach.targets.get((file.path, service.line), ()))
                for pattern, tool, proof in images:
                    if service.image and matches_image(pattern, service.image):
                        place = file.at(service.line)
                        yield Hit(
                            proof.practice, tool, proof, place, "image", file, arrivals=arrivals, text=service.image
                        )
            yield from self._source_hits(file, r_calls)
        documenting = [entry for entry in r_calls if entry[2].practice == "governance.documentation"]
        for file, _ in self.project.having(lambda f: f.source_calls, frozenset({Role.DOCUMENTATION})):
            yield from self._source_hits(file, documenting)
        yield from self._inline_hits(r_calls)

    def _source_hits(self, file: ProjectFile, r_calls: list[tuple[str, Tool, Proof]]) -> Iterator[Hit]:
        """Calls of R, Julia, SQL and the JVM's languages."""
        arrivals = tuple(self.automation.reach.files.get(file.path, ()))
        for call in file.facts.source_calls:
            for pattern, tool, proof in r_calls:
                bare = pattern.rpartition("::")[2]
                if call.name == pattern or (call.name == bare and "::" in pattern and self._attached(file, pattern)):
                    place = file.at(call.line)
                    yield Hit(proof.practice, tool, proof, place, "r_call", file, arrivals=arrivals, text=call.name)

    def _inline_hits(self, r_calls: list[tuple[str, Tool, Proof]]) -> Iterator[Hit]:
        """Calls of R and Julia code that CI steps and scripts hold."""
        for call, place, arrival in self.automation.reach.inline:
            file = self.project.files[place.path]
            for pattern, tool, proof in r_calls:
                bare = pattern.rpartition("::")[2]
                if call.name == pattern or (call.name == bare and pattern.partition("::")[0] in self.dependencies):
                    yield Hit(proof.practice, tool, proof, place, "r_call", file, arrivals=(arrival,), text=call.name)

    def _attached(self, file: ProjectFile, pattern: str) -> bool:
        """The R package of a pattern, or a bundle that holds it, is loaded in the file or declared by the project."""
        package = pattern.partition("::")[0]
        loaded = {c.arguments.strip("\"' ") for c in file.facts.source_calls if c.name == "library"}
        return (
            package in loaded or package.lower() in self.dependencies or bool(loaded & _R_BUNDLES.get(package, set()))
        )

    def _resource_hits(
        self, file: ProjectFile, resources: list[tuple[str, Tool, Proof]], images: list[tuple[str, Tool, Proof]]
    ) -> Iterator[Hit]:
        reached = tuple(self.automation.reach.files.get(file.path, ()))
        for resource in file.facts.resources:
            name = f"{resource.system}:{resource.kind}"
            place = file.at(resource.line)
            for pattern, tool, proof in resources:
                if matches_text(pattern, name):
                    text = f"{resource.kind} {resource.name}".strip()
                    yield Hit(proof.practice, tool, proof, place, "resource", file, arrivals=reached, text=text)
            for image in resource.images:
                for pattern, tool, proof in images:
                    if matches_image(pattern, image):
                        yield Hit(proof.practice, tool, proof, place, "image", file, arrivals=reached, text=image)

    @staticmethod
    def _setting_hits(file: ProjectFile, settings: list[tuple[str, str, str, Tool, Proof]]) -> Iterator[Hit]:
        fitting = [entry for entry in settings if matches_path(entry[0], file.path)]
        if not fitting:
            return
        seen = set()
        for setting in file.facts.settings:
            for _, key, value, tool, proof in fitting:
                if matches_text(key, setting.key) and (not value or matches_text(value, setting.value)):
                    if (tool.id, proof.practice, key) not in seen:
                        seen.add((tool.id, proof.practice, key))
                        place = file.at(setting.line)
                        yield Hit(proof.practice, tool, proof, place, "setting", file, text=setting.key)

    def _hook_hits(self, file: ProjectFile, hooks: list[tuple[str, Tool, Proof]]) -> Iterator[Hit]:
        for hook in file.facts.hooks:
            arrivals = tuple(self.automation.reach.targets.get((file.path, hook.line), ()))
            for pattern, tool, proof in hooks:
                if hook.id == pattern or (
                    hook.repo and hook.repo.rstrip("/").removesuffix(".git").endswith("/" + pattern)
                ):
                    place = file.at(hook.line)
                    yield Hit(
                        proof.practice, tool, proof, place, "hook", file, arrivals=arrivals, text=f"hook {hook.id}"
                    )

    # ---- lifting ----

    def arrivals(self, hit: Hit) -> list[Arrival]:
        """Every way by which some run reaches a hit."""
        if hit.kind in ("call", "decorator", "base") and hit.scope >= 0:
            call = hit.call if hit.kind == "call" else None
            return self.automation.arrivals(hit.file.path, hit.scope, call)
        return list(hit.arrivals)

    def route(self, hit: Hit, arrival: Arrival) -> tuple[Hop, ...]:
        if arrival.closure is not None and hit.scope >= 0:
            return self.automation.route(arrival, hit.file.path, hit.scope, hit.place.line)
        return self.ending(arrival.route, hit.text or hit.tool.title, hit.place)

    @staticmethod
    def ending(route: tuple[Hop, ...], text: str, place: Place) -> tuple[Hop, ...]:
        """The route with a last hop at the place of the evidence, where it does not end there already."""
        return route if route and route[-1].place == place else (*route, Hop(text, place))

    def scope_evidence(
        self,
        practice: str,
        file: ProjectFile,
        scope: int,
        line: int,
        text: str,
        *,
        tool: str = "",
        keep: Callable[[Arrival], bool] | None = None,
        tests: bool = False,
    ) -> Evidence:
        """Evidence for home-made code: used, or automated with its route where a run reaches the function."""
        arrivals = [
            a for a in self.automation.arrivals(file.path, scope) if a.is_automatic and (tests or not a.in_test)
        ]
        kept = [a for a in arrivals if keep is None or keep(a)]
        arrival = best(kept)
        if arrival is None:
            return Evidence(practice, Rung.USED, file.at(line), text, tool)
        route = self.automation.route(arrival, file.path, scope, line)
        return Evidence(practice, Rung.AUTOMATED, file.at(line), text, tool, route, run_files(kept))

    def evidence(
        self,
        hits: Iterable[Hit],
        *,
        tests: bool = False,
        keep: Callable[[Arrival], bool] | None = None,
        lift: bool = True,
    ) -> list[Evidence]:
        """Evidence of hits: the proof's rung, lifted to automated where a run without a person reaches the hit.

        `tests`: ways that only a test opens count too. `keep` narrows the ways that count.
        """
        found = []
        for hit in hits:
            rung = Rung(hit.proof.rung)
            text = f"{hit.tool.title}: {hit.proof.text}" if hit.proof.text else hit.tool.title
            arrival: Arrival | None = None
            runs: tuple[str, ...] = ()
            if lift and rung.height >= Rung.USED.height:
                ways = [a for a in self.arrivals(hit) if a.is_automatic and (tests or not a.in_test)]
                kept = [a for a in ways if keep is None or keep(a)]
                arrival, runs = best(kept), run_files(kept)
            if arrival is not None and rung is not Rung.ENFORCED:
                route = self.route(hit, arrival)
                found.append(Evidence(hit.practice, Rung.AUTOMATED, hit.place, text, hit.tool.id, route, runs))
            else:
                if hit.kind in ("action",) and rung.height > Rung.USED.height:
                    rung = Rung.USED
                if rung.height > Rung.USED.height and not hit.arrivals:
                    own = (Hop(hit.text or hit.tool.title, hit.place),)
                    found.append(Evidence(hit.practice, rung, hit.place, text, hit.tool.id, own))
                    continue
                found.append(
                    Evidence(hit.practice, min(rung, Rung.USED, key=lambda r: r.height), hit.place, text, hit.tool.id)
                )
        return found

    def plain(
        self,
        practice: str,
        *,
        in_tests: bool = False,
        notebooks: bool = True,
        tests: bool = False,
        keep: Callable[[Arrival], bool] | None = None,
        lift: bool = True,
    ) -> list[Evidence]:
        """The common case: declared by dependencies, used and automated by hits (`in_tests`: by those of tests too)."""
        hits = self.hits(practice, tests=in_tests, notebooks=notebooks)
        return [*self.declared(practice), *self.evidence(hits, tests=tests, keep=keep, lift=lift)]


_R_BUNDLES = {
    name: {"tidymodels"}
    for name in ("tune", "yardstick", "parsnip", "rsample", "workflows", "recipes", "dials", "broom")
} | {name: {"tidyverse"} for name in ("dplyr", "readr", "tidyr", "ggplot2")}


def best(arrivals: Iterable[Arrival]) -> Arrival | None:
    """The way that proves most: not only in a test, one whose failure counts, on a change, from a trigger that the
    repository itself names, the shortest, the first."""

    def order(arrival: Arrival) -> tuple[bool, bool, bool, bool, int, str]:
        run = arrival.run
        return (
            arrival.in_test,
            not arrival.fails,
            not run.on_change,
            not run.names_its_trigger,
            arrival.depth,
            run.key,
        )

    return min(arrivals, key=order, default=None)


def run_files(arrivals: Iterable[Arrival]) -> tuple[str, ...]:
    """The files in which the runs of some arrivals are written, sorted."""
    return tuple(sorted({arrival.run.path for arrival in arrivals}))


def _is_fetched(site: Site) -> bool:
    """A program without an ending that an earlier step puts in a folder (`./bin/gitleaks detect`): no script of ours."""
    return "/" in site.invocation.script and "." not in site.invocation.script.rpartition("/")[2]


def _keywords_fit(call: Call, proof: Proof) -> bool:
    if not proof.keywords and not proof.without:
        return True
    for name, wanted in proof.keywords.items():
        value = call.keyword(name)
        if wanted == "*":
            if not call.has_keyword(name) or value is None or value is False or value == "":
                return False
        elif (value != UNKNOWN and str(value).lower() != str(wanted).lower()) or not call.has_keyword(name):
            return False
    return not any(call.has_keyword(name) or name in call.names for name in proof.without)


def _split_setting(pattern: str) -> tuple[str, str, str]:
    path, _, rest = pattern.partition(":")
    key, _, value = rest.partition("=")
    return path, key, value


def conclude(
    practice: str,
    evidence: Iterable[Evidence],
    near_misses: Iterable[NearMiss] = (),
    values: Iterable[tuple[str, float]] = (),
) -> Finding:
    """The finding of one practice: the highest rung with evidence, strongest evidence first, each place once."""
    ordered = sorted(dict.fromkeys(evidence), key=_strongest_first)
    kept: list[Evidence] = []
    places: set[tuple[Place, str]] = set()
    for item in ordered:
        if (item.place, item.tool) not in places:
            places.add((item.place, item.tool))
            kept.append(item)
    rung = kept[0].rung if kept else Rung.ABSENT
    misses = tuple(sorted(set(near_misses), key=lambda m: (m.place, m.text)))[:10]
    summary = kept[0].text if kept else (misses[0].text if misses else "nothing found")
    return Finding(
        practice, rung, summary, tuple(kept[:12]), misses, values=tuple((name, float(value)) for name, value in values)
    )


def _strongest_first(evidence: Evidence) -> tuple[object, ...]:
    """A total order, so that the same findings always stand in the same order; shorter routes first."""
    hops = [(hop.place, hop.text) for hop in evidence.route]
    return (-evidence.rung.height, evidence.place, evidence.tool, evidence.text, len(hops), hops)


def raised(evidence: Evidence, text: str = "") -> Evidence:
    """The same evidence one rung up, at enforced."""
    return replace(evidence, rung=Rung.ENFORCED, text=f"{evidence.text}; {text}" if text else evidence.text)
