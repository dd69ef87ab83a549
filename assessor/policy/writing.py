"""Configurations as YAML text: shown in full, or begun for a repository as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from assessor.policy.model import Config


def as_yaml(config: Config) -> str:
    """What a configuration sets, as YAML in the order of the schema; `{}` for one that sets nothing."""
    values = config.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=110)


BASELINE = """\
# What is reached today, practice by practice. Nothing may fall below it; `assessor baseline write` raises it when you climb.
baseline: {baseline}

"""
BEGINNING = """\
# What this repository asks of itself. `assessor gate` decides by it, `assessor config check` checks it.
rubric: {rubric}

{baseline}gate:
{level}  # What could not be read must not hide anything.
  max_unknown: {unknown}

# What no file can show, a person can state. It is shown apart and ends by itself.
# attestations:
#   - practice: testing.unit
#     rung: enforced
#     statement: The main branch is protected; the tests must pass before a merge.
#     who: Ada Lovelace, platform team
#     when: 2026-01-31
#     expires: 2026-12-31
#     link: https://example.com/protected-branches

# A gap that is accepted for a time.
# waivers:
#   - practice: monitoring.drift
#     reason: The model is retired in autumn.
#     owner: churn team
#     ticket: ML-123
#     expires: 2026-09-30
"""
