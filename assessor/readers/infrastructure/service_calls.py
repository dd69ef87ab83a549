"""What states of AWS Step Functions ask of a service without code between: `arn:aws:states:::sagemaker:createTrainingJob.sync`.

Rule: docs.aws.amazon.com/step-functions, "Integrating services" (optimized integrations and those of the SDK).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assessor.facts.project_files import Resource

SYSTEM = "states"
"""System of the machines that stand in a file of their own, and of what states ask; the kind of the latter is
`service:action`."""
_RESOURCE = re.compile(r"(?:^|\.)States\.(?P<state>[^.]{1,200})\.Resource$")
_CALL = re.compile(r"arn:[\w-]{1,20}:states:::(?:aws-sdk:)?(?P<service>\w{1,60}):(?P<action>\w{1,80})(?:[.:]\S*)?")


def service_calls(settings: Iterable[tuple[str, str, int]]) -> Iterator[Resource]:
    """An object for each state of a definition (its flat fields) that asks a service, at the line that names the service."""
    for key, value, line in settings:
        state = _RESOURCE.search(key)
        call = _CALL.fullmatch(value.strip()) if state else None
        if state and call:
            yield Resource(SYSTEM, f"{call['service']}:{call['action']}", state["state"], line)
