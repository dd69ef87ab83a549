"""What the repository's configuration puts on documents: `report:` with an organisation, a logo, a confidentiality line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessor.errors import UserError

if TYPE_CHECKING:
    from assessor.render.pdf.audit import Front
    from assessor.snapshot.snapshot import Snapshot


def front_of(snapshot: Snapshot) -> Front:
    """The letterhead that the snapshot's configuration asks for. Raises UserError for a mistake in it or in the logo."""
    from assessor.cli.settings import load_config
    from assessor.render.pdf.audit import Front

    loaded = load_config(snapshot)
    report = loaded.config.report
    logo = _logo(snapshot, report.logo, loaded.path) if report.logo else b""
    return Front(report.organisation, report.confidentiality, logo)


def _logo(snapshot: Snapshot, name: str, config: str) -> bytes:
    """The bytes of a file of the snapshot, and of nothing else. Raises UserError."""
    from assessor.catalog.loading import did_you_mean
    from assessor.cli.settings import path_from_root
    from assessor.render.views.logo import logo_address
    from assessor.snapshot.snapshot import UnreadableFile

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
