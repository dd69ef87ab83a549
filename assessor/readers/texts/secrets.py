"""Credentials in any text file: tokens of known shape, private keys, passwords in URLs, literals of a secret name.

Made to be believed: what is a placeholder, a stock default of a local compose stack, a lookup, a digest or a name is
no credential. Values are looked at and forgotten; only kind, line and the name of the variable are kept.
"""

from __future__ import annotations

import base64
import binascii
import math
import posixpath
import re
import string
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from assessor.facts.project_files import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAX_SECRETS = 200
"""Findings of one file that are kept."""

MAX_LINE = 2_000
"""Characters of a line that is read for assignments; longer ones are data or minified code."""

# Not inside base64 or a longer name; `//` before a token is a URL, `KEY=` an assignment.
_EDGE = r"(?<![A-Za-z0-9_+.-])(?<![A-Za-z0-9+]/)"
_END = r"(?![A-Za-z0-9_/+=-])"
_UNSIGNED = r"(?<!X-Amz-Credential=)(?<!AWSAccessKeyId=)"
"""A signed URL names the key that signed it, for everybody to read (AWS, Authenticating Requests: Using Query Parameters)."""

_SHAPES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("aws_access_key", ("AKIA", "ASIA", "ABIA", "ACCA"), _EDGE + _UNSIGNED + r"A[A-Z]{3}[A-Z0-9]{16}" + _END),
    ("github_token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), _EDGE + r"gh[pousr]_[A-Za-z0-9]{36,255}" + _END),
    ("github_token", ("github_pat_",), _EDGE + r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}" + _END),
    ("gitlab_token", ("glpat-", "gldt-", "glrt-"), _EDGE + r"gl(?:pat|dt|rt)-[A-Za-z0-9_-]{20,64}" + _END),
    ("slack_token", ("xox",), _EDGE + r"xox[abposr]-[0-9A-Za-z-]{20,200}" + _END),
    (
        "slack_webhook",
        ("hooks.slack.com/",),
        r"hooks\.slack\.com/services/T\w{6,12}/B\w{6,12}/[A-Za-z0-9]{20,30}" + _END,
    ),
    ("discord_webhook", ("/api/webhooks/",), r"/api/webhooks/\d{17,20}/[\w-]{60,80}" + _END),
    ("huggingface_token", ("hf_",), _EDGE + r"hf_[A-Za-z0-9]{30,40}" + _END),
    (
        "openai_key",
        ("sk-",),
        _EDGE + r"sk-(?:[A-Za-z0-9]{48}|[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20,100})" + _END,
    ),
    ("openai_key", ("sk-",), _EDGE + r"sk-proj-[A-Za-z0-9_-]{40,200}" + _END),
    ("anthropic_key", ("sk-",), _EDGE + r"sk-ant-[A-Za-z0-9_-]{30,200}" + _END),
    ("wandb_key", ("wandb",), r"wandb[. ]login[^\n]{0,60}?(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])"),
    ("wandb_key", ("wandb",), _EDGE + r"wandb_v1_[A-Za-z0-9_]{40,120}" + _END),
    ("neptune_token", ("eyJhcGlfYWRkcmVzcyI6",), _EDGE + r"eyJhcGlfYWRkcmVzcyI6[A-Za-z0-9+/=]{40,400}"),
    ("google_api_key", ("AIza",), _EDGE + r"AIza[0-9A-Za-z_-]{35}" + _END),
    ("google_oauth_secret", ("GOCSPX-",), _EDGE + r"GOCSPX-[A-Za-z0-9_-]{28}" + _END),
    ("azure_storage_key", ("AccountKey=",), r"AccountKey=[A-Za-z0-9+/]{86}=="),
    ("databricks_token", ("dapi",), _EDGE + r"dapi[0-9a-f]{32}(?:-\d)?" + _END),
    ("stripe_key", ("sk_live_", "rk_live_"), _EDGE + r"[sr]k_live_[A-Za-z0-9]{20,120}" + _END),
    ("sendgrid_key", ("SG.",), _EDGE + r"SG\.[\w-]{22}\.[\w-]{43}" + _END),
    ("npm_token", ("npm_",), _EDGE + r"npm_[A-Za-z0-9]{36}" + _END),
    ("package_upload_token", ("pypi-AgE",), _EDGE + r"pypi-AgE[\w-]{50,300}" + _END),
    ("digitalocean_token", ("dop_v1_", "doo_v1_"), _EDGE + r"do[op]_v1_[a-f0-9]{64}" + _END),
    ("telegram_token", (":AA",), r"(?<=\d{8}):AA[\w-]{33}" + _END),
    ("dockerhub_token", ("dckr_pat_",), _EDGE + r"dckr_pat_[\w-]{27}" + _END),
    ("bearer_token", ("Bearer ",), r"Bearer [A-Za-z0-9._~+/-]{20,800}" + _END),
    ("vault_token", ("hvs.",), _EDGE + r"hvs\.[\w-]{24,120}" + _END),
    (
        "private_key",
        ("-----BEGIN ",),
        r"-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:\\+[nr]|[\s\"',+]|[A-Za-z-]{4,12}: [^\n\\]{1,80}(?=[\n\\])){1,60}[A-Za-z0-9+/]{40}",
    ),
)
"""(kind, texts that it begins with, pattern) of credentials that their issuers give a fixed shape.

The beginnings are searched for first, which is many times faster than the patterns over a whole notebook.
"""

