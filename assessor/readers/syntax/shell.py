"""Shell texts to commands, by tree-sitter's bash grammar (error tolerant, so a broken text still gives its commands).

What counts: simple commands with their words, the folder and environment that they run in, and whether their failure
can fail the text. What the text never comes to (after `exit`, behind `true ||`, in `if false`) is no command of it.
Expressions of CI providers (`${{ x }}`, `$(X)` of make, `$[x]`) are kept as plain words.
"""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import zip_longest
from time import process_time
from typing import TYPE_CHECKING

from assessor.facts.commands import Command, ShellFunction, ShellScript
from assessor.readers.syntax import left_out
from assessor.readers.syntax.shell_status import status

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MAX_TEXT = 200_000
MAX_DEPTH = 80
MAX_COMMANDS = 5_000
MAX_PIPE = 400
MAX_ROUNDS = 200
"""Rounds of loops over known words that are followed one by one in a text."""
MAX_VALUE = 2_000
"""Characters of a variable's value that are kept."""
MAX_EXPANDED = 1_000_000
"""Characters that the variables of one text expand to."""
_SECONDS = 1.0
"""Processor time of the grammar for one text; honest texts of the greatest length take a tenth."""
_SURELY_QUICK = 3_000
_PIPE_END = re.compile(r"(?<![|\s])[ \t]*\n|;|&&")
_MASKED = re.compile(r"__EXPR\d+__")
SCRIPT_FOLDER = "$SCRIPT_DIR"
"""Stands for the folder of the script itself (`cd "$(dirname "$0")"`)."""

_EXPRESSION = re.compile(r"\$\{\{[^\n]{0,400}?\}\}|\$\[[^\]\n]{0,400}\]|<\+[^>\n]{0,400}>|\{\{[^{}\n]{0,400}\}\}")
_WORD_OF_TWO = re.compile(r"\$[\w/:.@%+,={}-]+\$[\w/:.@%+,={}$-]+")
"""A word with two variables."""
_BETWEEN = re.compile(r"(?<=[\w/:.@%+,=-])\$(\w++)(?=[/:.@%+,=-])")
"""`$b` of `$a/$b/c`: behind a variable that stands between two plain parts, the grammar takes one word for two
(tree-sitter-bash 0.25.1); `$a/${b}/c` it takes for one."""
_TEST_THAT_ENDS_A_LINE = re.compile(r"^([ \t]*(?:el)?if[ \t][^\n]{0,400}\])[ \t]*$", re.MULTILINE)
"""`if [ a ]` before a `then` on the next line, where the grammar takes everything up to the `]` of a later test for one
test, once a redirection stands between; with a semicolon it does not."""
_MAKE_VARIABLE = re.compile(r"\$\(([A-Z_][A-Za-z0-9_.]*)\)")
_SHELLS = {"bash", "sh", "zsh", "dash", "ksh"}
_PREFIXES = {
    "sudo",
    "time",
    "nohup",
    "exec",
    "command",
    "builtin",
    "nice",
    "ionice",
    "env",
    "timeout",
    "stdbuf",
    "retry",
    "unbuffer",
    "chronic",
    "caffeinate",
}
_HARMLESS = {"true", ":", "echo", "printf", "warn", "log", "logger"}
OTHERWISE = "else: "
"""Stands before a condition that must not hold."""
_ASSIGNED = re.compile(
    r"(?:^|[\s;({`])(?:(\w+)\+?=|for (\w+)\b|(?:read|getopts|mapfile|readarray)(?: -\w+)* (?:\S+ )?(\w+))", re.MULTILINE
)
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)[^}\s\"'\]]{0,60}\}?")
_PRINT_NOTHING = {("echo", "-n"), ("echo", "-n", ""), ("printf", ""), ("cat", "/dev/null")}
_DIRNAME = re.compile(
    r"dirname\b.{0,400}(?:\$0|\$\{?0\}?|BASH_SOURCE)|realpath\b.{0,400}(?:\$0|BASH_SOURCE)|BASH_SOURCE.{0,400}dirname"
    r"|git rev-parse --show-toplevel"
)


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def parse(
    text: str, first_line: int = 1, stops_on_error: bool = False, given: tuple[str, ...] | None = None
) -> ShellScript:
    """Return the commands of a shell text in order.

    `first_line` is the line of the file on which the text begins; `stops_on_error` says that the shell that runs it
    was started with -e; `given` are the words behind `"$@"`, None where whoever starts it gives them. Never raises; a text
    above 200,000 characters is cut.
    """
    text = text[:MAX_TEXT]
    if not text.strip():
        return ShellScript((), stops_on_error)
    masked, words = _mask(text)
    first = masked.split("\n", 1)[0]
    if first.startswith("#!") and re.search(r"\s-\w*e", first):
        stops_on_error = True
    if _has_long_pipe(masked):
        left_out.note(first_line, f"a pipe of more than {MAX_PIPE} commands; this shell text is not read")
        return ShellScript((), stops_on_error)
    try:
        walk = _Walk(first_line, words, stops_on_error)
        walk.given = given
        walk.text(_parsed(masked.encode("utf-8", "surrogatepass")))
    except _TooLong:
        left_out.note(first_line, f"the shell reader failed: more than {_SECONDS:g} s of processor time for one text")
        return ShellScript((), stops_on_error)
    except (RecursionError, ValueError):
        return ShellScript((), stops_on_error)
    functions = tuple(walk.bodies())
    return ShellScript(tuple(walk.finished()), walk.state.stops, functions, walk.variables())


class _TooLong(Exception):
    """The grammar needs too much time; it grows with the square of what does not fit it (`$[`, `a=(`, `)` many times)."""


def _parsed(text: bytes) -> Node:
    if len(text) < _SURELY_QUICK:
        return _parser().parse(text).root_node
    end = process_time() + _SECONDS

    def piece(offset: int, place: object) -> bytes:
        return text[offset : offset + 4_096]

    def is_late(offset: int, has_error: bool) -> bool:
        return process_time() > end

    try:
        return _parser().parse(piece, progress_callback=is_late).root_node
    except ValueError as error:
        raise _TooLong from error


def _has_long_pipe(text: str) -> bool:
    """A pipe so long that the grammar, whose memory grows with its square, would need gigabytes."""
    if text.count("|") <= MAX_PIPE:
        return False
    return any(part.count("|") > MAX_PIPE for part in _PIPE_END.split(text))


