"""Which host a `git push` goes to: by the address on its line, or by what `git remote add` gave the remote's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from assessor.project.arrivals import Site

_ADDRESS = re.compile(r"(?:[a-z+]+://(?:[^@/]*@)?|[\w.-]+@)(?P<host>[\w.-]+)(?::\d+)?[:/](?P<path>.*)", re.IGNORECASE)
_ROLE = re.compile(r"dokku@", re.IGNORECASE)


def remotes(sites: Iterable[Site]) -> Mapping[str, str]:
    """Remote's name → address, of all `git remote add` and `set-url` of a project."""
    found = {}
    for site in sites:
        words = site.invocation.words
        if words[:2] == ("git", "remote") and len(words) > 4 and words[2] in ("add", "set-url"):
            plain = [word for word in words[3:] if not word.startswith("-")]
            if len(plain) > 1:
                found[plain[0]] = plain[1]
    return found


def pushed_hosts(words: tuple[str, ...], known: Mapping[str, str]) -> tuple[str, ...]:
    """`host:NAME` words for where `git push` pushes: the host, and the host with the first folder (`huggingface.co/spaces`).

    A user called dokku is the host's name there, since any machine may run it.
    """
    if words[:2] != ("git", "push"):
        return ()
    target = next((word for word in words[2:] if not word.startswith("-")), "")
    address = known.get(target, target)
    found = _ADDRESS.match(address.strip("\"'"))
    if not found:
        return ()
    host, folder = found["host"].lower(), found["path"].partition("/")[0].lower()
    return (f"host:{host}", f"host:{host}/{folder}", *(("host:dokku",) if _ROLE.search(address) else ()))
