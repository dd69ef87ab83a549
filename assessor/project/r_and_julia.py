"""What R and Julia code starts: other files, pipelines of targets, documents, tests of the package.

Neither language has imports that name files, so a function that a reached file calls by its bare name leads to the file
that defines it, where not more than a few do.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from assessor.facts.commands import Command
from assessor.facts.place import Place
from assessor.facts.project_files import SourceCall
from assessor.findings import Hop
from assessor.project.arrivals import Context, hopped
from assessor.project.following import Following
from assessor.project.invocations import Invocation
from assessor.project.model import LIVE_ROLES, ProjectFile, Role
from assessor.readers.code.other_languages import read
from assessor.readers.syntax.shell import parse as parse_shell

_MAX_NAMESAKES = 3
_MAX_DEPTH = 60
"""Hops over functions and files; what lies further is not followed."""
_INCLUDES = {"source", "sys.source", "include", "box::use"}
_DOCUMENTS = {"render", "knit", "quarto_render"}
_PYTHON = {"py_run_file", "source_python"}
_PIPELINES = {"tar_make", "tar_make_future", "tar_make_clustermq", "tar_make_crew"}
_TESTS = {
    "test_check",
    "test_local",
    "test_dir",
    "test_package",
    "rcmdcheck",
    "package_coverage",
    "codecov",
    "Pkg.test",
}
_TESTS_OF_DEVTOOLS = {"devtools::test", "devtools::check"}
_PROGRAMS = {
    "system": False,
    "system2": False,
    "shell": False,
    "sys::exec_wait": False,
    "processx::run": True,
    "run": True,
}
"""Functions that start a program, and whether its failure is theirs; `run` is Julia's."""
_WORDS = re.compile(r"""["']([^"'\n]{1,200})["']|`([^`\n]{1,200})`""")
_PUTS_TOGETHER = re.compile(r"\b(?:here|file\.path|joinpath|path)[ \t]*\(")
_TEXT = re.compile(r"""["']([^"'\n]{1,200})["']""")


class RAndJulia:
    """Follows R and Julia code of one walk."""

    def __init__(self, walk: Following) -> None:
        self.walk = walk

    def run(self, invocation: Invocation, context: Context) -> None:
        """`Rscript`, `R` and `julia`: a script, code on the command line, or a check of the package."""
        if invocation.code:
            calls = read("inline.jl" if invocation.program == "julia" else "inline.R", invocation.code).source_calls
            place = context.place
            calls = tuple(replace(call, line=place.line) for call in calls)
            self.walk.reach.inline += [(call, place, context.arrival) for call in calls]
            self._follow(calls, context)
        elif invocation.arguments[:2] == ("CMD", "check"):
            self._tests("r", context)
        elif invocation.script:
            self.walk.script(invocation, context)

    def file(self, file: ProjectFile, context: Context) -> None:
        """Follow a reached file: what it includes and starts, and the files that define what it calls."""
        if not self.walk.is_new(("source", file.path, context.arrival.fails, context.arrival.in_test)):
            return
        arrival = hopped(context.arrival, file, 1, file.path)
        arrival = replace(arrival, in_test=arrival.in_test or file.role is Role.TEST)
        inner = replace(context, path=file.path, arrival=arrival)
        self._follow(file.facts.source_calls, inner)

    def _follow(self, calls: Iterable[SourceCall], context: Context) -> None:
        for call in calls:
            last = call.name.rpartition("::")[2]
            at = replace(context, arrival=context.arrival.at(Hop(_shown(call), Place(context.path, call.line))))
            if call.name in _INCLUDES or last in _DOCUMENTS or last in _PYTHON:
                self._named(call, at)
            elif last in _PIPELINES:
                self.walk.file("_targets.R", at)
            elif last in _TESTS or call.name in _TESTS_OF_DEVTOOLS:
                self._tests(call.language, at)
            elif call.name in _PROGRAMS and (call.name != "run" or call.language == "julia"):
                self._started(call, at)
            elif call.name != "function" and (owner := call.name.rpartition("::")[0].rstrip(":")) in self._own:
                self._defining(replace(call, name=last) if owner else call, at)

    @cached_property
    def _own(self) -> frozenset[str]:
        """What may stand before a function of this repository: nothing, or the name of its package."""
        having = self.walk.project.having(lambda facts: facts.requirements)
        return frozenset({"", *(known.name for file, known in having if file.path.endswith("DESCRIPTION"))})

    def _started(self, call: SourceCall, context: Context) -> None:
        """The command that `system("python fit.py")` or `processx::run("python", c("-m", "fit"))` starts. Those of base R give
        back a status, and their failure stops nothing."""
        words = [text for pair in _WORDS.findall(call.arguments) for text in pair if text]
        if call.name in ("system", "shell", "run") or len(words) == 1:
            commands = parse_shell(" ".join(words[:1]), first_line=call.line).commands
        else:
            commands = (Command(tuple(part for word in words for part in word.split()), call.line),)
        for command in commands:
            self.walk.command(replace(command, line=call.line, swallowed=not _PROGRAMS[call.name]), context)

    def _named(self, call: SourceCall, context: Context) -> None:
        """The file that `source("R/x.R")`, `include("x.jl")` or `render("report.Rmd")` names, or a path that is put together
        (`source(here("R", "x.R"))`)."""
        put_together = _PUTS_TOGETHER.search(call.arguments)
        texts = _TEXT.findall(call.arguments[put_together.start() :] if put_together else call.arguments)
        if not texts:
            return
        named = "/".join(texts) if put_together else texts[0]
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(context.path), named))
        found = beside if beside in self.walk.project.files else self.walk.paths.locate(named, context)
        if found:
            self.walk.file(found, context)

    def _defining(self, call: SourceCall, context: Context) -> None:
        places = self._definitions.get((call.language, call.name), ())
        if (
            context.arrival.depth > _MAX_DEPTH
            or len(places) > _MAX_NAMESAKES
            or context.path in {file.path for file, _ in places}
        ):
            return
        for file, line in places:
            if self.walk.is_new(("source", file.path, context.arrival.fails, context.arrival.in_test)):
                arrival = hopped(context.arrival, file, line, f"{call.name}()")
                self.walk.reach.files[file.path].append(arrival)
                self._follow(file.facts.source_calls, replace(context, path=file.path, arrival=arrival))

    @cached_property
    def _definitions(self) -> Mapping[tuple[str, str], list[tuple[ProjectFile, int]]]:
        """Language and function → where first-party code defines it."""
        found: dict[tuple[str, str], list[tuple[ProjectFile, int]]] = defaultdict(list)
        for file, calls in self.walk.project.having(lambda f: f.source_calls, frozenset({Role.FIRST_PARTY})):
            for call in calls:
                if call.name == "function":
                    found[call.language, call.arguments].append((file, call.line))
        return found

    def _tests(self, language: str, context: Context) -> None:
        """The package's tests: every test file below the working folder."""
        arrival = replace(context.arrival, in_test=True)
        for file, calls in self.walk.project.having(lambda f: f.source_calls, LIVE_ROLES):
            below = file.path.startswith(f"{context.cwd}/") if context.cwd else True
            if file.role is Role.TEST and below and calls[0].language == language:
                self.walk.reach.files[file.path].append(arrival)
                self.file(file, replace(context, arrival=arrival))


def _shown(call: SourceCall) -> str:
    arguments = call.arguments if len(call.arguments) <= 40 else call.arguments[:39] + "…"
    return f"{call.name}({arguments})"
