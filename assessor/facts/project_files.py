"""Facts of dependency lists, containers, infrastructure and documents."""

from __future__ import annotations

from assessor.facts.commands import Command
from assessor.facts.values import dataclass


@dataclass(frozen=True, slots=True)
class Dependency:
    """A direct dependency as declared. `name` is normalised (PEP 503: lower case, `-`), R and Julia names as written.

    `pin` is exact (`==1.2`, a URL with a commit), range (any other bound) or none.
    """

    name: str
    line: int
    pin: str
    specifier: str = ""
    group: str = ""
    """Empty for the main list; otherwise the extra or group (dev, test, docs …)."""
    ecosystem: str = "python"
    """python, r, julia, npm, java, conda, gem, go, nuget"""


@dataclass(frozen=True, slots=True)
class LockFile:
    """A lock file: which tool wrote it and how many packages it pins (0: an empty lock, which proves nothing)."""

    tool: str
    packages: int
    has_hashes: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirements:
    """A dependency list of one file.

    `is_compiled`: fully pinned with transitive dependencies (pip-compile header, hashes, `# via` comments).
    `includes` are the files named by -r and -c, as written.
    """

    dependencies: tuple[Dependency, ...] = ()
    includes: tuple[str, ...] = ()
    is_compiled: bool = False
    requires_python: tuple[str, int] | None = None
    """(specifier, line)"""
    entry_points: tuple[tuple[str, str, int], ...] = ()
    """(command, `package.module:function`, line) of console scripts."""
    has_build: bool = False
    """It describes a package that can be built (name plus build backend or setup())."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class BuildStage:
    name: str
    image: str
    line: int
    """`image` is the FROM image with ARG defaults filled in; the name of an earlier stage where it builds on one."""


@dataclass(frozen=True, slots=True)
class Dockerfile:
    stages: tuple[BuildStage, ...]
    commands: tuple[Command, ...] = ()
    """Commands of RUN lines."""
    entry: tuple[Command, ...] = ()
    """What the container starts: ENTRYPOINT and CMD of the last stage joined."""
    entrypoint: tuple[str, ...] = ()
    """The words of its ENTRYPOINT, behind which another command than CMD comes; empty for one that a shell runs."""
    copies: tuple[tuple[str, str, int], ...] = ()
    """(source, destination, line) of COPY and ADD from the build context."""
    workdir: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a compose file."""

    name: str
    line: int
    image: str = ""
    build: str = ""
    """Build context folder, empty where an image is pulled."""
    dockerfile: str = ""
    command: tuple[Command, ...] = ()
    depends_on: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    profiles: tuple[str, ...] = ()
    """It is started only where one of them, or itself, is asked for."""
    replicas: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """An object of infrastructure or operations code.

    `system`: terraform, kubernetes, helm, cloudformation, bicep, arm, pulumi, prometheus, alertmanager, grafana,
    databricks, sagemaker, azureml, vertex, argo, feast, bentoml, seldon, dbt, great-expectations, quilt, serverless …
    `kind`: aws_sagemaker_endpoint, CronJob, scrape_config, alert_rule, dashboard, job, model_version …
    """

    system: str
    kind: str
    name: str
    line: int
    settings: tuple[tuple[str, str, int], ...] = ()
    """(dotted key, value, line); at most 400."""
    commands: tuple[Command, ...] = ()
    """Container command and args, where it has them."""
    images: tuple[str, ...] = ()
    schedule: str = ""
    is_active: bool = True
    """False for a suspended CronJob, a PAUSED schedule, enabled = false."""
    event: str = ""
    """What happens elsewhere that starts it: a new object in a bucket, an event pattern, a file or table arrival."""


@dataclass(frozen=True, slots=True)
class DataVersion:
    """Data or a model under version: one out of a .dvc file or dvc.lock, an LFS pointer, a lakeFS ref …"""

    system: str
    path: str
    line: int
    is_tracked: bool = True
    """False where the config is there but nothing is tracked (an out without a hash)."""


@dataclass(frozen=True, slots=True)
class Document:
    """A prose document.

    `kind`: readme, changelog, license, contributing, codeowners, pr_template, security, model_card, data_card,
    docs_site (mkdocs.yml, conf.py …), dependency_updates, doc.
    """

    kind: str
    title: str = ""
    headings: tuple[tuple[str, int], ...] = ()
    words: int = 0
    code_blocks: int = 0
    lines: tuple[tuple[str, int], ...] = ()
    """For model cards, data cards, readme and doc: the non-empty text lines outside code with their line, at most 2,000."""
    commands: tuple[tuple[str, int], ...] = ()
    """For readme: the non-empty lines of fenced code with their line, without a prompt, at most 500."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that looks like a credential. The value is never kept."""

    kind: str
    line: int
    name: str = ""
    """The variable or key that holds it, where known."""


STOPPED = "!"
"""Name of a call that stands for what ends a program of R under a condition; the condition is its argument."""
SAMPLED = "stan::sample"
"""Names what is no call of its own: a method of a model of Stan that fits it."""
_LOADING = ("library", "using", "import")
MEASURED = "~"
"""Names what is no call of its own: a mean or sum of what was predicted, set against something else."""


@dataclass(frozen=True, slots=True)
class SourceCall:
    """A call in a language without a reader of its own (R, Julia, Java, SQL/dbt), found by a tokeniser.

    `name` is `package::function` for R where the package is known, otherwise the bare function; `function` where the
    function named by `arguments` is defined; `~` where a mean or sum is taken of what was predicted against something else.
    """

    language: str
    name: str
    line: int
    arguments: str = ""
    """The text between the parentheses, cut at 200 characters."""

    @property
    def loaded(self) -> str:
        """The package that a call of R or Julia loads (`library(x)`, `using X`); empty for other calls."""
        return self.arguments.strip("\"' ") if self.name in _LOADING else ""
