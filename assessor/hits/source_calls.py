"""Products in calls of R, Julia, SQL, and of the languages that are read by a tokeniser."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from assessor.catalog.tools import Proof, Tool
from assessor.hits.ground import Ground
from assessor.hits.hit import Hit
from assessor.project.model import ProjectFile, Role
from assessor.project.source_uses import source_uses


def source_hits(ground: Ground) -> Iterator[Hit]:
    """Calls in first-party files, of documentation tools in documents too, and in code that CI steps hold."""
    r_calls = [(p, tool, proof) for tool in ground.live_tools for proof in tool.proves for p in proof.r_calls]
    by_name = _by_name(r_calls)
    for file, _ in ground.project.having(lambda f: f.source_calls, frozenset({Role.FIRST_PARTY})):
        yield from _source_hits(ground, file, by_name)
    documenting = _by_name(entry for entry in r_calls if entry[2].practice == "governance.documentation")
    for file, _ in ground.project.having(lambda f: f.source_calls, frozenset({Role.DOCUMENTATION})):
        yield from _source_hits(ground, file, documenting)
    yield from _inline_hits(ground, r_calls)
    yield from _catalogued(ground)


def _catalogued(ground: Ground) -> Iterator[Hit]:
    """Calls that name their package and its registry (`npm:openai::chat.completions.create`)."""
    wanted: dict[str, list[tuple[Tool, Proof]]] = defaultdict(list)
    for tool in ground.live_tools:
        for proof in tool.proves:
            for pattern in proof.source_calls:
                wanted[pattern].append((tool, proof))
    for file, call, pattern in source_uses(ground.project, wanted):
        arrivals = tuple(ground.automation.reach.files.get(file.path, ()))
        for tool, proof in wanted[pattern]:
            place = file.at(call.line)
            yield Hit(proof.practice, tool, proof, place, "r_call", file, arrivals=arrivals, text=call.name)


_Entry = tuple[str, Tool, Proof]


def _by_name(entries: Iterable[_Entry]) -> Mapping[str, list[_Entry]]:
    """The patterns by each name under which they may be called: with their package, or without it where it is attached."""
    found: dict[str, list[_Entry]] = defaultdict(list)
    for entry in entries:
        pattern = entry[0]
        for name in dict.fromkeys((pattern, pattern.replace("::", "."), pattern.rpartition("::")[2])):
            found[name].append(entry)
    return found


def _source_hits(ground: Ground, file: ProjectFile, by_name: Mapping[str, list[_Entry]]) -> Iterator[Hit]:
    """Calls of R, Julia, SQL and the JVM's languages."""
    arrivals = tuple(ground.automation.reach.files.get(file.path, ()))
    for call in file.facts.source_calls:
        for pattern, tool, proof in by_name.get(call.name, ()):
            named = call.name in (pattern, pattern.replace("::", ".")) or _attached(ground, file, pattern)
            if named and not (proof.without and _names_one_of(file, proof.without)):
                place = file.at(call.line)
                yield Hit(proof.practice, tool, proof, place, "r_call", file, arrivals=arrivals, text=call.name)


def _names_one_of(file: ProjectFile, names: tuple[str, ...]) -> bool:
    """A call of the file has one of these names, or is handed it: `verify(rows, error_fun = just_warn)`."""
    calls = file.facts.source_calls
    return any(name == c.name.rpartition("::")[2] or name in c.arguments for c in calls for name in names)


def _inline_hits(ground: Ground, r_calls: list[tuple[str, Tool, Proof]]) -> Iterator[Hit]:
    """Calls of R and Julia code that CI steps and scripts hold."""
    for call, place, arrival in ground.automation.reach.inline:
        file = ground.project.files[place.path]
        for pattern, tool, proof in r_calls:
            bare = pattern.rpartition("::")[2]
            if call.name == pattern or (call.name == bare and pattern.partition("::")[0] in ground.dependencies):
                yield Hit(proof.practice, tool, proof, place, "r_call", file, arrivals=(arrival,), text=call.name)


def _attached(ground: Ground, file: ProjectFile, pattern: str) -> bool:
    """The package of a pattern, or a bundle that holds it, is loaded in the file or declared by the project."""
    package = pattern.partition("::")[0]
    loaded = {call.loaded for call in file.facts.source_calls} - {""}
    return package in loaded or package.lower() in ground.dependencies or bool(loaded & _R_BUNDLES.get(package, set()))


_R_BUNDLES = {
    name: {"tidymodels"}
    for name in ("tune", "yardstick", "parsnip", "rsample", "workflows", "recipes", "dials", "broom")
} | {name: {"tidyverse"} for name in ("dplyr", "readr", "tidyr", "ggplot2")}
