"""JavaScript and TypeScript, Ruby, Go and C#: what a file loads and calls, found by a tokeniser.

What is loaded becomes a call named `import` with the package or path as argument. Parts of a name are joined by dots
(`OpenAI::Client.new` is `OpenAI.Client.new`), an optional part stands as any other (`client?.chat` is `client.chat`).
Whoever reads decides which files are worth it: most hold nothing that a product of the catalogue shows itself by.
"""

from __future__ import annotations

from dataclasses import replace

from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.project_files import SourceCall
from assessor.readers.code.languages import LANGUAGES, Language
from assessor.readers.code.tokens import MAX_ARGUMENTS, calls
from assessor.readers.texts.settings import Lines

MAX_TEXT = 300_000
"""Characters of a source file that are read; a longer one is made by a program."""

IMPORT = "import"
_READ = {
    ending: language
    for language in LANGUAGES
    if language.name in ("javascript", "ruby", "go", "csharp")
    for ending in language.endings
}
_NO_CODE = (".d.ts", ".min.js", ".config.js", ".config.ts")
_MAX_IMPORTS = 300


def language_of(path: str) -> Language | None:
    """The language of a file that is read here."""
    name = path.rpartition("/")[2].lower()
    return None if name.endswith(_NO_CODE) else _READ.get(name[name.rfind(".") :])


def matches(path: str) -> bool:
    return language_of(path) is not None


def read(path: str, text: str) -> FileFacts:
    """Return what the file loads, and then its calls."""
    language = language_of(path)
    if language is None or language.tokens is None or len(text) > MAX_TEXT:
        return EMPTY
    lines = Lines(text)
    loaded = [
        SourceCall(language.name, IMPORT, lines.of(match.start(1)), match[1][:MAX_ARGUMENTS])
        for match in language.tokens.imports.finditer(text)
    ]
    called = (replace(call, name=_plain(call.name)) for call in calls(text, language.name, language.tokens))
    found = (*loaded[:_MAX_IMPORTS], *called)
    return FileFacts(source_calls=found) if found else EMPTY


def _plain(name: str) -> str:
    """A name with dots between its parts and nothing else."""
    return name.replace("::", ".").replace("?.", ".").replace("!.", ".").replace("&.", ".").lstrip(".@")
