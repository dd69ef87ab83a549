"""Groovy as far as a Jenkinsfile needs it: tokens, nested by their brackets, and the statements made of them.

Nothing is run: names, strings and blocks are enough to see what a pipeline says. A string in double quotes keeps what
Groovy would fill in as a shell variable (`${params.X}` becomes `$X`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

_MAX_TOKENS = 200_000
MAX_DEPTH = 60

# ---- tokens ----


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is name, text, mark (one character or operator), newline, or group (with `parts`; `text` is the bracket).

    A text has its value in `text` and in `lines` the line of each of its lines.
    """

    kind: str
    text: str
    line: int
    lines: tuple[int, ...] = ()
    parts: tuple[Token, ...] = ()


_LEXEME = re.compile(
    r"""(?P<space>[ \t\r\f]+)
    | (?P<newline>\n|\\\n)
    | (?P<comment>//[^\n]*|\#![^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<triple>'{3}(?:[^\\']|\\.|'(?!''))*(?:'{3}|\Z)|"{3}(?:[^\\"]|\\.|"(?!""))*(?:"{3}|\Z))
    | (?P<text>'(?:[^'\\\n]|\\.)*'?|"(?:[^"\\\n]|\\.)*"?)
    | (?P<name>[A-Za-z_$][\w$]*(?:[?*]?\.[A-Za-z_][\w$]*)*)
    | (?P<number>\d[\w.]*)
    | (?P<mark>&&|\|\||==|!=|<=|>=|->|=~|.)""",
    re.VERBOSE | re.DOTALL,
)


def tokenised(text: str) -> list[Token]:
    """The tokens of a text without comments; at most _MAX_TOKENS."""
    found: list[Token] = []
    line = 1
    for match in _LEXEME.finditer(text):
        kind, word = match.lastgroup or "mark", match.group()
        if kind in ("triple", "text"):
            value, lines = _value(word, 3 if kind == "triple" else 1, line)
            found.append(Token("text", value, line, lines))
        elif kind == "newline" and word == "\n":
            found.append(Token("newline", word, line))
        elif kind in ("name", "number", "mark"):
            found.append(Token("name" if kind == "number" else kind, word, line))
        line += word.count("\n")
        if len(found) > _MAX_TOKENS:
            break
    return found


_ESCAPE = re.compile(r"\\(.)|\$\{([^{}\n]*)\}", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "", "b": "", "f": "", "\n": ""}


def _value(word: str, quotes: int, line: int) -> tuple[str, tuple[int, ...]]:
    """A string's value with its lines: escapes undone and, in double quotes, `${params.X}` turned into `$X`."""
    is_double = word[0] == '"'
    quote = word[0] * quotes
    body = word[quotes : -quotes if word.endswith(quote) and len(word) >= 2 * quotes else len(word)]
    out: list[str] = []
    lines = [line]
    last = 0
    for match in _ESCAPE.finditer(body):
        plain = body[last : match.start()]
        line = _count(plain, line, lines)
        out.append(plain)
        if match.group(1) is not None:
            replaced = _ESCAPED.get(match.group(1), match.group(1))
            lines += [line] * replaced.count("\n")
            line += match.group(1) == "\n"
        else:
            replaced = _interpolated(match.group(2)) if is_double else match.group()
        out.append(replaced)
        last = match.end()
    _count(body[last:], line, lines)
    out.append(body[last:])
    return "".join(out), tuple(lines)


def _count(text: str, line: int, lines: list[int]) -> int:
    for _ in range(text.count("\n")):
        line += 1
        lines.append(line)
    return line


def _interpolated(expression: str) -> str:
    name = re.fullmatch(r"\s*(?:env\.|params\.)?([A-Za-z_]\w*)\s*", expression)
    if name:
        return f"${name.group(1)}"
    return "$" + (re.sub(r"\W+", "_", expression).strip("_")[:60] or "EXPRESSION")


