"""Where a file's line can be read on the web at the commit of the assessment.

Sources: the address schemes of GitHub, GitLab, Bitbucket (cloud and data center) and Azure DevOps (cloud). Pure: the
remote's URL is text from the repository and trusted in nothing. Only `https` addresses of plain host names are built,
each part of them percent-encoded; what does not fit gives no link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Callable

    from assessor.assessment import Assessment, RepositoryInfo

Host = Literal["github", "gitlab", "bitbucket", "bitbucket_server", "azure"]

_WITH_SCHEME = re.compile(r"(?:https?|ssh|git)://(?:[^/@\s]*@)?([A-Za-z0-9.-]+)(?::\d+)?/(\S+)")
_LIKE_SCP = re.compile(r"(?:[^/@\s:]+@)?([A-Za-z0-9.-]+\.[A-Za-z0-9-]+):(?!//)(\S+)")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_SHOWN_AS_PAGE = (".md", ".markdown", ".rst", ".ipynb", ".adoc", ".svg")
"""Files that GitHub and GitLab render: their lines can be linked in the plain view only."""


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links to lines of one repository at one commit. `home` is its page, empty where none is known."""

    home: str = ""
    host: Host | None = None
    commit: str = ""
    folder: str = ""
    """The folder that was audited, ended by `/`; paths are relative to it."""
    others: tuple[tuple[str, Links], ...] = ()
    """Name of another repository of the system → its links."""

    def line(self, path: str, line: int = 1, end_line: int | None = None) -> str:
        """The address of the lines; empty where there is none, as for a path with characters that nobody can see."""
        name, sign, rest = path.partition(":")
        if sign and (other := dict(self.others).get(name)):
            return other.line(rest, line, end_line)
        if not self.host or not self.commit or not _is_plain(path):
            return ""
        end = end_line if end_line is not None and end_line > line else None
        return _LINES[self.host](self, self.folder + path, max(line, 1), end)

    def commit_page(self) -> str:
        """The page of the commit; empty where there is none."""
        if not self.host or not self.commit:
            return ""
        if self.host == "gitlab":
            return f"{self.home}/-/commit/{self.commit}"
        part = "commit" if self.host in ("github", "azure") else "commits"
        return f"{self.home}/{part}/{self.commit}"


def links_of(repository: RepositoryInfo) -> Links:
    """The links that the remote and the commit allow; one that makes no links where they allow none."""
    found = _split(repository.remote)
    if found is None:
        return Links()
    host, parts = found
    kind, home = _home(host, parts)
    if kind is None:
        return Links()
    folder = _folder(repository.name, parts[-1])
    commit = repository.commit if _COMMIT.fullmatch(repository.commit) else ""
    return Links(home, kind, commit, folder)


def links_of_assessment(assessment: Assessment) -> Links:
    """The links of an assessment: its paths begin at the root also where a sub-folder was asked for, and may be those of
    other repositories."""
    own = links_of(assessment.repository)
    if assessment.scope.folder:
        own = replace(own, folder="")
    system = assessment.system.repositories if assessment.system else {}
    return replace(own, others=tuple((name, links_of(info)) for name, info in list(system.items())[1:]))


def _split(remote: str) -> tuple[str, tuple[str, ...]] | None:
    """Host and parts of the path, without `.git`; None for what is no address of a repository on a server."""
    match = _WITH_SCHEME.fullmatch(remote) or _LIKE_SCP.fullmatch(remote)
    if match is None:
        return None
    host = match[1].lower()
    path = unquote(match[2].partition("?")[0].partition("#")[0]).strip("/").removesuffix(".git")
    parts = tuple(part for part in path.split("/") if part)
    if not _HOST.fullmatch(host) or not parts or ".." in parts or not _is_plain(path):
        return None
    return host, parts


def _home(host: str, parts: tuple[str, ...]) -> tuple[Host | None, str]:
    """The kind of server and the repository's page there."""
    if host in ("dev.azure.com", "ssh.dev.azure.com") or host.endswith(".visualstudio.com"):
        return _azure(host, parts)
    kind = _kind(host)
    if kind == "bitbucket_server":
        project, name = (parts[1:] if parts[0] == "scm" else parts)[-2:] if len(parts) >= 2 else ("", "")
        return (kind, f"https://{host}/projects/{_quoted(project)}/repos/{_quoted(name)}") if name else (None, "")
    if kind is None or len(parts) < 2 or (kind != "gitlab" and len(parts) != 2):
        return None, ""
    return kind, f"https://{host}/{_quoted('/'.join(parts))}"