def _mask(text: str) -> tuple[str, dict[str, str]]:
    """Put plain words in place of provider expressions, as long as they were in lines."""
    words: dict[str, str] = {}

    def take(found: re.Match[str]) -> str:
        name = f"__EXPR{len(words)}__"
        words[name] = " ".join(found.group(0).split())
        return name

    masked = _EXPRESSION.sub(take, text)
    masked = _WORD_OF_TWO.sub(_braced, _MAKE_VARIABLE.sub(take, masked))
    return _TEST_THAT_ENDS_A_LINE.sub(r"\1;", masked), words


def _braced(word: re.Match[str]) -> str:
    return _BETWEEN.sub(r"${\1}", word[0])


@dataclass(slots=True)
class _State:
    """What holds at a point of the text; a subshell works on a copy."""

    stops: bool
    pipefail: bool = False
    ended: str = ""
    """Why nothing further of the text runs: `exit`, `return` (of a function), `failed` (under -e); empty while it goes on."""
    constants: dict[str, str] = field(default_factory=dict)
    """Variables whose value is certain here: set to a plain text, and by nothing that may or may not run."""
    copies: dict[str, str] = field(default_factory=dict)
    """Variables that are certainly an argument of the text here, with its expansion: `$1`, `${2:-train}`."""
    cwd: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    exported: dict[str, str] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)

    def copy(self) -> _State:
        return replace(
            self,
            variables=dict(self.variables),
            exported=dict(self.exported),
            folders=list(self.folders),
            constants=dict(self.constants),
            copies=dict(self.copies),
        )

    def forgets(self, name: str) -> None:
        """The variable's value is not certain any more."""
        self.constants.pop(name, None)
        self.copies.pop(name, None)


@dataclass(frozen=True, slots=True)
class _Where:
    """How a node stands: swallowed by what is around it, under which condition, part of a checked chain."""

    swallowed: bool = False
    condition: str = ""
    depth: int = 0
    certain: bool = True
    """It runs whenever the text comes to it."""

    def inside(self, *, swallowed: bool = False, condition: str = "", certain: bool = True) -> _Where:
        joined = " && ".join(part for part in (self.condition, condition) if part)
        return _Where(self.swallowed or swallowed, joined[:300], self.depth + 1, self.certain and certain)


def _is_one_substitution(value: Node) -> bool:
    """The value is one `$(…)` and nothing else, in quotes or not."""
    inner = value.named_children[0] if value.type == "string" and len(value.named_children) == 1 else value
    return inner.type == "command_substitution"