_PAIRS = {"(": ")", "[": "]", "{": "}"}


def bracketed(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], int]:
    """Nest the tokens by their brackets; also the line of the first bracket that stays open (0: none)."""
    stack: list[tuple[Token | None, list[Token]]] = [(None, [])]
    for token in tokens:
        if token.kind == "mark" and token.text in _PAIRS and len(stack) < MAX_DEPTH:
            stack.append((token, []))
        elif token.kind == "mark" and token.text in (")", "]", "}"):
            opening = stack[-1][0]
            if opening is not None and _PAIRS[opening.text] == token.text:
                _close(stack)
        else:
            stack[-1][1].append(token)
    unclosed = stack[1][0].line if len(stack) > 1 and stack[1][0] is not None else 0
    while len(stack) > 1:
        _close(stack)
    return tuple(stack[0][1]), unclosed


def _close(stack: list[tuple[Token | None, list[Token]]]) -> None:
    opening, parts = stack.pop()
    if opening is not None:
        stack[-1][1].append(Token("group", opening.text, opening.line, parts=tuple(parts)))


# ---- statements ----

Statement = tuple[Token, ...]
_CONTINUED = frozenset({",", "+", "=", "&&", "||", "?", ":", "->", "."})
_CONTINUING = frozenset({"else", "catch", "finally"})


def statements_of(tokens: Iterable[Token]) -> list[Statement]:
    """Split at newlines and semicolons where Groovy ends a statement."""
    found: list[list[Token]] = []
    current: list[Token] = []
    for token in tokens:
        if token.kind == "newline" or (token.kind == "mark" and token.text == ";"):
            if current and not (token.kind == "newline" and _goes_on(current[-1])):
                found.append(current)
                current = []
            continue
        if not current and found and _attaches(token, found[-1]):
            current = found.pop()
        current.append(token)
    if current:
        found.append(current)
    return [tuple(each) for each in found]


def _goes_on(last: Token) -> bool:
    return last.kind == "mark" and last.text in _CONTINUED


def _attaches(token: Token, before: list[Token]) -> bool:
    """A block or an else, catch or operator on a new line belongs to the statement before."""
    if token.kind == "group" and token.text == "{":
        return not any(part.kind == "group" and part.text == "{" for part in before)
    return (token.kind == "name" and token.text in _CONTINUING) or (
        token.kind == "mark" and token.text in (".", "+", "?", ":")
    )


def block_of(statement: Statement, start: int = 0) -> Token | None:
    """The first block `{…}` of a statement from the token `start` on."""
    return next((t for t in statement[start:] if t.kind == "group" and t.text == "{"), None)


def inner_statements(group: Token | None) -> list[Statement]:
    """The statements inside a block; none for no block."""
    return statements_of(group.parts) if group else []


