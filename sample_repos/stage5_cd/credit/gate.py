"""May a new model replace the champion?"""


class Refused(RuntimeError):
    """The candidate is not promoted."""


def decide(candidate: dict[str, float], champion: dict[str, float] | None, settings: dict) -> None:
    """Raise Refused, or return."""
    if candidate["auc"] < settings["min_auc"]:
        raise Refused(f"AUC {candidate['auc']:.3f} is below {settings['min_auc']}")
    if candidate["selection_gap"] > settings["max_selection_gap"]:
        raise Refused(f"selection gap {candidate['selection_gap']:.3f}")
    if champion and candidate["auc"] < champion["auc"]:
        raise Refused(f"AUC {candidate['auc']:.3f} against {champion['auc']:.3f} of the champion")