class _Walk:
    def __init__(self, first_line: int, words: dict[str, str], stops: bool) -> None:
        self.offset = first_line
        self.masked = words
        self.state = _State(stops)
        self.made: list[tuple[Command, bool, int]] = []
        self.expanded_to = 0
        self.rounds = 0
        self.functions: dict[str, Node] = {}
        self.calling: list[str] = []
        self.aliases: dict[str, str] = {}
        self.expands = False
        self.assigned: frozenset[str] = frozenset()
        """Variables that some statement of the text may set."""
        self.locals: list[dict[str, tuple[str | None, ...]]] = []
        """For each function that is followed now, what its own variables were outside of it."""
        self.noted: dict[str, str] = {}
        """Variables that the text sets, with what they are."""
        self.given: tuple[str, ...] | None = None
        """The words behind `"$@"`; None where whoever starts the text gives them."""
        self.shifted: int | None = 0
        """How many of the words of whoever starts the text were shifted away; None where that is not certain."""
        self.forgiven = False
        """A trap turns every failure into success."""
        self.statement = 0

    # ---- statements ----

    def told(self, text: str) -> str:
        """A condition's text with `$()` for each variable that the text itself sets: what the caller gives decides nothing
        about these, unless it is an argument of the text. Arguments of a function are those that it is given."""

        def value(found: re.Match[str]) -> str:
            copied = self.state.copies.get(found[1])
            return copied or ("$()" if found[1] in self.assigned else found[0])

        if self.given is not None or self.shifted != 0:
            text = _ARGUMENT.sub(self.told_argument, text)
        return _VARIABLE.sub(value, text) if self.assigned else text

    def told_argument(self, found: re.Match[str]) -> str:
        """What an expansion of an argument (`$1`, `${1:-x}`, `$#`, `$@`) is of the words that the text itself is given."""
        if found[4]:
            return found[0] if self.given and len(self.given) == 1 and _ALL_GIVEN.fullmatch(self.given[0]) else "$()"
        number, default = int(found[1] or found[2]), "" if "?" in (found[3] or "")[:2] else found[3] or ""
        word = self.argument(number, None)
        if _COPIED.fullmatch(word):
            return f"${{{word[1:]}{default}}}" if default and word[1:].isdecimal() else word
        word = word or default.removeprefix(":").removeprefix("-")
        return word if _PLAIN.fullmatch(word) else "$()"

    def text(self, root: Node) -> None:
        where = _Where()
        whole = self.plain(root)
        self.assigned = frozenset(name for found in _ASSIGNED.findall(whole) for name in found if name)
        for child in root.named_children:
            if child.type == "function_definition":
                self.define(child)
        parts = root.children  # asked once: `next_sibling` looks through all of them each time
        for child, behind in zip_longest(parts, parts[1:]):
            if child.is_named:
                self.statement += 1
                self.node(child, where.inside(swallowed=behind is not None and behind.type == "&"))

    def variables(self) -> tuple[tuple[str, str], ...]:
        """The variables that the text sets, with what they are where that is certain, for functions of other files."""
        unknown = dict.fromkeys(self.assigned, UNKNOWN_VALUE)
        return tuple(sorted((unknown | self.noted).items()))

    def bodies(self) -> Iterator[ShellFunction]:
        """The functions of the text as others may call them: what they run, with what they are given as it is written."""
        left = MAX_COMMANDS
        for name, body in sorted(self.functions.items()):
            inner = _Walk(self.offset, self.masked, stops=True)
            inner.assigned = self.assigned
            inner.state.variables = {key: value for key, value in self.noted.items() if not _OF_CALLER.search(value)}
            inner.node(body, _Where())
            left -= len(inner.made)
            if inner.made and left > 0:
                yield ShellFunction(name, self.offset + body.start_point[0], tuple(inner.finished()))

    def finished(self) -> Iterator[Command]:
        """Where the text goes on after a failure, every command but those of the last statement is swallowed."""
        last = max((number for _, _, number in self.made), default=0)
        checked = self._checked_statements()
        for command, stops, number in self.made:
            lost = self.forgiven or (not stops and number != last and number not in checked)
            yield replace(command, swallowed=True) if lost and not command.swallowed else command

    def _checked_statements(self) -> set[int]:
        """Statements whose status the next one looks at and leaves by (`if [ $? -ne 0 ]; then exit 1; fi`)."""
        found = set()
        exits = {n for c, _, n in self.made if c.argv[:1] in (("exit",), ("return",)) and c.argv[1:2] != ("0",)}
        looking = {n for c, _, n in self.made if "$?" in c.condition}
        for command, _, number in self.made:
            if number + 1 in exits and number + 1 in looking:
                found.add(number)
            if command.argv[:1] in (("exit",),) and command.argv[1:2] not in ((), ("0",)):
                found.add(number)
        return found

    def node(self, node: Node, where: _Where) -> None:
        if self.state.ended or where.depth > MAX_DEPTH or len(self.made) > MAX_COMMANDS:
            return
        handler = _HANDLERS.get(node.type)
        if handler:
            handler(self, node, where)
        elif node.type in ("comment", "heredoc_body", "heredoc_start"):
            return
        else:
            for child in node.named_children:
                self.node(child, where.inside())

    def define(self, node: Node) -> None:
        name = node.child_by_field_name("name") or (node.named_children[0] if node.named_children else None)
        body = node.child_by_field_name("body") or (node.named_children[-1] if node.named_children else None)
        if name is not None and body is not None:
            self.functions[self.plain(name)] = body

    def function(self, node: Node, where: _Where) -> None:
        self.define(node)

    def list_(self, node: Node, where: _Where) -> None:
        """`a && b`, `a || b`: the left side of `||` is swallowed unless the right side fails."""
        parts = node.children
        left, sign, right = parts[0], parts[1].type if len(parts) > 1 else "", parts[-1]
        if sign not in ("&&", "||"):
            for child in node.named_children:
                self.node(child, where.inside())
            return
        known = self.status(left)
        lost = sign == "||" and not self.fails(right)
        self.branch([left], where.inside(swallowed=lost), keeps=("exit", "return"))
        if known is (sign == "||"):
            return  # the right side never runs
        if known is None:
            told = self.told(self.plain(left)[:150])
            self.branch([right], where.inside(condition=told if sign == "&&" else _otherwise(told), certain=False))
        else:
            self.node(right, where.inside())

    def branch(self, nodes: Iterable[Node], where: _Where, keeps: tuple[str, ...] = ()) -> str:
        """Follow what may not be the only way; return how it ended. The text itself ends only by what is in `keeps`."""
        for node in nodes:
            self.node(node, where)
        ended = self.state.ended
        self.state.ended = ended if ended in keeps else ""
        return ended

    def status(self, node: Node) -> bool | None:
        return status(node, self.literal)

    def literal(self, node: Node) -> str | None:
        """The text of a word that depends on nothing; None of any other one, and of a name that the text redefines."""
        if node.type == "command_name" and self.plain(node) in self.functions:
            return None
        waiting = [node]
        while waiting:
            part = waiting.pop()
            if part.type in ("simple_expansion", "expansion"):
                name = re.fullmatch(r"\$\{?(\w+|#)(?::?-[^}$`]*|:?\?[^}$`]*)?\}?", self.plain(part))
                if not name or (name[1] not in self.state.constants and not self.is_given(name[1])):
                    return None
            elif "substitution" in part.type or part.type in ("arithmetic_expansion", "brace_expression"):
                return None
            else:
                waiting += part.named_children
        text = self.word(node)
        return None if any(sign in text for sign in ("__EXPR", "$", "`", "{{", "%", "~")) else text

    def is_given(self, name: str) -> bool:
        """The name is that of an argument of a function whose words are known."""
        return self.given is not None and name.isdecimal() and name != "0"

    def fails(self, node: Node) -> bool:
        """The alternative after `||` makes the text fail: it exits or returns with a status other than 0."""
        texts = [n.text.decode("utf-8", "replace").strip() for n in _commands(node) if n.text]
        for text in texts:
            words = text.split()
            if words and words[0] in ("exit", "return", "false", "die", "fail", "kill") and words[1:2] != ["0"]:
                return True
        first = texts[0].split()[0] if texts and texts[0].split() else ""
        return bool(first) and first not in _HARMLESS and not any(t.startswith(("exit 0", "true")) for t in texts)

    def pipeline(self, node: Node, where: _Where) -> None:
        parts = [child for child in node.named_children if child.type != "comment"]
        before = self.state
        for number, part in enumerate(parts):
            self.state = before.copy()
            last = number == len(parts) - 1
            count = len(self.made)
            self.node(part, where.inside(swallowed=not last and not before.pipefail))
            if number and len(self.made) - count > 1:
                self.fed(count, parts[number - 1])
        self.state = before

    def fed(self, count: int, before: Node) -> None:
        """`echo train.py | xargs python`: the words that echo prints become arguments of what xargs starts. With `-r` it
        starts nothing where nothing is printed."""
        printed = self.made[count - 1][0] if count else None
        inner, stops, statement = self.made[-1]
        outer = self.made[-2][0].argv
        if outer[:1] != ("xargs",):
            return
        prints_nothing = self.status(before) is not None or (printed and printed.argv in _PRINT_NOTHING)
        if prints_nothing and {"-r", "--no-run-if-empty"} & set(outer):
            self.made.pop()
        elif printed and printed.argv[:1] == ("echo",):
            self.made[-1] = (replace(inner, argv=(*inner.argv, *printed.argv[1:])), stops, statement)

    def subshell(self, node: Node, where: _Where) -> None:
        before, self.state = self.state, self.state.copy()
        for child in node.named_children:
            self.node(child, where.inside())
        self.state = before

    def if_(self, node: Node, where: _Where) -> None:
        """Commands of the test are looked at, not fatal, unless the branch taken on failure exits."""
        tests, bodies = _divided(node)
        negated = bool(tests) and tests[0].type == "negated_command"
        exits = any(self.exits(b) for b in bodies if (b.type not in ("else_clause", "elif_clause")) == negated)
        others = [_divided(body) for body in bodies if body.type in ("else_clause", "elif_clause")]
        then = [body for body in bodies if body.type not in ("else_clause", "elif_clause")]
        ends: list[str] = []
        certain, before = True, ""
        for tested, body in ((tests, then), *others):
            told = self.told(" ".join(self.plain(test) for test in tested)[:150])
            joint = " && " if before and told else ""
            text = f"{before}{joint}{told}"[:300]
            before = f"{before}{joint}{_otherwise(told)}"[:300]
            self.branch(tested, where.inside(swallowed=not exits or tested is not tests), keeps=("exit", "return"))
            if self.state.ended:
                return
            known = self.status(tested[-1]) if tested else True
            if known is not False:
                ends.append(self.branch(body, where.inside(condition=text, certain=certain and known is True)))
            certain = certain and known is not None
            if known:
                break
        else:
            ends.append("")
        self.state.ended = ends[0] if all(ends) else ""

    def exits(self, node: Node) -> bool:
        texts = [n.text.decode("utf-8", "replace").split() for n in _commands(node) if n.text]
        return any(words[:1] == ["exit"] and words[1:2] != ["0"] for words in texts)

    def loop(self, node: Node, where: _Where) -> None:
        head = self.plain(node).split("\n", 1)[0][:150]
        if node.type == "for_statement":
            name = node.child_by_field_name("variable")
            if name is not None:
                self.state.variables.pop(self.plain(name), None)
        self.forget(node)
        known = self._loops(node)
        if items := self._items(node):
            self.over(node, items, where)
            return
        if any(self.plain(command).split(maxsplit=1)[:1] == ["shift"] for command in _commands(node)):
            self.given, self.shifted = None, None  # each round has other arguments
        for child in node.named_children:
            if child.type == "do_group" and known is not False:
                self.branch([child], where.inside(condition=head, certain=False))
            elif child.type not in ("do_group", "word", "variable_name", "string", "concatenation", "number"):
                self.branch([child], where.inside(swallowed=True))
        if known and not self._leaves(node):
            self.state.ended = "exit"

    def _items(self, node: Node) -> tuple[str, ...]:
        """The words that a `for` goes through, where all of them are known and there are few."""
        if node.type != "for_statement":
            return ()
        found: list[str] = []
        for value in node.children_by_field_name("value"):
            if handed := _ALL_GIVEN.fullmatch(self.plain(value)):
                found += self.handed(int(handed[1] or 1))
                continue
            word = self.word(value)
            found += word.split() if value.type == "simple_expansion" else [word]
        self.rounds += len(found)
        return () if self.rounds > MAX_ROUNDS or set("$`*?[{") & set("".join(found)) else tuple(found)

    def over(self, node: Node, items: tuple[str, ...], where: _Where) -> None:
        """The body for each item. Only the last one's failure is that of the loop, unless the text stops on errors or exits."""
        variable, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
        if variable is None or body is None:
            return
        name = self.plain(variable)
        stops = self.state.stops or self.exits(body)
        for number, item in enumerate(items, start=1):
            self.state.variables[name] = self.state.constants[name] = item
            self.branch([body], where.inside(swallowed=not stops and number < len(items), certain=False))
        self.state.variables.pop(name, None)
        self.state.forgets(name)

    def _loops(self, node: Node) -> bool | None:
        """True of a loop without end, False of one that never begins."""
        if node.type == "while_statement":
            tests = node.children_by_field_name("condition")
            known = self.status(next((t for t in reversed(tests) if t.is_named), node))
            return None if known is None else known is (node.children[0].type == "while")
        if node.type == "for_statement" and "body" in {node.field_name_for_child(i) for i in range(node.child_count)}:
            between = self.plain(node).partition("do")[0].split(";")[0].split()
            values = [self.literal(value) for value in node.children_by_field_name("value")]
            return (
                False if between[2:] == ["in"] or (values and not any(v is None or v.split() for v in values)) else None
            )
        return None

    def _leaves(self, node: Node) -> bool:
        """Something in the loop may end it."""
        names = {self.plain(command).split(" ", 1)[0] for command in _commands(node)}
        return bool(names & {"break", "exit", "return", "kill", "exec", *self.functions})

    def forget(self, node: Node) -> None:
        """What the node sets is not certain: it may run or not, once or more."""
        waiting = [node]
        while waiting and (self.state.constants or self.state.copies):
            part = waiting.pop()
            if part.type == "variable_assignment":
                name = part.child_by_field_name("name")
                self.state.forgets(self.plain(name) if name is not None else "")
            waiting += part.named_children

    def case(self, node: Node, where: _Where) -> None:
        value = node.child_by_field_name("value")
        asked = self.told(self.plain(value)) if value is not None else ""
        known = self.literal(value) if value is not None else None
        for item in node.named_children:
            if item.type != "case_item":
                continue
            patterns = [self.literal(pattern) for pattern in item.children_by_field_name("value")]
            plain = known is not None and not any(p is None or set("*?[") & set(p) for p in patterns)
            if plain and known not in patterns:
                continue
            taken = item.children_by_field_name("value")
            choices = "|".join(self.plain(pattern) for pattern in taken)
            inner = where.inside(condition=f"case {asked} in {choices}) ;; esac"[:150], certain=False)
            self.branch([child for child in item.named_children if child not in taken], inner)
            if plain:
                break

    def chosen(self, node: Node) -> bool | None:
        """Whether the value of a `case` fits the patterns of its first item."""
        value = node.child_by_field_name("value")
        known = self.literal(value) if value is not None else None
        item = next((child for child in node.named_children if child.type == "case_item"), None)
        if known is None or item is None:
            return None
        patterns = [self.literal(pattern) for pattern in item.children_by_field_name("value")]
        if any(pattern is None or set("*?[") & set(pattern) for pattern in patterns):
            return None
        return known in patterns

    def redirected(self, node: Node, where: _Where) -> None:
        """A command with redirections; a here-document may be its program."""
        body = next((c for c in node.named_children if c.type == "heredoc_redirect"), None)
        inner = next(
            (
                c
                for c in node.named_children
                if c.type not in ("file_redirect", "heredoc_redirect", "herestring_redirect")
            ),
            None,
        )
        if body is not None and inner is not None and inner.type == "command":
            self.with_document(inner, body, where)
        elif inner is not None:
            self.node(inner, where.inside())
        if body is not None:  # `cmd <<EOF && next` stands inside the redirect
            for child in body.named_children:
                if child.type in ("command", "list", "pipeline"):
                    self.node(child, where.inside())

    def with_document(self, node: Node, redirect: Node, where: _Where) -> None:
        document = next((c for c in redirect.named_children if c.type == "heredoc_body"), None)
        argv = self.words(node)
        if document is None or document.text is None or not argv:
            self.command(node, where)
            return
        text, line = document.text.decode("utf-8", "replace"), document.start_point[0]
        name = posixpath.basename(argv[0])
        if name in _SHELLS or _is_ssh(argv) or "bash" in argv[-2:]:
            self.embed(text, self.offset + line, where, is_remote=_is_ssh(argv))
        elif re.match(r"python[\d.]*$", name):
            self.add((argv[0], "-c", text), node, where)
        else:
            self.add(argv, node, where)

    def declaration(self, node: Node, where: _Where) -> None:
        kind = node.children[0].type if node.children else ""
        export = kind in ("export", "declare")
        for child in node.named_children:
            if kind == "local" and self.calling:
                self.keep(child)
            if child.type == "variable_assignment":
                name = self.assign(child, where)
                if export and name:
                    self.state.exported[name] = self.state.variables.get(name, "")
            elif child.type == "variable_name" and export:
                name = self.plain(child)
                if name in self.state.variables:
                    self.state.exported[name] = self.state.variables[name]

    def keep(self, node: Node) -> None:
        """The variable is a function's own: the one of that name outside has its value again when the function is left."""
        name = node.child_by_field_name("name") if node.type == "variable_assignment" else node
        text = self.plain(name) if name is not None else ""
        if text not in self.locals[-1]:
            state = self.state
            self.locals[-1][text] = tuple(known.get(text) for known in (state.variables, state.constants, state.copies))

    def restore(self) -> None:
        """The variables outside of the function that is left."""
        state = self.state
        for name, values in self.locals.pop().items():
            for known, value in zip((state.variables, state.constants, state.copies), values, strict=True):
                if value is None:
                    known.pop(name, None)
                else:
                    known[name] = value

    def assignment(self, node: Node, where: _Where) -> None:
        self.assign(node, where, alone=True)

    def assign(self, node: Node, where: _Where, alone: bool = False) -> str:
        """`alone`: no command stands before it whose status counts instead (`local`, `export`)."""
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return ""
        if value is not None:
            self.substitutions(value, where, counts=alone and _is_one_substitution(value))
            text = value.text.decode("utf-8", "replace") if value.text else ""
            known = self.literal(value)
            made = SCRIPT_FOLDER if _DIRNAME.search(text[:MAX_VALUE]) else self.word(value)
            self.state.variables[self.plain(name)] = made[:MAX_VALUE]
        else:
            known = self.state.variables[self.plain(name)] = ""
        is_whole = "+=" not in self.plain(node)[: len(self.plain(name)) + 2]
        asked = self.told(self.plain(value).strip('"')) if value is not None and is_whole else ""
        self.note(self.plain(name), known if is_whole else None, _COPIED.fullmatch(asked), where)
        return self.plain(name)

    def note(self, name: str, known: str | None, copied: re.Match[str] | None, where: _Where) -> None:
        """Keep what a variable is from here on, where it is certain, and what it is for functions of other files."""
        state = self.state
        state.forgets(name)
        if where.certain and known is not None:
            state.constants[name] = known
        elif where.certain and copied:
            state.copies[name] = f"${copied[1]}" if copied[1] else f"${{{copied[2]}{copied[3] or ''}}}"
        value = state.copies.get(name) or state.variables[name]
        is_certain = where.certain and not self.calling and self.noted.get(name, value) == value
        self.noted[name] = value if is_certain else UNKNOWN_VALUE

    def negated(self, node: Node, where: _Where) -> None:
        self.branch(node.named_children, where.inside(), keeps=("exit", "return"))

    def test(self, node: Node, where: _Where) -> None:
        self.substitutions(node, where)
        if self.state.stops and where.certain and not where.swallowed and self.status(node) is False:
            self.state.ended = "failed"

    # ---- commands ----

    def command(self, node: Node, where: _Where) -> None:
        self.substitutions(node, where)
        argv = self.words(node)
        if argv:
            self.add(argv, node, where, self.prefix_env(node))

    def prefix_env(self, node: Node) -> dict[str, str]:
        found = {}
        for child in node.named_children:
            if child.type == "variable_assignment":
                name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
                if name is not None:
                    found[self.plain(name)] = self.word(value) if value is not None else ""
        return found

    def words(self, node: Node) -> tuple[str, ...]:
        found: list[str] = []
        for child in node.named_children:
            if child.type in (
                "variable_assignment",
                "file_redirect",
                "herestring_redirect",
                "heredoc_redirect",
                "comment",
            ):
                continue
            handed = _ALL_GIVEN.fullmatch(self.plain(child))
            if handed:
                found += self.handed(int(handed[1] or 1))
                continue
            word = self.word(child)
            if child.type == "simple_expansion" and " " in word:
                found += word.split()  # an unquoted variable is split into words
            elif word or child.type in ("string", "raw_string"):
                found.append(word)
        return tuple(found)

    def handed(self, first: int) -> tuple[str, ...]:
        """What `"$@"` stands for, from the word of that number on; the walk fills in what a caller gives."""
        if self.given is not None:
            return _behind(self.given, first - 1)
        if self.shifted is None:
            return ("$()",)
        first += self.shifted
        return ("$@",) if first == 1 else (f"${{@:{first}}}",)

    def argument(self, number: int, default: str | None) -> str:
        """What `$1` stands for."""
        for position, word in enumerate(self.given[:number] if self.given is not None else ()):
            if handed := _ALL_GIVEN.fullmatch(word):  # here begin those of whoever starts the text
                return f"${int(handed[1] or 1) + number - 1 - position}"
        if self.given is not None:
            return (self.given[number - 1] if number <= len(self.given) else "") or default or ""
        if self.shifted is None:
            return "$()"
        if default and "$" not in default:
            return f"${{{number + self.shifted}:-{default}}}"
        return f"${number + self.shifted}"

    def shift(self, words: tuple[str, ...], where: _Where) -> None:
        count = int(words[0]) if words[:1] and words[0].isdigit() else 1
        if self.given is not None:
            self.given = _behind(self.given, count) if where.certain else None
            self.shifted = 0 if where.certain else None
        elif self.shifted is not None:
            self.shifted = self.shifted + count if where.certain else None

    def called(self, name: str, words: tuple[str, ...], where: _Where) -> None:
        """Follow a function of the text with the words that it is given."""
        before = self.given, self.shifted
        body = self.functions[name]
        self.given, self.shifted = words, 0
        self.calling.append(name)
        self.locals.append({})
        self.node(body, replace(where.inside(), certain=True))
        self.calling.pop()
        self.restore()
        if not where.certain:
            self.forget(body)
        self.given, self.shifted = before
        self.state.ended = "" if self.state.ended == "return" else self.state.ended

    def add(self, argv: tuple[str, ...], node: Node, where: _Where, env: dict[str, str] | None = None) -> None:
        """Note a command after its effects on the state; wrappers and embedded texts are taken off."""
        line = self.offset + node.start_point[0]
        replaces = argv[0] == "exec"
        argv, extra = _unwrapped(argv)
        env = {**(env or {}), **extra}
        if not argv:
            return
        argv = self.unaliased(argv)
        name = argv[0]
        if name in self.functions and name not in self.calling and len(self.calling) < 8:
            self.called(name, argv[1:], where)
            return
        if name == "shift":
            self.shift(argv[1:], where)
        if self.changes_state(argv, node):
            return
        self.ends(argv, where, replaces)
        embedded, given = embedded_text(argv)
        if embedded:
            self.embed(embedded, line, where, is_remote=_is_ssh(argv), given=given)
            return
        joined = {**self.state.exported, **env}
        made = Command(argv, line, where.swallowed, self.state.cwd, tuple(joined.items()), where.condition)
        self.made.append((made, self.state.stops, self.statement))
        if posixpath.basename(name) == "xargs":
            inner = _after_options(argv[1:])
            if inner:
                self.made.append((replace(made, argv=inner), self.state.stops, self.statement))

    def ends(self, argv: tuple[str, ...], where: _Where, replaces: bool) -> None:
        """Note that nothing of the text runs after this command."""
        name, rest = argv[0], argv[1:]
        if name in ("source", ".", "eval", "read", "getopts", "mapfile", "readarray", "printf", "unset"):
            self.state.constants.clear()  # these set variables too
        if (
            replaces
            or name == "exit"
            or (name == "kill" and rest[-1:] in (("$$",), ("0",)))
            or (name == "sleep" and rest[:1] in (("infinity",), ("inf",)))
        ):
            self.state.ended = "exit"
        elif name == "return":
            self.state.ended = "return"
        elif name == "false" and self.state.stops and not where.swallowed:
            self.state.ended = "failed"

    def unaliased(self, argv: tuple[str, ...]) -> tuple[str, ...]:
        """The command for which an alias stands, where the shell looks at aliases (`shopt -s expand_aliases`)."""
        meant = self.aliases.get(argv[0], "") if self.expands else ""
        return (*meant.split(), *argv[1:]) if meant.split() else argv

    def embed(
        self, text: str, line: int, where: _Where, *, is_remote: bool = False, given: tuple[str, ...] | None = None
    ) -> None:
        """A text that another shell runs: its commands, swallowed as a whole where it stands swallowed."""
        if where.depth > MAX_DEPTH // 4:
            return
        text = self.unmasked(text)
        inner = parse(text, line, stops_on_error=False, given=given)
        for command in inner.commands:
            cwd = _joined(self.state.cwd, command.cwd)
            lost = command.swallowed or where.swallowed
            made = replace(command, cwd=cwd, swallowed=lost, is_remote=is_remote or command.is_remote)
            self.made.append((made, self.state.stops, self.statement))

    def changes_state(self, argv: tuple[str, ...], node: Node) -> bool:
        """`cd`, `set`, `pushd`, `popd`: True where the command only changes what follows."""
        name, rest = argv[0], argv[1:]
        if name in ("cd", "pushd", "chdir"):
            target = next((word for word in rest if not word.startswith("-") or word == "-"), "")
            text = node.text.decode("utf-8", "replace") if node.text else ""
            self.state.cwd = self.changed(with_defaults(target), text)
            return True
        if name == "popd":
            self.state.cwd = self.state.folders.pop() if self.state.folders else ""
            return True
        if name == "set":
            self.set(rest)
            return True
        if name == "alias":
            self.aliases.update((word.partition("=")[0], word.partition("=")[2]) for word in rest if "=" in word)
        elif (
            name == "trap" and rest[:1] and re.search(r"\bexit\s+0\b", rest[0]) and {"EXIT", "ERR", "0"} & set(rest[1:])
        ):
            self.forgiven = True
        elif name == "shopt" and "expand_aliases" in rest:
            self.expands = "-s" in rest
        return name in ("export", "unset", "shopt", "local", "readonly", "trap", "alias")

    def changed(self, target: str, text: str) -> str:
        if "show-toplevel" in text:
            return "$ROOT"
        if _DIRNAME.search(text):
            tail = re.search(r"\)[\"']?/([\w./-]+)", text)
            return _joined(SCRIPT_FOLDER, tail.group(1)) if tail else SCRIPT_FOLDER
        if target in ("-", ""):
            return self.state.folders[-1] if target == "-" and self.state.folders else ""
        self.state.folders.append(self.state.cwd)
        return _joined(self.state.cwd, target)

    def set(self, words: tuple[str, ...]) -> None:
        for number, word in enumerate(words):
            on = word.startswith("-")
            if not word.startswith(("-", "+")):
                continue
            following = words[number + 1] if number + 1 < len(words) else ""
            if "e" in word[1:] and not word.startswith("--"):
                self.state.stops = on
            if "o" in word[1:] and following == "pipefail":
                self.state.pipefail = on
            if on and ("n" in word[1:] or following == "noexec"):
                self.state.ended = "exit"  # what follows is read and not run
            if word[1:] == "o" and following == "errexit":
                self.state.stops = on

    def substitutions(self, node: Node, where: _Where, counts: bool = False) -> None:
        """Commands inside `$(…)` and backticks; their failure does not fail the command around them, but that of the last one
        `counts` where a variable is given nothing else (`answer=$(curl …)`)."""
        waiting = deque((node,))
        while waiting:
            child = waiting.popleft()
            if child.type in ("command_substitution", "process_substitution"):
                before, self.state = self.state, self.state.copy()
                inside = child.named_children
                for number, inner in enumerate(inside):
                    self.node(inner, where.inside(swallowed=not (counts and number == len(inside) - 1)))
                self.state = before
            else:
                waiting += child.children

    # ---- words ----

    def plain(self, node: Node) -> str:
        return node.text.decode("utf-8", "replace") if node.text else ""

    def word(self, node: Node) -> str:
        text = self._word(node, 0)
        return self.unmasked(text)

    def unmasked(self, text: str) -> str:
        if "__EXPR" not in text:
            return text
        return _MASKED.sub(lambda found: self.masked.get(found[0], found[0]), text)

    def _word(self, node: Node, depth: int) -> str:
        kind = node.type
        if depth > MAX_DEPTH:
            return ""
        if kind == "raw_string":
            return self.plain(node)[1:-1]
        if kind == "ansi_c_string":
            return self.plain(node)[2:-1]
        if kind in ("command_substitution", "process_substitution"):
            return "$()"
        if kind in ("simple_expansion", "expansion"):
            return self.expanded(node)
        if kind in ("string", "concatenation", "command_name", "translated_string"):
            return self.pieces(node, depth)
        if kind == "word":
            return re.sub(r"\\(.)", r"\1", self.plain(node).replace("\\\n", ""))
        return self.plain(node)

    def pieces(self, node: Node, depth: int) -> str:
        """The parts of a quoted or joined word with the text between them."""
        if not node.named_children:
            return self.plain(node).strip('"') if node.type == "string" else self.plain(node)
        raw = node.text or b""
        at, made = node.start_byte, []
        for child in node.named_children:
            made.append(raw[at - node.start_byte : child.start_byte - node.start_byte].decode("utf-8", "replace"))
            part = self._word(child, depth + 1)
            at = child.end_byte
            goes_on = re.match(rb"\w", raw[at - node.start_byte :]) is not None
            made.append(_LAST_VARIABLE.sub(r"${\1}", part) if goes_on else part)
        made.append(raw[at - node.start_byte :].decode("utf-8", "replace"))
        text = "".join(made)
        if node.type in ("string", "translated_string"):
            text = text.removeprefix("$").removeprefix('"').removesuffix('"').replace('\\"', '"').replace("\\\n", "")
        return text

    def expanded(self, node: Node) -> str:
        text = self.plain(node)
        found = re.match(r"\$\{?(\w+)(?::?[-=]([^}]*))?\}?$", text)
        if not found:
            name = re.match(r"\$\{?(\w+)", text)
            return f"${name[1]}" if name else text
        variable, default = found[1], found[2]
        if variable.isdigit() and variable != "0" and variable not in self.state.variables:
            return self.argument(int(variable), default)
        value = self.state.variables.get(variable)
        if value == "" and default and ":-" in text and "$" not in default:
            return default
        if value is not None and self.expanded_to <= MAX_EXPANDED:
            self.expanded_to += len(value)
            return value
        return default if default and "$" not in default else f"${variable}"


