"""Makefiles to targets with their commands, after the GNU make manual.

Variables are filled in where the file defines them; those of the command line (`$(PYTHON)` without a default) stay as
written. Every branch of a conditional counts, since which one holds is not known.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assessor.facts.commands import Command, Target
from assessor.facts.file import FileFacts
from assessor.facts.place import Setting
from assessor.readers.syntax import shell

_NAMES = {"makefile", "gnumakefile"}
_ASSIGN = re.compile(
    r"^\s*(?:export\s+|override\s+|private\s+)*([A-Za-z_][\w.-]*)\s*(:::?=|::=|:=|\?=|\+=|!=|=)\s*(.*)$"
)
_RULE = re.compile(r"^([^\s#=:][^=#:]*?)\s*(::?)(?!=)\s*([^;#]*)(?:;\s*(.*)|#.*)?$")
_TARGET_VARIABLE = re.compile(r"^([^\s#=:][^=#:]*?)\s*:\s*(?:export\s+)?([A-Za-z_]\w*)\s*(:=|\?=|\+=|=)\s*(.*)$")
_REFERENCE = re.compile(r"\$\(([A-Za-z_][\w.-]*)\)|\$\{([A-Za-z_][\w.-]*)\}")
_SPECIAL = re.compile(r"^\.[A-Z_]+$")
MAX_LINES = 20_000


def matches(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name in _NAMES or name.startswith("makefile.") or name.endswith((".mk", ".mak"))


def read(path: str, text: str) -> FileFacts:
    """Return the targets in order; files that it includes stand as settings with the key `include`."""
    reader = _Reader()
    for line, content in _logical_lines(text):
        reader.line(line, content)
    targets = reader.targets()
    settings = tuple(Setting("include", name, line) for name, line in reader.includes)
    return FileFacts(targets=targets, settings=settings)


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Join lines that end in a backslash, in recipes as the shell will; each with the line on which it begins."""
    found: list[tuple[int, str]] = []
    start = 0
    parts: list[str] = []
    for number, line in enumerate(text.splitlines()[:MAX_LINES], start=1):
        if not parts:
            start = number
        if line.endswith("\\"):
            parts.append(line[:-1])
            continue
        parts.append(line)
        found.append((start, "\\\n".join(parts) if parts[0].startswith("\t") else " ".join(parts)))
        parts = []
    if parts:
        found.append((start, " ".join(parts)))
    return found


