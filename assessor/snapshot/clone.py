"""Fetching a repository by URL into a temporary bare clone. The only place of the package that uses the network.

The user's own git configuration is used here (proxies, credentials); what the remote sends is only objects and refs,
and nothing is checked out.
"""

from __future__ import annotations

import os
import re
import signal
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from assessor.leavings import own_prefix
from assessor.snapshot.git_folder import GitFailed
from assessor.snapshot.git_process import absolute_path, git_program
from assessor.snapshot.limits import Limits

_URL = re.compile(r"(?:https?|ssh|git|file)://[^\s]+", re.IGNORECASE)
_SCP = re.compile(r"[\w.+-]+@[\w.-]+:(?!/?/)[^\s]+|[\w.+-]+@[\w.-]+:/[^/\s][^\s]*")
_LOCAL_VARIABLES = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
)


class CloneFailed(Exception):
    """The clone did not succeed; the message is what git said, without credentials."""


def is_url(target: str) -> bool:
    """The target is a URL that git can clone, or the short form `git@host:path`."""
    return bool(_URL.fullmatch(target) or _SCP.fullmatch(target))


def without_credentials(url: str) -> str:
    """The URL without user, password, query and fragment; `git@host:path` stays, since its user is no secret."""
    if "://" not in url:
        return url
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return url.partition("://")[0] + "://…"
    user = "git@" if parts.scheme == "ssh" and parts.username == "git" else ""
    return urlunsplit((parts.scheme, f"{user}{host}{port}", parts.path, "", ""))


def repository_name(url: str) -> str:
    """The last part of a URL or path without `.git`."""
    path = url.rstrip("/").replace("\\", "/")
    return re.split(r"[/:]", path)[-1].removesuffix(".git")


def clone(url: str, limits: Limits) -> tuple[Path, tempfile.TemporaryDirectory[str]]:
    """Clone into a temporary folder; (git directory, the folder to clean up). Raises CloneFailed.

    Blobs that are too large to be read are not asked for; a server that knows no filters sends them all the same.
    """
    prefix = own_prefix(Path(tempfile.gettempdir()), "assessor-clone-")
    folder = tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
    into = Path(folder.name) / "repository.git"
    try:
        said = _cloned(url, into, limits)
    except (OSError, GitFailed) as error:
        said = f"git cannot be started: {error}"
    if not said:
        return into, folder
    folder.cleanup()
    raise CloneFailed(_reason(said, url))


def _cloned(url: str, into: Path, limits: Limits) -> str:
    """Clone by GitPython; what git said where it failed. Raises OSError and GitFailed."""
    git_program()
    from assessor.snapshot.gitpython import Cloning, GitCommandError, GitError

    try:
        Cloning.clone_from(
            url,
            into,
            env=_variables(),
            multi_options=[f"--filter=blob:limit={limits.max_notebook_bytes}"],
            bare=True,
            quiet=True,
            no_recurse_submodules=True,
            kill_after_timeout=limits.clone_seconds,
        ).close()
    except GitCommandError as error:
        if error.status == -signal.SIGKILL:
            return f"it took longer than {limits.clone_seconds:g} seconds"
        said = error.stderr.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
        return said.removeprefix("stderr: '").removesuffix("'") or f"git ended with code {error.status}"
    except GitError as error:  # of a URL that would start a program
        return str(error)
    return ""


def _variables() -> dict[str, str]:
    """The user's own environment, without what a hook has set for another repository."""
    variables = {name: value for name, value in os.environ.items() if name not in _LOCAL_VARIABLES}
    variables |= {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file", "GIT_TEMPLATE_DIR": ""}
    variables["PATH"] = absolute_path(variables.get("PATH", os.defpath))
    variables.setdefault("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")
    settings = {"protocol.ext.allow": "never", "core.hooksPath": os.devnull}
    variables["GIT_CONFIG_COUNT"] = str(len(settings))
    for number, (key, value) in enumerate(settings.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def _reason(said: str, url: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    chosen = next(
        (line for line in lines if line.startswith(("fatal:", "ERROR:", "remote: "))), lines[-1] if lines else ""
    )
    return re.sub(r"://[^/@\s']*@", "://", chosen.replace(url, without_credentials(url))).removeprefix("fatal: ")