_ALL_GIVEN = re.compile(r'"?\$(?:[@*]|\{[@*](?::(\d{1,3}))?\})"?')
"""All words that a text or function is given, or those from a number on: `"$@"`, `${@:2}`."""
_ARGUMENT = re.compile(r"\$(?:([1-9])|\{([1-9])(:?-[^}$`\"]{0,300}|:?\?[^}]{0,300})?\}|([#@*]))")
"""An expansion of arguments: its number, or a mark for all of them."""
_COPIED = re.compile(r"\$(?:([1-9])|\{([1-9])(:?-[^}$`]*)?(?::?\?[^}]*)?\})")
_OF_CALLER = re.compile(r"\$(?:\Z|\{?[1-9@*#])")
"""The mark of an unknown value, or an argument."""
_PLAIN = re.compile(r"[\w./:@%+,=-]*")
UNKNOWN_VALUE = "$"
"""Stands for the value of a variable that the text sets in a way that it does not tell."""
_LAST_VARIABLE = re.compile(r"\$(\w+)$")
"""A variable at the end of a text; where more follows, its name needs braces."""


_DEFAULTED = re.compile(r"\$\{([1-9]):?-([^}$`]*)\}")


def with_defaults(word: str) -> str:
    """A word with the defaults of arguments that nobody gives: `${1:-train}`."""
    return _DEFAULTED.sub(r"\2", word) if "${" in word else word