_LONG = 8
"""Letters of a beginning from which on it is found quicker as a text than by a pattern."""


def _finder(starts: tuple[str, ...]) -> Callable[[str], Iterable[int]]:
    """Where one of the beginnings stands in a text. A pattern whose ways all begin with one letter jumps from one of these
    to the next."""
    if len(starts) == 1 and len(starts[0]) >= _LONG:
        return partial(_places, starts[0])
    pattern = re.compile("|".join(map(re.escape, starts)))
    return lambda text: [found.start() for found in pattern.finditer(text)]


def _places(start: str, text: str) -> Iterator[int]:
    at = text.find(start)
    while at >= 0:
        yield at
        at = text.find(start, at + len(start))


def _finders() -> tuple[tuple[Callable[[str], Iterable[int]], tuple[tuple[str, re.Pattern[str]], ...]], ...]:
    """What finds beginnings, and the (kind, pattern) of the shapes that have them."""
    shapes: dict[tuple[str, ...], list[tuple[str, re.Pattern[str]]]] = defaultdict(list)
    for kind, starts, pattern in _SHAPES:
        share_a_letter = len({start[0] for start in starts}) == 1
        for several in (starts,) if share_a_letter else [(start,) for start in starts]:
            shapes[several].append((kind, re.compile(pattern)))
    return tuple((_finder(starts), tuple(found)) for starts, found in shapes.items())


_FINDERS = _finders()
_WELL_KNOWN = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq",
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw",
)
"""Published by the maker for local use: the keys of the emulators of Azure Storage (Azurite) and of Cosmos DB."""

_URL = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]{1,20}://([^\s:/@'\"<>`\\,;|?#]{0,64}):([^\s@'\",<>`\\/]{1,128})@([A-Za-z0-9_.${-]{1,100})"
)

