"""What is put on documents: `report:` of the repository's configuration, of a policy, and of a letterhead from outside.

The later of these has the word, key by key. A logo is a file of the repository where its own configuration names it, else
one beside the file from outside that does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from assessor.cli.settings import NamedPolicy
    from assessor.policy.config import Loaded
    from assessor.policy.model import Report
    from assessor.render.pdf.audit import Front
    from assessor.snapshot.snapshot import Snapshot


def front_of(snapshot: Snapshot, loaded: Loaded, policy: NamedPolicy | None = None, letterhead: str = "") -> Front:
    """The letterhead of an audit. Raises UserError for a mistake in one of its sources or in the logo."""
    own = loaded.config.report
    logo = (
        _outside_logo(own.logo, loaded.outside, loaded.path)
        if loaded.outside
        else _logo(snapshot, own.logo, loaded.path)
    )
    front = _overlaid(_front(), own, logo)
    if policy is not None:
        report = policy.policy.report
        front = _overlaid(front, report, _outside_logo(report.logo, policy.place.parent, policy.name))
    return with_letterhead(front, letterhead)


def with_letterhead(front: Front | None, letterhead: str) -> Front:
    """The front with what a letterhead file says. Raises UserError."""
    from assessor.cli.outside import letterhead_from

    front = front or _front()
    if not letterhead:
        return front
    report, folder = letterhead_from(letterhead)
    return _overlaid(front, report, _outside_logo(report.logo, folder, letterhead))


def _front() -> Front:
    from assessor.render.pdf.audit import Front

    return Front()


def _overlaid(front: Front, report: Report, logo: bytes) -> Front:
    from dataclasses import replace

    said = {name: value for name, value in report.model_dump(exclude={"logo"}).items() if value}
    return replace(front, **said, logo=logo or front.logo)


def _outside_logo(name: str, folder: Path, source: str) -> bytes:
    """The bytes of a picture below the folder of a file from outside; none for no name. Raises UserError."""
    from assessor.render.views.logo import logo_address
    from assessor.snapshot.named import read_named

    if not name:
        return b""
    try:
        content = read_named(folder / name)
        logo_address(content)
    except UserError as error:
        raise UserError(f"{source}: report.logo: {error}") from error
    return content


def _logo(snapshot: Snapshot, name: str, config: str) -> bytes:
    """The bytes of a file of the snapshot, and of nothing else; none for no name. Raises UserError."""
    from assessor.catalog.loading import did_you_mean
    from assessor.cli.settings import path_from_root
    from assessor.render.views.logo import logo_address
    from assessor.snapshot.snapshot import UnreadableFile

    if not name:
        return b""
    name = path_from_root(snapshot, name)
    if name not in snapshot.by_path:
        pictures = [path for path in snapshot.by_path if path.lower().endswith((".png", ".jpg", ".jpeg"))]
        raise UserError(f"{config}: report.logo: no file '{name}' in the repository{did_you_mean(name, pictures)}")
    try:
        content = snapshot.read(name)
        logo_address(content)
    except (UnreadableFile, UserError) as error:
        raise UserError(f"{config}: report.logo: {name}: {error}") from error
    return content