def filled_arguments(word: str, known: Mapping[str, str]) -> str:
    """A word in which `${1:-train}` is the argument that is given, or its default where an empty or none is."""

    def value(found: re.Match[str]) -> str:
        given = known.get(found[1])
        return "$()" if given == UNKNOWN_VALUE else given or found[2]

    return _DEFAULTED.sub(value, word) if "${" in word else word


def _behind(words: tuple[str, ...], count: int) -> tuple[str, ...]:
    """The words of a function after `shift`."""
    for position, word in enumerate(words[:count]):
        if handed := _ALL_GIVEN.fullmatch(word):
            return (f"${{@:{int(handed[1] or 1) + count - position}}}", *words[position + 1 :])
    return words[count:]


def _otherwise(condition: str) -> str:
    """The condition of what runs where another one does not hold; of a joined one nothing is said."""
    return f"{OTHERWISE}$()" if "&&" in condition or "||" in condition else f"{OTHERWISE}{condition}"


def never_holds(condition: str, given: Mapping[str, str]) -> bool:
    """The condition of a command cannot be true with these values of variables and of arguments (`1`, `2`, `#`)."""
    if "||" in condition or "$" not in condition or not given:
        return False
    names = tuple(given)
    for part in condition.split(" && "):
        text, must_fail = part.removeprefix(OTHERWISE), part.startswith(OTHERWISE)
        if any(tail.startswith(names) for tail in _behind_marks(text)):
            asked = {name: value for name, value in given.items() if name in text}
            known = _outcome(text, tuple(sorted(asked.items())))
            if known is not None and known is must_fail:
                return True
    return False


