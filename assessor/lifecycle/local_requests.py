"""Commands that start a service on the machine where they run, and those that then send it requests."""

from __future__ import annotations

from assessor.catalog.patterns import matches_any_command
from assessor.catalog.programs import programs
from assessor.catalog.words import speaks_of
from assessor.project.arrivals import Site


def starts_service(site: Site) -> bool:
    """The command starts a container or a server here."""
    return matches_any_command(programs().start_services, site.invocation.words)


def asks_this_machine(site: Site) -> bool:
    """The command sends a request to a service on its own machine."""
    words = site.invocation.words
    return words[0] in programs().clients and any(_is_local(word) for word in words)


def _is_local(address: str) -> bool:
    return speaks_of("this_machine", address) or "[::1]" in address


def asks_prediction(site: Site) -> bool:
    """The path of an address among the words speaks of predicting, or data is sent along."""
    words = site.invocation.words
    return bool(_SENDS.intersection(words)) or any(speaks_of("predicts", _path(word)) for word in words)


_SENDS = frozenset(
    {"-d", "--data", "--data-raw", "--data-binary", "--json", "-F", "--form", "--post-data", "--post-file"}
)


def _path(address: str) -> str:
    return address.partition("://")[2].partition("/")[2] or address.partition("/")[2]