LAST_WORD = (
    r"secret[_-]?key|secret|password|passwd|passphrase|pwd|token|api[_-]?key|access[_-]?key|auth[_-]?key|"
    r"account[_-]?key|encryption[_-]?key|signing[_-]?key|fernet[_-]?key|subscription[_-]?key|storage[_-]?key|credential"
)
"""The last word of a secret's name. `may_name_secret` knows the same words without the pattern."""
_PLAIN_LAST = ("secret", "pass", "pwd", "token", "credential")
_BEFORE_KEY = ("api", "access", "auth", "account", "encryption", "signing", "fernet", "subscription", "storage")
_KEYWORD = re.compile(LAST_WORD)
_KEYWORD_OF_ANY_CASE = re.compile(LAST_WORD, re.IGNORECASE)
HARMLESS_KEY = re.compile(
    r"^X-Amz-|(?:^|[_.-])(?:pad|bos|eos|unk|mask|sep|cls|special|stop|start|end|begin|next|page|continuation|sync|csrf|cancel\w{0,40}|"
    r"hashed|public|primary|foreign|idempotency|client_request|max|min|num|image|speaker|prompt|trigger|instance|system|user|im_\w{1,40}|"
    r"reset_\w{1,40}|confirm|update|forgot|change|show|validate|check|has|is|use|require|verify|new_line)[_.-]?"
    r"(?:token|password|access[_-]?key|secret|api[_-]?key)$",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?:\\?[\"'](?=[ \t]*,[ \t]*[\"'][^\"':]{0,400}[\"'](?![ \t]*:))[ \t]*,"
    r"|(?:\\?[\"'])?(?:\])?[ \t]*(?:"
    r":[ \t]*(?:str|Optional\[str\]|str[ \t]*\|[ \t]*None|SecretStr|string|String)[ \t]*=(?!=)"
    r"|:=|=>|<-|=(?![=~])|:(?![:/])"
    r"))[ \t]*(.{0,600})"
)
"""A name is bound to a value by a sign of assignment, or stands quoted before it in a call or a pair (`("token", "…")`)."""
_QUOTED = re.compile(r"(?:SecretStr\(|Field\((?:default=)?|str\()?[ \t]*[rbuRBU]{0,2}([\"'])((?:(?!\1).){1,400})\1")
_UNQUOTED = re.compile(r"([^\s\"'`,;(){}\[\]<>]{4,300})[ \t]{0,40}[,;]?(?:[ \t]{1,40}#.*)?$")
_ARGUMENT = re.compile(
    rf"(?<![\w-])--?([\w-]{{0,40}}?(?:{LAST_WORD}))(?:=|[ \t]+)[\"']?([^\s\"'`;|&<>]{{6,200}})", re.IGNORECASE
)
_DEFAULT = re.compile(r"^\$\{[A-Za-z_]\w*:?-([^{}$]{4,200})\}$")

_CODE_SUFFIXES = """
.py .pyi .ipynb .r .rmd .qmd .jl .java .scala .kt .groovy .gradle .js .jsx .ts .tsx .mjs .cjs .vue .go .rs .rb .php
.c .h .cpp .cc .hpp .cs .swift .m .lua .pl .tf .tfvars .hcl .bicep .proto .sql .html .htm .css .scss
"""
_CODE = frozenset(_CODE_SUFFIXES.split())
"""Files in which an unquoted word is an expression, not a value."""

_DATA_SUFFIXES = """
.csv .tsv .jsonl .ndjson .svg .xml .lock .map .sum .log .po .pot .geojson .dvc .snap .patch .diff
"""
_DATA = frozenset(_DATA_SUFFIXES.split())
"""Files that hold data or digests: only tokens of known shape are looked for."""

_LOCKS = re.compile(
    r"(?:^|[/.-])(?:npm-shrinkwrap\.json|go\.sum|Manifest\.toml)$|lock\.(?:json|ya?ml|toml)$",
    re.IGNORECASE,
)
_TEST = re.compile(
    r"(?:^|/)(?:tests?|testing|fixtures?|__tests__|spec)/|(?:^|/)(?:test_[^/]*|[^/]*_test|[^/]*[.-](?:test|spec)|conftest)\.\w+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Style:
    """How a file of this name is read."""

    assignments: bool
    unquoted: bool
    is_notebook: bool
    is_live_env: bool
    """A `.env` that is no example: programs load it, so even a weak password in it is one."""
    is_example: bool = False
    """An example of a `.env`: what is assigned there shows the form of a value, a token of known shape is one all the same."""


_EXAMPLE_ENV = re.compile(r"^\.?env[.-](?:[\w-]+\.)?(?:example|sample|template|dist|tmpl)$|^(?:example|sample)\.env$")


def is_code(path: str) -> bool:
    """An unquoted word in a file of this name is an expression, not a value."""
    return posixpath.splitext(path)[1].lower() in _CODE


def _style(path: str) -> _Style:
    name = posixpath.basename(path).lower()
    suffix = posixpath.splitext(name)[1]
    plain = suffix in _DATA or suffix in _TOKENS_ONLY or ".min." in name
    return _Style(
        assignments=not plain and not _LOCKS.search(path) and not _TEST.search(path),
        unquoted=suffix not in _CODE,
        is_notebook=suffix == ".ipynb",
        is_live_env=name
        in (".env", "prod.env", ".env.prod", ".env.production", ".env.local", ".env.dev", ".env.development"),
        is_example=_EXAMPLE_ENV.match(name) is not None,
    )


_TOKENS_ONLY_SUFFIXES = """
.go .ts .tsx .js .jsx .mjs .css .scss .html .svg .snap .md .rst .proto .lock .rs .c .cc .cpp .h .hpp
"""
_TOKENS_ONLY = frozenset(_TOKENS_ONLY_SUFFIXES.split())
"""Files in which only tokens of known shape are looked for: their assignments are markup, types or prose."""


def find(path: str, text: str, *, tokens_only: bool = False) -> tuple[Secret, ...]:
    """Return what looks like a credential in the text of any file, by line; at most MAX_SECRETS. `tokens_only` looks for
    those of known shape alone."""
    style = _style(path)
    found: dict[int, Secret] = {}
    line, counted = 1, 0
    for offset, _, kind, is_published in sorted(tokens(text), key=lambda token: token[0]):
        if is_published:
            continue
        line, counted = line + text.count("\n", counted, offset), offset
        found.setdefault(line, Secret(kind, line))
        if len(found) >= MAX_SECRETS:
            break
    if style.assignments and not tokens_only and len(found) < MAX_SECRETS and not _is_encrypted(text):
        for secret in _on_lines(text, style):
            if len(found) >= MAX_SECRETS:
                break
            found.setdefault(secret.line, secret)
    return tuple(found[line] for line in sorted(found))


_COMMON_IN_LIBRARIES = frozenset({"private_key", "bearer_token"})
"""What libraries show their users how to pass, or make for their own tests: seldom a secret of who took the library in."""


def of_others(path: str, text: str) -> tuple[Secret, ...]:
    """Tokens of known shape in a file that others wrote, by line: what the project itself must have put there."""
    return tuple(found for found in find(path, text, tokens_only=True) if found.kind not in _COMMON_IN_LIBRARIES)


def is_test(path: str) -> bool:
    """The path of a test or of what it is made with."""
    return _TEST.search(path) is not None


@lru_cache(maxsize=2)
def tokens(text: str) -> tuple[tuple[int, int, str, bool], ...]:
    """(start, end, kind, whether it stands in documentation) of each token of known shape, by shape."""
    found: list[tuple[int, int, str, bool]] = []
    for places, shapes in _FINDERS:
        for at in places(text):
            for kind, pattern in shapes:
                if match := pattern.match(text, at):
                    is_published = kind != "private_key" and _is_published(match[0])
                    found.append((at, match.end(), kind, is_published))
    return tuple(found)


def _is_published(token: str) -> bool:
    """A token that stands in documentation: a placeholder, a word after `Bearer`, or a maker's own."""
    if token.startswith("Bearer ") and not _is_strong(token[7:], is_password=False):
        return True
    random_part = token.rstrip("=")[-_RANDOM_PART:]
    return _is_filler(token) or _is_filler(random_part) or any(known in token for known in _WELL_KNOWN)


_RANDOM_PART = 40
"""Characters at the end of a token of known shape that no issuer fixes."""


def _is_encrypted(text: str) -> bool:
    """SOPS, sealed secrets and Ansible vaults keep cipher text under the keys."""
    if "SealedSecret" in text and re.search(r"^kind:[ \t]*SealedSecret", text, re.MULTILINE):
        return True
    return "ENC[AES256_GCM" in text or text.startswith("$ANSIBLE_VAULT") or "\n$ANSIBLE_VAULT" in text


_WORDS = ("pass", "pwd", "secret", "token", "key", "credential")
_TELLING = (*_WORDS, "://")


@lru_cache(maxsize=2)
def telling_lines(text: str) -> tuple[tuple[int, int, str], ...]:
    """(start, end, the line in lower case) of the lines that hold a telling word, found by searches over the whole text."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters change their length: keep the offsets right
        lowered = re.sub("[A-Z]", lambda found: found[0].lower(), text)
    starts: dict[int, int] = {}
    for word in _TELLING:  # a search for each word is faster than one for their choice
        at = lowered.find(word)
        while at >= 0:
            end = lowered.find("\n", at)
            end = len(text) if end < 0 else end
            if end not in starts:
                starts[end] = lowered.rfind("\n", 0, at) + 1
            at = lowered.find(word, end)
    return tuple((starts[end], end, lowered[starts[end] : end]) for end in sorted(starts))


def last_words(line: str, lowered: str) -> Iterator[re.Match[str]]:
    """Where LAST_WORD stands in a line, whatever its case; `lowered` is the line in lower case.

    A pattern that ignores case is several times slower, and needed for letters outside of ASCII only.
    """
    if line.isascii() and len(line) == len(lowered):
        return _KEYWORD.finditer(lowered)
    return _KEYWORD_OF_ANY_CASE.finditer(line)


def may_name_secret(line: str, lowered: str) -> bool:
    """Whether LAST_WORD may be in a line, told many times faster than by searching for it; most lines hold none.

    `lowered` is the line in lower case. Letters outside of ASCII may fold to those of a word: such a line may.
    """
    if any(word in lowered for word in _PLAIN_LAST):
        return True
    return ("key" in lowered and any(word in lowered for word in _BEFORE_KEY)) or not line.isascii()


def _on_lines(text: str, style: _Style) -> Iterator[Secret]:
    """Look at the lines that hold a telling word."""
    number, counted = 1, 0
    for start, end, lowered in telling_lines(text):
        line = text[start:end]
        if end - start > MAX_LINE or not ("=" in line or ":" in line or "-" in line or line.startswith("ENV ")):
            continue
        number, counted = number + text.count("\n", counted, start), start
        secret = _on_line(line, lowered, number, style)
        if secret:
            yield secret


def _on_line(line: str, lowered: str, number: int, style: _Style) -> Secret | None:
    if "://" in line and "@" in line and _url_login(line):
        return Secret("password_in_url", number)
    if style.is_example or not may_name_secret(line, lowered):
        return None
    if style.is_notebook:
        line = _notebook_code(line)
        lowered = line.lower()
    for match in last_words(line, lowered):
        name = whole_name(line, match.start(), match.end())
        if not name or HARMLESS_KEY.search(name):
            continue
        value, is_quoted = _value_after(line[match.end() :], style.unquoted, line.startswith(f"ENV {name}"))
        if value and (is_quoted or "(" not in line[: match.start()]) and _is_credential(name, value, style.is_live_env):
            return Secret("assigned_secret", number, name)
    for argument in _ARGUMENT.finditer(line) if style.unquoted and "-" in line else ():
        if _is_credential(argument[1], argument[2], False):
            return Secret("assigned_secret", number, argument[1])
    return None


def whole_name(line: str, start: int, end: int) -> str:
    """Return the identifier that ends with the keyword at start:end; empty where it goes on after it."""
    if line[end : end + 1] in _OF_NAMES:
        return ""
    before = line[max(0, start - 60) : start]
    return (before[len(before.rstrip(_IN_NAMES)) :] + line[start:end]).strip("._-")


_IN_NAMES = string.ascii_letters + string.digits + "_.-"
_OF_NAMES = frozenset(_IN_NAMES) - {"."}


def _notebook_code(line: str) -> str:
    """A notebook's source line is a JSON string: `"key = \\"abc\\"\\n",`."""
    inner = line.strip().rstrip(",")
    if inner.startswith('"') and inner.endswith('"') and len(inner) > 1:
        inner = inner[1:-1].removesuffix("\\n")
    return inner.replace('\\"', '"')


def _value_after(rest: str, unquoted: bool, after_env: bool) -> tuple[str, bool]:
    """Return the literal that is bound to a name, given the text after the name, and whether it is quoted.

    `after_env`: the name stands after a Dockerfile's `ENV`, which needs no equals sign.
    """
    bound = _BOUND.match(rest) or (re.match(r"[ \t]+(.{1,600})", rest) if after_env else None)
    if bound is None:
        return "", False
    quoted = _QUOTED.match(bound[1])
    if quoted:
        return quoted[2], True
    plain = _UNQUOTED.match(bound[1]) if unquoted else None
    if plain:
        return plain[1], False
    default = re.match(r"(\$\{[A-Za-z_]\w*:?-[^{}$]{4,200}\})", bound[1])
    return (default[1], False) if default else ("", False)


def _url_login(line: str) -> bool:
    for match in _URL.finditer(line):
        user, password, host = match.groups()
        if host.lower().startswith(("example", "your", "host", "<", "$", "{")) or re.search(
            r"\bexample\.(?:com|org|net)$", host
        ):
            continue
        if re.search(r"[${}<>%*\[\]()]", password.replace("%2", "").replace("%4", "")) or len(password) < 4:
            continue
        if user and password.lower() in (user.lower(), user.lower() + "123"):
            continue
        is_local = re.match(
            r"(?:localhost|127\.|0\.0\.0\.0|db|postgres|mysql|mongo|redis|rabbitmq|minio|host\.docker)", host
        )
        if is_local and re.search(r"pass|pwd|secret", password, re.IGNORECASE):
            continue  # a stock login of a service on the same machine
        if _is_a_persons_login(user, password, host):
            return True
        if not _is_filler(password) and not _is_stock(password) and not (is_local and _is_wordy(password)):
            return True
    return False


_PUBLIC_HOST = re.compile(
    r"(?:[a-z0-9-]+\.)+(?!local$|internal$|lan$|svc$|test$|example$|invalid$|home$)[a-z]{2,12}", re.IGNORECASE
)
_NO_USER = re.compile(
    r"^(?:(?:your|my|db|the|some|mongo|postgres|mysql|redis|rabbit|cloud)?[-_]?(?:user(?:name)?|name|login|account|id|admin|root|test|guest|sa|me)\d?"
    r"|admin\w*|root|test\w*|guest|postgres|mysql|demo\w*|foo|bar|xxx*|u|usr|default|example\w*)$",
    re.IGNORECASE,
)
_NO_PASSWORD = re.compile(
    r"^(?:(?>(?:.*\W)?)(?=\w*(?:pass|pwd|secret|token|key|your|change|example|xxx|placeholder|redacted|hidden|dummy|foobar))\w*"
    r"|(?:foo|bar|[*.x]+)\d*)$",
    re.IGNORECASE,
)


def _is_a_persons_login(user: str, password: str, host: str) -> bool:
    """A login with a name of its own at a public host is one even where its password is short or simple."""
    is_public = _PUBLIC_HOST.fullmatch(host) is not None and not re.search(r"\bexample\b", host)
    return is_public and len(user) >= 4 and not _NO_USER.match(user) and not _NO_PASSWORD.match(password)


# --- is it one? ---------------------------------------------------------------------------------------------------

_PLACEHOLDER = re.compile(
    r"example|change[-_ ]?me|change[-_ ]?this|place[-_ ]?holder|your|xxx|dummy|sample|fake|replace|insert|redacted|"
    r"not[-_ ]?(?:a|real|set|used)\b|notreal|todo|foobar|some[-_ ]|[_-]here\b|enter[-_]|fill[-_ ]?|\*\*\*|\.\.\.|-----|"
    r"\bmy[-_]|^__|__$|test(?![a-z]{0,2}\d)|mock|lorem|demo|hunter2|letmein|qwerty|deadbeef|abcdef|012345|123456|987654|"
    r"undefined|hidden|masked|secret[-_ ]?(?:name|id|ref)|"
    r"(?:^|[-_ ])(?:string|null|none|true|false|value|empty)(?:$|[-_ ])",
    re.IGNORECASE,
)
_SOFT = re.compile(
    r"secret|password|passwd|passwort|passw0rd|p@ssw0rd|p@ssword|token|admin|default|access|api|key|pass|pwd|root|user|guest|super|strong|"
    r"minio|airflow|postgres(?:ql)?|mysql|mlflow|grafana|redis|rabbitmq|mongo(?:db)?|jenkins|superset|metabase|keycloak|elastic|"
    r"local|dev|prod|staging|database|db|random|secure|jwt|app|my|the|is|for|and|of|in|to|very|long|only",
    re.IGNORECASE,
)
_STOCK_PASSWORDS = """
minioadmin minio minio123 miniostorage airflow postgres postgresql postgres123 admin admin123 administrator root root123
toor guest user user123 password password1 password123 passwd pass pass123 pass1234 secret mlflow mlflow123 prefect
dagster grafana redis rabbitmq mysql token pat key pwd mongo mongodb elastic jupyter neo4j sa test test123 testing foo
bar changeit docker localstack dev develop development default
"""
_STOCK = frozenset(_STOCK_PASSWORDS.split())
"""Passwords that come with the products of a local stack, or that nobody means as one."""

LOOKUP = re.compile(
    r"^[$%<{\[(@!&*]|\$\{|\{\{|\$\(|<[^<>]{0,400}>|^(?:os\.|env[.:(]|process\.env|getenv|secrets?\.|var\.|vault[:.]|ref\+|arn:|projects/|op://|azkv|"
    r"local\.|data\.|config\.|self\.|settings\.|args\.|params\.|module\.|file:|https?://|gs://|s3://|keyvault|/run/secrets|\.{0,2}/|~/)|"
    r"^[\w.]++\([^)]*+\)?$|\{[^{}]{0,400}\}|%\(",
    re.IGNORECASE,
)


_HASHED = re.compile(r"(?:pbkdf2|bcrypt|argon2|scrypt|md5|sha)\w*+\$|\$(?:2[aby]|5|6|argon2\w*+)\$")
"""A password as it is kept: a digest, which nobody can log in with."""


def _is_credential(name: str, value: str, is_live_env: bool) -> bool:
    default = _DEFAULT.match(value)
    value = (default[1] if default else value).strip()
    if len(value) < 6 or len(value) > 400 or re.search(r"\s", value) or LOOKUP.search(value) or _HASHED.match(value):
        return False
    plain = _decoded(value)
    if not _unescaped(value).isascii():  # words of another script, as a translation has them; no generator gives those
        return False
    if value.lower() == name.lower() or _is_filler(value) or _is_filler(plain):
        return False
    is_password = bool(re.search(r"pass|pwd", name, re.IGNORECASE))
    if (
        is_live_env
        and not default
        and plain.lower() not in _STOCK - {"minio123"}
        and _classes(plain) >= 2
        and len(plain) >= 8
    ):
        return not is_name(plain) or bool(re.search(r"\d", plain))
    if _is_stock(plain) or is_name(value):
        return False
    if re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", value, re.IGNORECASE):
        return bool(re.search(r"secret|api[_-]?key|password", name, re.IGNORECASE))
    return _is_strong(plain if is_password else value, is_password)


def _unescaped(value: str) -> str:
    """The value without the escapes that JSON writes letters of other scripts with."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda escape: chr(int(escape[1], 16)), value)


def _is_strong(value: str, is_password: bool) -> bool:
    """Random enough: letters and digits, and for its length as many different characters as a generator gives."""
    has_both = bool(re.search(r"\d", value)) and bool(re.search(r"[A-Za-z]", value))
    entropy = _entropy(value)
    if is_password and len(value) >= 8 and _classes(value) >= 3 and entropy >= 2.5:
        return not _is_wordy(value) or _classes(value) >= 4
    if len(value) >= 16 and has_both:
        return entropy >= 3.0 and not re.fullmatch(r"[\w-]+(?:\.[a-z_]\w*)+", value) and not _is_wordy(value)
    return len(value) >= 10 and has_both and _classes(value) >= 3 and entropy >= 3.0 and not _is_wordy(value)


def _is_filler(value: str) -> bool:
    """A placeholder, a run of one character, or a keyboard row."""
    return bool(_PLACEHOLDER.search(value)) or len(set(value.lower())) <= 4


def _is_stock(value: str) -> bool:
    return value.lower() in _STOCK or re.sub(r"(?<![\d!@#$_.-])[\d!@#$_.-]+$", "", value.lower()) in _STOCK


def _is_wordy(value: str) -> bool:
    """Little is left when the words that made-up passwords consist of are taken out."""
    rest = re.sub(r"(?<![0-9])(?:19|20)\d\d(?!\d)|[-_.!@#$]|\d{1,4}$", "", _SOFT.sub("", value))
    return len(rest) < 4 and (len(rest) < len(value) / 2)


def is_name(value: str) -> bool:
    """Words and small numbers joined by separators (`my-db-secret`, `projects.prod.v2`): a name, not a value."""
    chunks = [chunk for chunk in re.split(r"[-_./:@]+", value) if chunk]
    word = r"(?:[A-Z]?[a-z]{1,20}|[A-Z]{1,20}|(?:[A-Z]?[a-z]{2,15}){2,5}|[A-Za-z]?\d{1,4}|[A-Za-z][a-z]{1,15}\d{1,2})"
    return all(len(chunk) <= 40 and re.fullmatch(word, chunk) for chunk in chunks)


def _classes(value: str) -> int:
    """Kinds of characters: lower case, upper case, digits, symbols (separators are none)."""
    return sum(bool(re.search(pattern, value)) for pattern in (r"[a-z]", r"[A-Z]", r"\d", r"[^\w\-./:]"))


def _entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    return -math.fsum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


def _decoded(value: str) -> str:
    """Return what base64 hides, where it hides printable text (Kubernetes secrets); otherwise the value."""
    if len(value) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]{4,}={0,2}", value):
        return value
    try:
        text = base64.b64decode(value, validate=True).decode("ascii").strip()
    except (binascii.Error, UnicodeDecodeError):
        return value
    return text if len(text) >= 4 and text.isprintable() else value
