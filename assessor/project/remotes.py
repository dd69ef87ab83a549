"""Which host a `git push` goes to: by the address on its line, by what `git remote add` gave the remote's name, or by what the
folder is a clone of in which it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from assessor.project.arrivals import Site

_ADDRESS = re.compile(r"(?:[a-z+]+://(?:[^@/]*@)?|[\w.-]+@)(?P<host>[\w.-]+)(?::\d+)?[:/](?P<path>.*)", re.IGNORECASE)
_ROLE = re.compile(r"dokku@", re.IGNORECASE)


def remotes(sites: Iterable[Site]) -> Mapping[str, str]:
    """Remote's name → address, of all `git remote add` and `set-url` of a project; and so for the folders of clones."""
    found = {}
    for site in sites:
        words = site.invocation.words
        if words[:2] == ("git", "remote") and len(words) > 4 and words[2] in ("add", "set-url"):
            plain = [word for word in words[3:] if not word.startswith("-")]
            if len(plain) > 1:
                found[plain[0]] = plain[1]
        elif words[:2] == ("git", "clone"):
            given = [n for n, word in enumerate(words) if _ADDRESS.match(word.strip("\"'"))]
            if given:
                address, folder = words[given[0]], next(iter(words[given[0] + 1 :]), "")
                name = folder or address.rstrip("/").rpartition("/")[2].removesuffix(".git")
                found[_clone(site, name)] = address
    return found


def _clone(site: Site, folder: str) -> str:
    """What stands for the clone that a script makes in a folder."""
    return f"{site.place.path}#{folder.removeprefix('./').rstrip('/')}"


def pushed_hosts(site: Site, known: Mapping[str, str]) -> tuple[str, ...]:
    """`host:NAME` words for where `git push` pushes: the host, and the host with the first folder (`huggingface.co/spaces`).

    A user called dokku is the host's name there, since any machine may run it.
    """
    words, folder = site.invocation.words, site.command.cwd
    if words[:2] == ("git", "-C") and len(words) > 3:
        words, folder = ("git", *words[3:]), words[2]
    if words[:2] != ("git", "push"):
        return ()
    target = next((word for word in words[2:] if not word.startswith("-")), "")
    if folder and target in ("", "origin"):
        target = known.get(_clone(site, folder), target)
    address = known.get(target, target)
    found = _ADDRESS.match(address.strip("\"'"))
    if not found:
        return ()
    host, folder = found["host"].lower(), found["path"].partition("/")[0].lower()
    return (f"host:{host}", f"host:{host}/{folder}", *(("host:dokku",) if _ROLE.search(address) else ()))
