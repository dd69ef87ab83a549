"""Makefiles to targets with their commands, after the GNU make manual.

Variables are filled in where the file defines them; those of the command line (`$(PYTHON)` without a default) stay as
variables of the shell. Of a conditional the branches count that the file's own variables do not rule out; a condition on a
variable that only the caller can set stands in `Command.condition`.
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
_RULE = re.compile(r"^([^\s#=:](?:[^=#:]*[^\s=#:])?)\s*+(::?)(?!=)\s*+([^;#]*+)(?:;\s*+(.*)|#.*)?$")
_TARGET_VARIABLE = re.compile(
    r"^([^\s#=:](?:[^=#:]*[^\s=#:])?)\s*+:\s*+(?:export\s++)?([A-Za-z_]\w*+)\s*+(:=|\?=|\+=|=)\s*+(.*)$"
)
_REFERENCE = re.compile(r"(?<!\$)(?:\$\(([A-Za-z_][\w.-]*)\)|\$\{([A-Za-z_][\w.-]*)\})")
_SPECIAL = re.compile(r"^\.[A-Z_]+$")
_SIDES = re.compile(
    r"""\(\s{0,20}([^,]{0,300}?)\s{0,20},\s{0,20}(.{0,300}?)\s{0,20}\)\s*+(?:#.*)?$|["']([^"']*)["']\s+["']([^"']*)["']"""
)
_PLAIN_NAME = re.compile(r"[A-Za-z][\w-]*")
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
    settings += tuple(
        Setting(name, reader.expand(reader.variables[name]), 1)
        for name in ("MAKEFLAGS", "SHELL")
        if name in reader.variables and name not in reader.optional
    )
    targets = () if reader.stopped else targets
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


def _fails(command: Command) -> bool:
    """Its line ends with a failure each time."""
    is_exit = command.argv[:1] == ("exit",) and command.argv[1:2] not in ((), ("0",)) and command.argv[1].isdecimal()
    return (command.argv == ("false",) or is_exit) and not command.swallowed and not command.condition


