"""The variables that are set where commands stand, and what these ask of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from assessor.facts.commands import Command
from assessor.project.trials import names_tried_data
from assessor.readers.syntax.shell import filled_arguments, never_holds

Pairs = tuple[tuple[str, str], ...]

_SPLIT = re.compile(r"(?:\$\{\{[^}]{0,300}\}\}|\S)+")
"""Words of a shell; what an expression holds is none of its own."""
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*|[1-9])\}?")
ALL, BETWEEN = "@", "\x1f"
"""The variable that holds all arguments of a script, and what stands between them there."""
_ALL_GIVEN = re.compile(r"\$(?:@|\{@:(\d+)\})")
_PARAMETER = re.compile(
    r"\$\{\{\s*(?:parameters|inputs|variables|env|vars|matrix)\.(\w[\w-]*)\s*\}\}|\$\[\[\s*inputs\.(\w+)\s*\]\]|\$\((\w+)\)"
)
_OPEN = frozenset("$`{%~\n")
"""Signs of values that depend on something else."""
_MOST = 4_096


class Environment:
    """The variables of one place, of two of a name the later; most commands of a run share them."""

    def __init__(self, pairs: Pairs) -> None:
        self._pairs = pairs
        self._kept_away: dict[str, bool] = {}
        self._with: dict[Pairs, Environment] = {}

    def joined(self, more: Pairs) -> Environment:
        """These and those that a command sets for itself."""
        if not more:
            return self
        if more not in self._with:
            self._with[more] = Environment((*self._pairs, *more))
        return self._with[more]

    @cached_property
    def _known(self) -> Mapping[str, str]:
        return dict(self._pairs)

    @cached_property
    def _in_a_shell(self) -> Mapping[str, str]:
        """By the names that they have in a shell."""
        return {name.replace("-", "_"): text for name, text in self._pairs}

    @cached_property
    def _fixed(self) -> Mapping[str, str]:
        """Those whose value depends on nothing."""
        return {name: value for name, value in self._known.items() if _OPEN.isdisjoint(value)}

    @cached_property
    def names_tried_data(self) -> bool:
        """One of them names data of tests."""
        return names_tried_data(self._pairs)

    def keeps_away(self, condition: str) -> bool:
        """The condition cannot hold with these variables; many runs come to the same script."""
        if "$" not in condition:
            return False
        known = self._kept_away.get(condition)
        if known is None:
            known = self._kept_away[condition] = never_holds(condition, self._fixed)
        return known

    def told(self, condition: str) -> str:
        """A condition in which nothing depends on these variables any more: what it asks of them is open."""
        if "$" not in condition:
            return condition
        return _VARIABLE.sub(lambda found: "$()" if found[1] in self._in_a_shell else found[0], condition)

    def default(self, command: Command) -> Command:
        """The command with the defaults of arguments that are not given."""
        argv = self.filled(command) if "${" in command.text else command.argv
        return command if argv is command.argv else replace(command, argv=argv)

    def filled(self, command: Command) -> tuple[str, ...]:
        """The words of a command with these variables and its own in place of `${{ inputs.x }}` and `$(x)`."""
        for word in command.argv:
            if "$" in word:
                break
        else:
            return command.argv
        return self.joined(command.env)._filled(command.argv)

    def _filled(self, words: tuple[str, ...]) -> tuple[str, ...]:
        found: list[str] = []
        last = ""
        for word in words:
            found += self._filled_words(word, last) if "$" in word else (word,)
            last = word
        return tuple(found)

    def _filled_words(self, word: str, last: str) -> tuple[str, ...]:
        """A word with its variables filled in; one that is a single variable becomes as many words as its value has, as the
        shell splits it. What an option takes (`-c "$SCRIPT"`) is one word: it is quoted as a rule."""
        handed = _ALL_GIVEN.fullmatch(word) if ALL in self._known else None
        if handed:
            words = self._known[ALL].split(BETWEEN) if self._known[ALL] else []
            return tuple(words[int(handed[1] or 1) - 1 :])
        filled = self.filled_word(word)
        if filled == word or last.startswith("-") or not (_PARAMETER.fullmatch(word) or _VARIABLE.fullmatch(word)):
            return (filled,)
        return tuple(_SPLIT.findall(filled)) or ("",)

    def filled_word(self, word: str) -> str:
        """One word or text with its variables filled in."""
        if "$" not in word:
            return word
        known, in_a_shell = self._known, self._in_a_shell

        def value(found: re.Match[str]) -> str:
            return known.get(next(group for group in found.groups() if group), found[0])

        def variable(found: re.Match[str]) -> str:
            given = in_a_shell.get(found[1], found[0])
            return found[0] if given == "$" else given

        text = filled_arguments(word, known)
        if "${{" in text or "$[[" in text or "$(" in text:  # else the search for parameters finds none
            text = _PARAMETER.sub(value, text)
        return _VARIABLE.sub(variable, text)

    def filled_inputs(self, inputs: Pairs) -> Pairs:
        """What a step hands on to what it calls, with what its own caller gave it."""
        return tuple((name, self.filled_word(value) if "${{" in value else value) for name, value in inputs)


class Environments:
    """Those of one walk, each once: found by the identity of their pairs where these have been seen, else by what they are."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[Pairs, Environment]] = {}
        self._each: dict[Pairs, Environment] = {}

    def of(self, pairs: Pairs) -> Environment:
        """The variables as they stand in a context."""
        seen = self._seen.get(id(pairs))
        if seen is not None:
            return seen[1]
        if len(self._seen) >= _MOST:
            self._seen.clear()
            self._each.clear()
        found = self._each.get(pairs)
        if found is None:
            found = self._each[pairs] = Environment(pairs)
        self._seen[id(pairs)] = (pairs, found)  # the pairs are held, or others could get their identity
        return found