def _kind(host: str) -> Host | None:
    """The server's kind by its name: the public ones, and own ones called as their product is (`gitlab.example.org`)."""
    if host == "bitbucket.org":
        return "bitbucket"
    names = host.split(".")
    own: dict[str, Host] = {"github": "github", "gitlab": "gitlab", "bitbucket": "bitbucket_server"}
    return next((kind for name, kind in own.items() if names[0] == name or names[-2:-1] == [name]), None)


def _azure(host: str, parts: tuple[str, ...]) -> tuple[Host | None, str]:
    """`ORG/PROJECT/_git/NAME`, `v3/ORG/PROJECT/NAME` over ssh, and the older `ORG.visualstudio.com`."""
    if parts[0] == "v3" and len(parts) == 4:
        organisation, project, name = parts[1:]
        base = f"https://dev.azure.com/{_quoted(organisation)}"
    elif "_git" in parts[:-1] and len(parts) >= 2:
        at = parts.index("_git")
        name = parts[at + 1]
        before = [part for part in parts[:at] if part != "DefaultCollection"]
        if host == "dev.azure.com" and before:
            base = f"https://dev.azure.com/{_quoted(before.pop(0))}"
        elif host.endswith(".visualstudio.com"):
            base = f"https://{host}"
        else:
            return None, ""
        project = before[0] if before else name
    else:
        return None, ""
    return "azure", f"{base}/{_quoted(project)}/_git/{_quoted(name)}"


def _folder(name: str, repository: str) -> str:
    """The audited folder, told by the assessment's name (`REPOSITORY/FOLDER`), ended by `/`; empty for the whole."""
    at = f"/{name}/".find(f"/{repository}/")
    rest = name[at + len(repository) + 1 :] if at >= 0 else name.partition("/")[2]
    return f"{rest}/" if rest else ""


def _is_plain(text: str) -> bool:
    """All of it can be seen, none of it is a backslash (which stands for bytes that are no UTF-8)."""
    return text.isprintable() and "\\" not in text


def _quoted(text: str) -> str:
    return quote(text, safe="/")


def _github(links: Links, path: str, line: int, end: int | None) -> str:
    plain = "?plain=1" if path.lower().endswith(_SHOWN_AS_PAGE) else ""
    lines = f"#L{line}-L{end}" if end else f"#L{line}"
    return f"{links.home}/blob/{links.commit}/{_quoted(path)}{plain}{lines}"


def _gitlab(links: Links, path: str, line: int, end: int | None) -> str:
    plain = "?plain=1" if path.lower().endswith(_SHOWN_AS_PAGE) else ""
    lines = f"#L{line}-{end}" if end else f"#L{line}"
    return f"{links.home}/-/blob/{links.commit}/{_quoted(path)}{plain}{lines}"


def _bitbucket(links: Links, path: str, line: int, end: int | None) -> str:
    lines = f"#lines-{line}:{end}" if end else f"#lines-{line}"
    return f"{links.home}/src/{links.commit}/{_quoted(path)}{lines}"


def _bitbucket_server(links: Links, path: str, line: int, end: int | None) -> str:
    lines = f"#{line}-{end}" if end else f"#{line}"
    return f"{links.home}/browse/{_quoted(path)}?at={links.commit}{lines}"


def _azure_line(links: Links, path: str, line: int, end: int | None) -> str:
    where = f"path=/{_quoted(path)}&version=GC{links.commit}&line={line}&lineEnd={(end or line) + 1}"
    return f"{links.home}?{where}&lineStartColumn=1&lineEndColumn=1&_a=contents"


_LINES: dict[Host, Callable[[Links, str, int, int | None], str]] = {
    "github": _github,
    "gitlab": _gitlab,
    "bitbucket": _bitbucket,
    "bitbucket_server": _bitbucket_server,
    "azure": _azure_line,
}