class _Reader:
    def __init__(self) -> None:
        self.variables: dict[str, str] = {}
        self.own: dict[str, dict[str, str]] = {}
        self.rules: dict[str, tuple[int, list[str], list[tuple[int, str, str]]]] = {}
        """Target → line, prerequisites, recipe lines with the condition that each stands under."""
        self.replaced: set[str] = set()
        """Targets whose recipe the next recipe line replaces: their rule stands once more."""
        self.conditions: list[tuple[bool | None, str]] = []
        """The open conditionals: whether their branch holds, and its condition in words."""
        self.order: list[str] = []
        self.current: list[str] = []
        self.includes: list[tuple[str, int]] = []
        self.exported: set[str] = set()
        self.optional: set[str] = set()
        """Variables that the caller, or a branch, may set otherwise."""
        self.default = ""
        self.defining = ""
        self.phony: set[str] = set()
        self.stopped = False
        """An error that the file itself raises ends make before any target."""

    def line(self, number: int, content: str) -> None:
        if self.defining:
            if content.strip() == "endef":
                self.defining = ""
            return
        stripped = content.strip()
        if self.conditional(stripped):
            return
        if any(holds is False for holds, _ in self.conditions):
            return  # no caller can make this branch hold
        if content.startswith("\t") and self.current:
            self.recipe(number, content[1:])
            return
        if not stripped or stripped.startswith("#"):
            return
        if stripped.startswith("define "):
            self.defining = stripped.split()[1]
        elif stripped.startswith(("include ", "-include ", "sinclude ")):
            self.includes += [(self.expand(word), number) for word in stripped.split()[1:]]
        else:
            self.statement(number, stripped)

    def recipe(self, number: int, text: str) -> None:
        condition = " && ".join(words for _, words in self.conditions if words)
        for name in self.current:
            if name in self.replaced:
                self.replaced.discard(name)
                self.rules[name][2].clear()
            self.rules[name][2].append((number, text, condition))

    def conditional(self, text: str) -> bool:
        """`ifeq`, `ifdef`, `else`, `endif`: True where the line is one of them."""
        word = text.split(" ", 1)[0].split("(", 1)[0]
        if word in ("ifeq", "ifneq", "ifdef", "ifndef"):
            self.conditions.append(self.judged(text, word) if len(self.conditions) < 50 else (None, ""))
        elif word == "else" and self.conditions:
            holds, words = self.conditions.pop()
            other = (
                words.replace("if", "ifn", 1) if words.startswith(("ifdef", "ifeq")) else words.replace("ifn", "if", 1)
            )
            further = text[4:].strip()
            opened = None if holds is None else not holds
            if further:
                inner = self.judged(further, further.split(" ", 1)[0].split("(", 1)[0])
                opened, other = (inner if opened is not False else (False, "")) if not other else (None, "")
            self.conditions.append((opened, other))
        elif word == "endif" and self.conditions:
            self.conditions.pop()
        else:
            return False
        return True

    def judged(self, text: str, word: str) -> tuple[bool | None, str]:
        """Whether a condition holds by the file's own variables; else, for one variable that only the caller may set, its
        condition as `ifdef NAME` or `ifeq NAME VALUE`."""
        rest = text[len(word) :].strip()
        negated = word.startswith("ifn")
        if word.endswith("def"):
            name = rest.split("#")[0].strip()
            known = bool(self.variables[name]) if name in self.variables else None
            words = f"{word} {name}" if known is None and re.fullmatch(r"\w+", name) else ""
            return (None if known is None or name in self.optional else known is not negated), words
        sides = _SIDES.match(rest)
        if not sides:
            return None, ""
        left, right = (self.expand(side.strip()) for side in (sides[1] or sides[3] or "", sides[2] or sides[4] or ""))
        if "$" not in left + right:
            used = {found[1] or found[2] for found in _REFERENCE.finditer(rest)}
            return (None if used & self.optional else (left == right) is not negated), ""
        of = re.fullmatch(r"\$[({](\w+)[)}]", left)
        plain = of is not None and "$" not in right and " " not in right and of[1] not in self.variables
        return None, f"{word} {of[1]} {right}" if of and plain else ""

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
        elif text.startswith("$(error ") and not self.conditions:
            self.stopped = True
        elif rule := _RULE.match(text):
            self.rule(number, rule)

    def assign(self, name: str, operator: str, value: str) -> None:
        value = re.sub(r"(?<!\s)\s++#.*$", "", value)
        if operator == "?=" or self.conditions:
            self.optional.add(name)
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
        if ".PHONY" in names:
            self.phony |= set(needs)
        if names and all(_SPECIAL.match(name) for name in names):
            self.current = []
            return
        self.current = names
        for name in names:
            if name not in self.rules:
                self.rules[name] = (number, [], [])
                self.order.append(name)
            elif rule[2] == ":" and not self.conditions:
                self.replaced.add(name)
            self.rules[name][1].extend(needs)
        if rule[4]:
            self.recipe(number, rule[4])

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
        for number, text, condition in recipe:
            made = self.recipe_line(number, text, automatic, extra, env)
            commands += [replace(command, condition=condition) if condition else command for command in made]
            if any(_fails(command) for command in made) and not condition:
                break  # no further line of the recipe runs
        if any("$(error " in text and not condition for _, text, condition in recipe):
            commands.clear()  # make expands the whole recipe before it starts the first line
        files = tuple(need for need in needs if need not in self.rules)
        outputs = () if known and not recipe else (name,)
        used = {found[1] or found[2] for _, text, _ in recipe for found in _REFERENCE.finditer(text)}
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
            made_once=not needs and bool(recipe) and name not in self.phony and not self._is_unsure(),
            names_missing=tuple(need for need in files if _PLAIN_NAME.fullmatch(need) and not self._is_unsure()),
        )

    def _is_unsure(self) -> bool:
        """Files that it includes, pattern rules or names made by functions may say more of a target than is read here."""
        open_names = any("$" in name for name in self.phony)
        return bool(self.includes) or open_names or any("%" in name for name in self.order)

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
        expanded = expanded.replace("$(MAKE)", "make").replace("${MAKE}", "make")
        expanded = _REFERENCE.sub(lambda found: f"${{{found[1] or found[2]}}}", expanded).replace("$$", "$")
        found = []
        for command in shell.parse(expanded, number, stops_on_error=True).commands:
            joined = tuple({**env, **dict(command.env)}.items())
            found.append(replace(command, swallowed=command.swallowed or lost, env=joined))
        return found