def head_of(statement: Statement) -> str:
    """The name that a statement begins with; empty where it begins with something else."""
    return statement[0].text if statement and statement[0].kind == "name" else ""


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments of a step: those without a name, and those with one."""

    plain: tuple[tuple[Token, ...], ...] = ()
    named: tuple[tuple[str, tuple[Token, ...]], ...] = ()

    def get(self, name: str) -> tuple[Token, ...]:
        return next((value for key, value in self.named if key == name), ())

    def text(self, *names: str) -> str:
        """The string of the first named argument that is there, else of the first plain one."""
        values = [self.get(name) for name in names] + list(self.plain[:1])
        return next((joined.text for value in values if (joined := joined_string(value))), "")


def arguments_of(tokens: Sequence[Token]) -> Arguments:
    """Read `(a, b: c)` or `a, b: c` up to the block that follows."""
    if tokens and tokens[0].kind == "group" and tokens[0].text == "(":
        tokens = tokens[0].parts
    plain: list[tuple[Token, ...]] = []
    named: list[tuple[str, tuple[Token, ...]]] = []
    for part in _split([t for t in tokens if t.kind != "newline"], ","):
        if len(part) > 2 and part[0].kind in ("name", "text") and part[1].kind == "mark" and part[1].text == ":":
            named.append((part[0].text, part[2:]))
        elif part:
            plain.append(part)
    return Arguments(tuple(plain), tuple(named))


def _split(tokens: Sequence[Token], mark: str) -> list[tuple[Token, ...]]:
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind == "mark" and token.text == mark:
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts]


def joined_string(tokens: Sequence[Token]) -> Token | None:
    """A string, or strings and names joined by `+`; None for anything else."""
    if not tokens or not any(token.kind == "text" for token in tokens):
        return None
    text, lines = "", [tokens[0].line]
    for token in tokens:
        if token.kind == "text":
            text += token.text
            lines += token.lines[1:]
        elif token.kind == "name" and not token.text.startswith("."):
            text += _interpolated(token.text)
        elif not (token.kind == "mark" and token.text in "+.") and token.kind != "group":
            break
    return Token("text", text, tokens[0].line, tuple(lines))


def flattened(statement: Iterable[Token]) -> list[Token]:
    """The tokens of a statement and of its parentheses and lists, without its blocks."""
    found: list[Token] = []
    waiting = list(reversed(list(statement)))
    while waiting:
        token = waiting.pop()
        found.append(token)
        if token.kind == "group" and token.text != "{":
            waiting += reversed(token.parts)
    return found


def filled(text: str, given: Mapping[str, str]) -> str:
    """A text with what names of `given` stand for; `config.image` stands as `$config_image` in a text."""
    return _NAMED.sub(lambda found: given.get(found[1] or found[2], found[0]), text) if "$" in text else text


_NAMED = re.compile(r"\$(?:(\w+)|\{(\w+)\})")


def bound(token: Token, given: Mapping[str, str]) -> Token:
    """The body of a function as it is with these arguments."""
    if token.kind == "group":
        return replace(token, parts=tuple(bound(part, given) for part in token.parts))
    if token.kind == "text":
        return replace(token, text=filled(token.text, given))
    name = token.text.replace(".", "_")
    if token.kind == "name" and name in given and "$" not in given[name]:
        return Token("text", given[name], token.line, (token.line,))
    return token


def given_to(parameters: Sequence[tuple[str, str]], inputs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What the names of a function's parameters stand for where it is called with these arguments (by number, or by name for
    a first parameter that is a map). What is not known, or has several lines, is left out."""
    by_name = dict(inputs)
    found: dict[str, str] = {}
    for number, (name, default) in enumerate(parameters, start=1):
        found[name] = by_name.get(str(number), default)
    head = parameters[0][0] if parameters else ""
    found |= {f"{head}_{name}": value for name, value in inputs if head and not name.isdecimal()}
    return {name: value for name, value in found.items() if value and "\n" not in value}


def up_to_end(tokens: Sequence[Token]) -> Sequence[Token]:
    """The arguments directly after a step's name: one group in parentheses, or the words up to a block."""
    if tokens and tokens[0].kind == "group" and tokens[0].text == "(":
        return tokens[:1]
    end = next((i for i, t in enumerate(tokens) if t.kind == "group"), len(tokens))
    return tokens[:end]


def tokens_below(group: Token) -> Iterator[Token]:
    """Every token inside a group, at any depth, in no order."""
    waiting = list(group.parts)
    while waiting:
        token = waiting.pop()
        yield token
        waiting += token.parts


def text_of(tokens: Iterable[Token]) -> str:
    """Tokens as one readable line."""
    words: list[str] = []
    for token in tokens:
        if token.kind == "group":
            words.append(f"{token.text}{text_of(token.parts)}{_PAIRS[token.text]}")
        elif token.kind == "text":
            words.append("'" + token.text.replace("'", "''") + "'")
        elif token.kind != "newline":
            words.append(token.text)
    return re.sub(r"(?<=\w) (?=[(\[])", "", " ".join(words))
