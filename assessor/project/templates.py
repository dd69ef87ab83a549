"""The project that a repository of templates makes, as far as its sources tell."""

from __future__ import annotations

from dataclasses import replace

from assessor.facts.role import Role
from assessor.project.model import Project, ProjectFile
from assessor.snapshot.roles import role_of
from assessor.snapshot.templates import made_from


def made_project(project: Project) -> tuple[Project, dict[str, str]] | None:
    """What the template sources of a project make, and for each path there the source; None where it has no template."""
    sources: dict[str, str] = {}
    files: dict[str, ProjectFile] = {}
    roots = _roots(project)
    for file in project.ordered:
        if file.role is not Role.TEMPLATE:
            continue
        made = made_from(file.path) or _below(file.path, roots)
        if made and made not in files:
            sources[made] = file.path
            files[made] = replace(file, path=made, role=role_of(made))
    if not files:
        return None
    return Project(files, listed=frozenset(files)), sources


def marked_templates(files: dict[str, ProjectFile]) -> dict[str, ProjectFile]:
    """Files below a folder that the repository's own definition of a template names, as templates too."""
    roots = _roots_of(files)
    if not roots:
        return files
    return {
        path: replace(file, role=Role.TEMPLATE) if _below(path, roots) and file.role in _LIVE else file
        for path, file in files.items()
    }


_LIVE = (Role.FIRST_PARTY, Role.TEST, Role.DOCUMENTATION, Role.EXAMPLE)


def _roots(project: Project) -> tuple[str, ...]:
    return _roots_of(dict(project.files))


def _roots_of(files: dict[str, ProjectFile]) -> tuple[str, ...]:
    """Folders that hold what a template makes: copier's `_subdirectory`, `template/` beside a bundle template's schema."""
    found = []
    for path, file in files.items():
        folder, _, name = path.rpartition("/")
        head = f"{folder}/" if folder else ""
        if name in ("copier.yml", "copier.yaml"):
            found += [
                f"{head}{s.value.strip('./')}/"
                for s in file.facts.settings
                if s.key == "_subdirectory" and s.value.strip("./")
            ]
        elif name == "databricks_template_schema.json":
            found.append(f"{head}template/")
    return tuple(found)


def _below(path: str, roots: tuple[str, ...]) -> str:
    """The path below the template's folder; empty for a file that lies elsewhere."""
    return next((path.removeprefix(root) for root in roots if path.startswith(root)), "")
