"""Products in names of files, in settings and in hooks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from assessor.catalog.patterns import matches_any_call, matches_path, matches_text
from assessor.catalog.tools import Proof, Tool
from assessor.facts.file import EMPTY
from assessor.facts.place import Setting
from assessor.hits.ground import Ground
from assessor.hits.hit import Hit
from assessor.project.model import ProjectFile, Role


def file_hits(ground: Ground) -> Iterator[Hit]:
    """Files whose name alone proves something, with the runs that read them."""
    patterns = [(p, tool, proof) for tool in ground.live_tools for proof in tool.proves for p in proof.files]
    plain: dict[str, list[tuple[Tool, Proof]]] = defaultdict(list)
    globs = []
    for pattern, tool, proof in patterns:
        if "/" not in pattern and not set("*?[") & set(pattern):
            plain[pattern.lower()].append((tool, proof))
        else:
            globs.append((pattern, tool, proof))
    for file in ground.project.ordered:
        if file.role is not Role.FIRST_PARTY or file.size == 0 or _defines_nothing(file):
            continue
        name = file.path.rpartition("/")[2].lower()
        found = list(plain.get(name, ()))
        found += [(tool, proof) for pattern, tool, proof in globs if matches_path(pattern, file.path)]
        arrivals = tuple(ground.automation.reach.files.get(file.path, ()))
        for tool, proof in found:
            yield Hit(proof.practice, tool, proof, file.at(1), "file", file, arrivals=arrivals, text=file.path)


_EMPTY_VALUES = {"", "{}", "[]", "null", "~"}


def _defines_nothing(file: ProjectFile) -> bool:
    """A definition that was read, and holds none (`stages: {}`)."""
    if not file.path.endswith((".yaml", ".yml")) or not all(s.value in _EMPTY_VALUES for s in file.facts.settings):
        return False
    return replace(file.facts, settings=()) == EMPTY


def setting_hits(ground: Ground) -> Iterator[Hit]:
    """Settings of configuration files that speak of a product."""
    proofs = [(tool, proof) for tool in ground.live_tools for proof in tool.proves if proof.settings]
    called = {patterns: _is_called(ground, patterns) for patterns in {proof.read_by for _, proof in proofs} - {()}}
    settings = [(*_split_setting(p), t, f) for t, f in proofs for p in f.settings if not f.read_by or called[f.read_by]]
    for file, _ in ground.project.having(lambda f: f.settings, frozenset({Role.FIRST_PARTY})):
        ways = ground.automation.reach.files.get(file.path, ()) if "catalog" in file.path else ()
        yield from (replace(hit, arrivals=tuple(ways)) for hit in _setting_hits(file, settings))


def _is_called(ground: Ground, patterns: tuple[str, ...]) -> bool:
    """First-party code calls one of these, or hands it on (`TrlParser(SFTConfig)`)."""
    names = ground.called_names
    return any(matches_any_call(patterns, name) for name in names)


def hook_hits(ground: Ground) -> Iterator[Hit]:
    """Hooks of pre-commit, with the runs that call them."""
    hooks = [(p, tool, proof) for tool in ground.live_tools for proof in tool.proves for p in proof.hooks]
    for file, _ in ground.project.having(lambda f: f.hooks, frozenset({Role.FIRST_PARTY})):
        yield from _hook_hits(ground, file, hooks)


def _setting_hits(file: ProjectFile, settings: list[tuple[str, str, str, Tool, Proof]]) -> Iterator[Hit]:
    fitting = [entry for entry in settings if matches_path(entry[0], file.path)]
    if not fitting:
        return
    seen = set()
    for setting in file.facts.settings:
        for _, key, value, tool, proof in fitting:
            if _is_off(setting, proof):
                continue
            if matches_text(key, setting.key) and (not value or matches_text(value, setting.value)):
                if (tool.id, proof.practice, key) not in seen:
                    seen.add((tool.id, proof.practice, key))
                    place = file.at(setting.line)
                    yield Hit(proof.practice, tool, proof, place, "setting", file, text=setting.key)


def _is_off(setting: Setting, proof: Proof) -> bool:
    off = proof.unless.get(setting.key.rpartition(".")[2])
    return off is not None and setting.value.lower() == str(off).lower()


def _hook_hits(ground: Ground, file: ProjectFile, hooks: list[tuple[str, Tool, Proof]]) -> Iterator[Hit]:
    for hook in file.facts.hooks:
        if hook.never or hook.is_named_only:
            continue  # its command says what it is
        arrivals = tuple(ground.automation.reach.targets.get((file.path, hook.line), ()))
        for pattern, tool, proof in hooks:
            if hook.id == pattern or (hook.repo and hook.repo.rstrip("/").removesuffix(".git").endswith("/" + pattern)):
                place = file.at(hook.line)
                yield Hit(proof.practice, tool, proof, place, "hook", file, arrivals=arrivals, text=f"hook {hook.id}")


def _split_setting(pattern: str) -> tuple[str, str, str]:
    path, _, rest = pattern.partition(":")
    key, _, value = rest.partition("=")
    return path, key, value
