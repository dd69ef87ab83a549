"""Which values are trained models: what a training returned, or an object on which one was called."""

from __future__ import annotations

from assessor.hits.scene import Scene, once
from assessor.lifecycle.origins import Origins
from assessor.lifecycle.stations import is_training


@once
def trained_values(scene: Scene) -> Origins:
    """Tells of values of the project's code which of them a training made."""
    hits = [hit for hit in scene.hits("training.scripted", notebooks=True) if hit.call is not None and is_training(hit)]
    objects = {(hit.file.path, hit.call.name.rpartition(".")[0]) for hit in hits if hit.call is not None}
    return Origins(scene, "training.scripted", {(path, name) for path, name in objects if name.strip("?")})