class _Reader:
    def __init__(self) -> None:
        self.variables: dict[str, str] = {}
        self.own: dict[str, dict[str, str]] = {}
        self.rules: dict[str, tuple[int, list[str], list[tuple[int, str]]]] = {}
        self.order: list[str] = []
        self.current: list[str] = []
        self.includes: list[tuple[str, int]] = []
        self.exported: set[str] = set()
        self.default = ""
        self.defining = ""

    def line(self, number: int, content: str) -> None:
        if self.defining:
            if content.strip() == "endef":
                self.defining = ""
            return
        if content.startswith("\t") and self.current:
            for name in self.current:
                self.rules[name][2].append((number, content[1:]))
            return
        stripped = content.strip()
        if not stripped or stripped.startswith("#"):
            return
        if stripped.startswith("define "):
            self.defining = stripped.split()[1]
        elif stripped.startswith(("include ", "-include ", "sinclude ")):
            self.includes += [(self.expand(word), number) for word in stripped.split()[1:]]
        elif not stripped.startswith(("ifeq", "ifneq", "ifdef", "ifndef", "else", "endif")):
            self.statement(number, stripped)

    def statement(self, number: int, text: str) -> None:
        own = _TARGET_VARIABLE.match(text)
        assigned = _ASSIGN.match(text)
        if assigned and not (own and ":" in text.partition("=")[0].rstrip(":?+!") and not assigned[2].startswith(":")):
            self.assign(assigned[1], assigned[2], assigned[3].strip())
            if text.startswith("export"):
                self.exported.add(assigned[1])
            self.current = []
        elif own:
            for name in self.expand(own[1]).split():
                self.own.setdefault(name, {})[own[2]] = self.expand(own[4].strip())
        elif text.startswith(("export ", "unexport ")):
            self.exported |= set(text.split()[1:])
        elif rule := _RULE.match(text):
            self.rule(number, rule)

    def assign(self, name: str, operator: str, value: str) -> None:
        value = re.sub(r"\s+#.*$", "", value)
        if operator == "?=" and name in self.variables:
            return
        if operator == "+=":
            value = f"{self.variables.get(name, '')} {value}".strip()
        if name == ".DEFAULT_GOAL":
            self.default = self.expand(value)
        if operator == "!=":
            value = f"$(shell {value})"
        self.variables[name] = value
        if name == ".DEFAULT_GOAL":
            self.default = value

    def rule(self, number: int, rule: re.Match[str]) -> None:
        names = self.expand(rule[1]).split()
        needs = self.expand(rule[3]).replace("|", " ").split()
        if names and all(_SPECIAL.match(name) for name in names):
            self.current = []
            return
        self.current = names
        for name in names:
            if name not in self.rules:
                self.rules[name] = (number, [], [])
                self.order.append(name)
            self.rules[name][1].extend(needs)
            if rule[4]:
                self.rules[name][2].append((number, rule[4]))

    def expand(self, text: str, extra: dict[str, str] | None = None, depth: int = 0) -> str:
        """Fill in known variables; unknown ones and functions stay."""
        if depth > 10 or "$" not in text or len(text) > 20_000:
            return text

        def value(found: re.Match[str]) -> str:
            name = found[1] or found[2]
            known = (extra or {}).get(name, self.variables.get(name))
            return found[0] if known is None or name == "MAKE" else self.expand(known, extra, depth + 1)

        return _REFERENCE.sub(value, text)

    def targets(self) -> tuple[Target, ...]:
        plain = [name for name in self.order if "%" not in name and not name.startswith(".")]
        default = self.default or (plain[0] if plain else "")
        return tuple(self.target(name, default) for name in self.order)

    def target(self, name: str, default: str) -> Target:
        line, needs, recipe = self.rules[name]
        known = [need for need in needs if need in self.rules]
        automatic = {"@": name, "<": needs[0] if needs else "", "^": " ".join(needs), "*": ""}
        extra = self.own.get(name, {})
        env = {key: self.expand(self.variables.get(key, "")) for key in self.exported if key in self.variables} | extra
        commands: list[Command] = []
        for number, text in recipe:
            commands += self.recipe_line(number, text, automatic, extra, env)
        files = tuple(need for need in needs if need not in self.rules)
        outputs = () if known and not recipe else (name,)
        used = {found[1] or found[2] for _, text in recipe for found in _REFERENCE.finditer(text)}
        variables = tuple((key, self.expand(self.variables[key])) for key in sorted(used) if key in self.variables)
        return Target(
            "make",
            name,
            line,
            tuple(commands),
            tuple(dict.fromkeys(known)),
            files,
            outputs,
            is_default=name == default,
            variables=variables,
        )

    def recipe_line(
        self, number: int, text: str, automatic: dict[str, str], extra: dict[str, str], env: dict[str, str]
    ) -> list[Command]:
        stripped = text.lstrip()
        lost = False
        while stripped[:1] in ("-", "@", "+"):
            lost = lost or stripped[0] == "-"
            stripped = stripped[1:].lstrip()
        expanded = self.expand(stripped, extra)
        for sign, value in automatic.items():
            expanded = expanded.replace(f"$({sign})", value).replace(f"${sign}", value)
        expanded = expanded.replace("$(MAKE)", "make").replace("${MAKE}", "make").replace("$$", "$")
        found = []
        for command in shell.parse(expanded, number, stops_on_error=True).commands:
            joined = tuple({**env, **dict(command.env)}.items())
            found.append(replace(command, swallowed=command.swallowed or lost, env=joined))
        return found
