"""What a rule of infrastructure code starts: each kind of the catalogue, by the name that the rule gives."""

from __future__ import annotations

import pytest

from assessor.catalog.objects import part_of_kind
from assessor.facts.role import Role
from assessor.project.model import Project, ProjectFile
from assessor.project.references import References
from assessor.readers.registry import read, readers_of

_TERRAFORM = """
resource "{kind}" "fit" {{
  name = "fit"
}}
resource "aws_scheduler_schedule" "weekly" {{
  schedule_expression = "rate(7 days)"
  target {{
    arn = {kind}.fit.arn
  }}
}}
resource "aws_scheduler_schedule" "lonely" {{
  schedule_expression = "rate(7 days)"
}}
"""
_CLOUDFORMATION = """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Fit:
    Type: {kind}
  Weekly:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(7 days)
      Targets: [{{Arn: !GetAtt Fit.Arn, Id: fit}}]
  Lonely:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(7 days)
"""
STARTED = [kind for kind, part in part_of_kind().items() if part in ("started", "orchestrates")]


@pytest.mark.parametrize("kind", STARTED)
def test_a_rule_starts_what_it_names(kind: str) -> None:
    is_template = "::" in kind
    path, form = ("rules.yaml", _CLOUDFORMATION) if is_template else ("rules.tf", _TERRAFORM)
    text = form.format(kind=kind)
    file = ProjectFile(path, Role.FIRST_PARTY, len(text), read(path, text, readers_of(path)))
    references = References(Project({path: file}, None, (), frozenset({path})))
    rules = {resource.name.lower(): resource for resource in file.facts.resources}
    assert [named.kind for _, named in references.started(file, rules["weekly"])] == [kind]
    assert references.started(file, rules["lonely"]) == []