@lru_cache(maxsize=4096)
def _behind_marks(text: str) -> tuple[str, ...]:
    """What stands behind each `$` and `${` of a text: the name of a variable, and the rest."""
    tails = [text[found.end() :] for found in re.finditer(r"\$", text)]
    return (*tails, *(tail[1:] for tail in tails if tail.startswith("{")))


@lru_cache(maxsize=4096)
def _outcome(text: str, given: tuple[tuple[str, str], ...]) -> bool | None:
    walk = _Walk(1, {}, False)
    walk.state.constants = dict(given)
    walk.state.variables = dict(given)
    root = _parser().parse(text[:MAX_VALUE].encode("utf-8", "surrogatepass")).root_node
    if root.has_error or len(root.named_children) != 1:
        return None
    node = root.named_children[0]
    if node.type == "case_statement":
        return walk.chosen(node)
    return walk.status(node)


def _divided(node: Node) -> tuple[list[Node], list[Node]]:
    """The statements before and after `then`; those of an `else` are all after it."""
    tests: list[Node] = []
    bodies: list[Node] = []
    behind = node.type == "else_clause"
    for child in node.children:
        behind = behind or child.type == "then"
        if child.is_named:
            (bodies if behind else tests).append(child)
    return tests, bodies


def _commands(node: Node) -> Iterator[Node]:
    waiting, budget = deque([node]), 2_000
    while waiting and budget:
        budget -= 1
        current = waiting.popleft()
        if current.type == "command":
            yield current
        waiting += current.named_children


