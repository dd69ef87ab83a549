"""Rules of a repository at GitHub: exported rulesets, and `.github/settings.yml` of probot/settings."""

from __future__ import annotations

from collections.abc import Iterator

from assessor.facts.project_files import Resource
from assessor.readers.infrastructure.resource_fields import Settings, flat
from assessor.readers.infrastructure.shapes import holding
from assessor.readers.syntax.yaml_tree import Node

fits = holding('"enforcement"', '"rules"', '"target"', suffix=(".json",))


def fits_settings(path: str, text: str) -> bool:
    """The file of probot/settings."""
    return path.endswith(".github/settings.yml")


def resources(name: str, document: Node) -> Iterator[Resource]:
    """A repository ruleset as GitHub exports it: active rulesets bind, `evaluate` and `disabled` ones do not.

    Settings: `enforcement`, `target`, `conditions…`, `rules.N…`; each required check also stands as
    `required_status_checks.N`.
    """
    rules = document.get("rules")
    if not document.get("enforcement") or not rules.is_list:
        return
    checks = [
        check.get("context")
        for rule in rules.each()
        for check in rule.get("parameters", "required_status_checks").each()
        if check.get("context").kind == "scalar"
    ]
    active = document.get("enforcement").text == "active"
    yield Resource(
        "github", "ruleset", document.get("name").text, document.line, _checked(checks, document), is_active=active
    )


def _checked(checks: list[Node], document: Node) -> Settings:
    named = ((f"required_status_checks.{number}", node.text, node.line) for number, node in enumerate(checks))
    return (*named, *flat(document))[:400]


def settings(name: str, document: Node) -> Iterator[Resource]:
    """`.github/settings.yml` (probot/settings): branch protection and rulesets as code."""
    for branch in document.get("branches").each():
        protection = branch.get("protection")
        if protection.is_map:
            contexts = list(protection.get("required_status_checks", "contexts").each())
            yield Resource(
                "github", "branch_protection", branch.get("name").text, branch.line, _checked(contexts, branch)
            )
    for ruleset in document.get("rulesets").each():
        yield from resources(name, ruleset)
