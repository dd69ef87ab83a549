"""Stages that ask a deployed model: after a deployment, in the same code pipeline, an endpoint is sent rows.

Rules: docs.aws.amazon.com/sagemaker "InvokeEndpoint"; docs.aws.amazon.com/codepipeline "Invoke a Lambda function".
"""

from __future__ import annotations

from collections.abc import Iterator

from assessor.facts.place import Place
from assessor.hits.hit import Code
from assessor.hits.scene import Scene
from assessor.lifecycle.order import Position, is_guarded, positions
from assessor.project.arrivals import Arrival

_ASKS = (".invoke_endpoint", ".invoke_endpoint_async")


def commands_after_deployment(scene: Scene) -> Iterator[tuple[Place, tuple[Arrival, ...]]]:
    """(place, ways) of each command that asks a deployed endpoint in a job which waits for one that deploys, with the ways
    that do."""
    asking = [hit for hit in scene.hits("deployment.compatibility") if hit.kind == "command"]
    deployed = (
        {way.run.key for hit in scene.hits("deployment.automation") for way in scene.arrivals(hit)} if asking else set()
    )
    for hit in asking:
        kept = tuple(
            way for way in scene.arrivals(hit) if any(is_guarded(way, key) for key in deployed - {way.run.key})
        )
        if kept:
            yield hit.place, kept


def asked_after_deployment(scene: Scene) -> Iterator[tuple[Code, tuple[Arrival, ...]]]:
    """(the call, the ways by which runs come to it that wait for a deployment), for each first such call of a file."""
    deployed = {
        way.run.key for hit in scene.hits("deployment.automation") for way in scene.arrivals(hit) if way.is_automatic
    }
    for file in scene.project.code_files if deployed else ():
        for call in scene.modules.index(file.path).facts.calls:
            if not call.name.endswith(_ASKS):
                continue
            ways = scene.automation.arrivals(file.path, call.scope)
            kept = tuple(way for way in ways if not way.by_request and any(is_guarded(way, key) for key in deployed))
            if kept:
                yield Code(file, call.scope, call.line), kept
                break


def positions_after_deployment(scene: Scene) -> set[Position]:
    """Where that stands which asks a deployed endpoint and fails its run where none answers: the deployment to the next
    stage waits for it."""
    asked = (*asked_after_deployment(scene), *commands_after_deployment(scene))
    return positions(scene, (way for _, ways in asked for way in ways if way.is_automatic))