def _joined(base: str, path: str) -> str:
    if not path:
        return base
    joined = posixpath.normpath(posixpath.join(base, path))
    return "" if joined == "." else joined


_VALUE_OPTIONS = {
    "sudo": {"-u", "-g", "-h", "-p", "-C", "-U"}, "timeout": {"-k", "-s", "--kill-after", "--signal"}, "nice": {"-n"},
    "env": {"-u", "-C", "-S"}, "ionice": {"-c", "-n"}, "stdbuf": {"-o", "-e", "-i"}, "time": {"-f", "-o"},
}  # fmt: skip


def _unwrapped(argv: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Take `sudo`, `env A=b`, `time`, `timeout 5` and the like off."""
    env: dict[str, str] = {}
    words = list(argv)
    for _ in range(6):
        if not words or posixpath.basename(words[0]) not in _PREFIXES:
            break
        name = posixpath.basename(words.pop(0))
        if name == "command" and words and re.fullmatch("-[pvV]*[vV][pvV]*", words[0]):
            return (), env  # it only says where the program lies
        takes = _VALUE_OPTIONS.get(name, set())
        while words and words[0].startswith("-"):
            option = words.pop(0)
            if option in takes and words:
                words.pop(0)
        if name in ("timeout", "retry") and words and re.match(r"^\d", words[0]):
            words.pop(0)
        while words and re.match(r"^[A-Za-z_]\w*=", words[0]):
            key, _, value = words.pop(0).partition("=")
            env[key] = value
    return tuple(words), env


def _is_ssh(argv: tuple[str, ...]) -> bool:
    return any(posixpath.basename(word) in ("ssh", "sshpass", "gcloud") for word in argv[:3])


def embedded_text(argv: tuple[str, ...]) -> tuple[str, tuple[str, ...] | None]:
    """The text of `bash -c "…" name words`, `eval …`, `ssh host "…"`, and the words behind its `"$@"` where they are known."""
    name = argv[0].rpartition("/")[2]
    if name not in _SHELLS:
        return _evaluated(name, argv) if name in _EVALUATING else "", None
    for number, word in enumerate(argv[1:-1], start=1):
        if _ONLY_READS.fullmatch(word):
            break
        if _RUNS_TEXT.fullmatch(word):
            return argv[number + 1], argv[number + 3 :]
    return "", None


_ONLY_READS = re.compile(r"-[a-z]*n[a-z]*")
"""The option by which a shell reads what it is given and runs none of it."""
_RUNS_TEXT = re.compile(r"-[a-z]*c[a-z]*")
_EVALUATING = frozenset({"eval", "gcloud", "ssh", "sshpass"})


def _evaluated(name: str, argv: tuple[str, ...]) -> str:
    if name == "eval":
        return " ".join(argv[1:])
    if name == "gcloud" and "ssh" in argv:
        given = next((w.partition("=")[2] for w in argv if w.startswith("--command=")), "")
        behind = " ".join(argv[argv.index("--") + 1 :]) if "--" in argv else ""
        return given or behind or (argv[argv.index("--command") + 1] if "--command" in argv[:-1] else "")
    if name in ("ssh", "sshpass"):
        return _told_over_ssh(argv)
    return ""


def _told_over_ssh(argv: tuple[str, ...]) -> str:
    """The command that stands behind the machine's name, as one text or as words."""
    names = [posixpath.basename(word) for word in argv]
    words = argv[names.index("ssh") + 1 :] if "ssh" in names else ()
    found: list[str] = []
    position = 0
    while position < len(words):
        if words[position].startswith("-") and len(found) < 2:
            position += 2 if words[position] in _SSH_VALUES else 1
        else:
            found.append(words[position])
            position += 1
    return " ".join(found[1:])


_SSH_VALUES = frozenset(f"-{letter}" for letter in "BbcDEeFIiJLlmOopQRSWw")
"""Options of ssh that take a value."""


def _after_options(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command that xargs starts."""
    position = 0
    takes = {"-n", "-I", "-P", "-L", "-d", "-a", "-s", "-E"}
    while position < len(words) and words[position].startswith("-"):
        position += 2 if words[position] in takes else 1
    return words[position:]


_HANDLERS = {
    "function_definition": _Walk.function,
    "list": _Walk.list_,
    "pipeline": _Walk.pipeline,
    "subshell": _Walk.subshell,
    "if_statement": _Walk.if_,
    "while_statement": _Walk.loop,
    "for_statement": _Walk.loop,
    "c_style_for_statement": _Walk.loop,
    "case_statement": _Walk.case,
    "redirected_statement": _Walk.redirected,
    "declaration_command": _Walk.declaration,
    "variable_assignment": _Walk.assignment,
    "negated_command": _Walk.negated,
    "test_command": _Walk.test,
    "command": _Walk.command,
}
