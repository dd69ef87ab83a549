"""Which tests of Go, JavaScript, Java, Ruby, C# and Rust a command runs: those below the working folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assessor.facts.project_files import SourceCall
from assessor.project.arrivals import Context
from assessor.project.following import Following
from assessor.project.invocations import Invocation
from assessor.project.model import LIVE_ROLES, Role
from assessor.readers.code.test_functions import TEST_CASE

_MAVEN = ("test", "verify", "package", "install", "deploy")
_ASKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "go": ("go", ("test",)),
    "gotestsum": ("go", ()),
    "cargo": ("rust", ("test", "nextest")),
    **dict.fromkeys(("mvn", "mvnw"), ("java", _MAVEN)),
    **dict.fromkeys(("gradle", "gradlew"), ("java", ("test", "check", "build"))),
    **dict.fromkeys(("jest", "vitest", "mocha", "ava", "karma", "jasmine", "bun-test"), ("javascript", ())),
    **dict.fromkeys(("react-scripts", "ng", "playwright", "deno"), ("javascript", ("test",))),
    "rspec": ("ruby", ()),
    "rails": ("ruby", ("test", "test:all", "spec")),
    "rake": ("ruby", ("test", "spec")),
    "dotnet": ("csharp", ("test",)),
}
"""Program → the language of its tests, and the words of which one must be given (none: it always tests)."""

PROGRAMS = tuple(_ASKS)
_OFF = (
    "-DskipTests",
    "-Dmaven.test.skip=true",
    "--no-run",
    "-x",
    "--listTests",
    "-list",
    "--passWithNoTests=only",
    "--list-tests",
    "--dry-run",
)


def _has_cases(calls: Sequence[SourceCall]) -> bool:
    return any(call.name == TEST_CASE for call in calls)


class OtherTests:
    """Follows the tests of one walk."""

    def __init__(self, walk: Following) -> None:
        self.walk = walk

    def run(self, invocation: Invocation, context: Context) -> None:
        """Every file of tests of that language below the working folder is reached, in a test."""
        language, wanted = _ASKS[invocation.program]
        words = invocation.arguments
        if (wanted and not any(word.rpartition(":")[2] in wanted for word in words)) or any(w in words for w in _OFF):
            return
        arrival = replace(context.arrival, in_test=True)
        for file, calls in self.walk.project.having(lambda f: f.source_calls, LIVE_ROLES):
            below = file.path.startswith(f"{context.cwd}/") if context.cwd else True
            if below and calls[0].language == language and (file.role is Role.TEST or _has_cases(calls)):
                self.walk.reach.files[file.path].append(arrival)
