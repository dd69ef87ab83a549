"""Gates: places where code compares a model's metric with a threshold or another model and decides something by it.

A printed difference is no gate, taking the best of several is none, and neither is early stopping inside training.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assessor.facts.python import Comparison
from assessor.hits.scene import Scene
from assessor.project.model import ProjectFile

_METRIC = re.compile(
    r"^(?:(?:test|val|valid|validation|eval|new|old|current|candidate|challenger|champion|prod|production|model|best_model|"
    r"baseline|mean|avg|overall|final|cv|train|registered|latest|deployed|global|min|max|target|required|expected|"
    r"minimum|threshold|staging|weighted|macro|micro)_?)*"
    r"(?:acc|accuracy|f1|f1_?score|auc|roc_?auc|roc|rmse|mse|mae|mape|smape|wape|wmape|r2|r2_?score|precision|recall|loss|"
    r"score|scores|metric|metrics|logloss|log_loss|perplexity|iou|miou|dice|map|mean_ap|bleu|rouge|wer|cer|kappa|gini|ks|lift|"
    r"pr_?auc|average_precision|improvement|rel_improvement|uplift|coverage|error_rate|error|performance|ndcg|hit_rate|"
    r"silhouette|silhouette_score|mcc|specificity|sensitivity|balanced_accuracy|top1|top5|map50|pinball|crps|rmsle)"
    r"(?:_?(?:score|value|metric|test|val|new|old|prod|production|current|candidate|challenger|champion|baseline|mean|"
    r"threshold|min|max|pct|percent|improvement|gain|delta|diff|drop|ratio|rate|best|weighted|macro|micro|avg|1|2))*"
    r"(?:_[a-gmo-v])?$"
)


_REFERENCE = re.compile(
    r"thresh|baseline|champion|production|prod_|_prod|current|previous|old|existing|min_|max_|minimum|maximum|required|"
    r"target|registered|deployed|acceptance|accept|limit|tolerance|expected|incumbent|reference|last_|latest|staging"
)


_NOT_METRIC = {
    "best_loss", "best_score", "best_acc", "best_accuracy", "best_val_loss", "best_metric", "best_f1", "best_rmse", "patience",
    "best_val_acc", "best_auc", "best_r2", "best_mae", "best_mse", "epoch", "epochs", "early_stopping", "counter", "n_iter",
    "best_val_score", "min_delta", "best_miou", "best_map", "best_dice", "best_iou", "highest_accuracy", "lowest_loss",
    "coverage_report", "psi", "drift", "drift_score", "p_value", "pvalue", "p_val", "drift_share", "best_test_acc",
}  # fmt: skip


_DECIDES = re.compile(
    r"register|promot|deploy|transition|set_registered|alias|cancel|publish|upload|release|push|approve|reject|save_model|"
    r"log_model|tag|stage|copy|notify|abort|fail|exit|xcom_push|set_output|rollback|accept|upsert|create_model",
    re.IGNORECASE,
)


_STOPS = {"raise", "exit", "assert"}


@dataclass(frozen=True, slots=True)
class Gate:
    """A deciding comparison. `stops`: it raises, exits or asserts; `effects`: what is called on either outcome."""

    file: ProjectFile
    scope: int
    line: int
    stops: bool
    effects: tuple[str, ...]
    text: str


def gates(scene: Scene) -> Iterator[Gate]:
    """The gates of first-party modules that are no tests, in the order of files and lines."""
    if "gates" not in scene.memo:
        scene.memo["gates"] = list(_gates(scene))
    yield from scene.memo["gates"]


def _gates(scene: Scene) -> Iterator[Gate]:
    for file in scene.project.code_files:
        code = file.code
        assert code is not None
        for comparison in code.comparisons:
            gate = _gate(scene, file, comparison)
            if gate:
                yield gate
                if not gate.stops and comparison.outcome in ("return", "assign"):
                    yield from _acted_on(scene, gate)


def _acted_on(scene: Scene, gate: Gate) -> Iterator[Gate]:
    """The gate's function returns a verdict, and a caller raises, exits or decides by it."""
    code = gate.file.code
    assert code is not None
    last = code.scopes[gate.scope].name.rpartition(".")[2]
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        for number, calls in index.calls.items():
            asked = [
                c
                for c in calls
                if c.name.rpartition(".")[2] == last and (file.path, number) != (gate.file.path, gate.scope)
            ]
            if not asked or (gate.file.path, gate.scope) not in scene.modules.targets(asked[0].name, file.path):
                continue
            line = asked[0].line
            stops = any(r.scope == number and r.line >= line for r in index.facts.raises)
            stops = stops or any(c.name in ("sys.exit", "exit") and c.line >= line and c.guards for c in calls)
            effects = tuple(c.name for c in calls if c.line >= line and c.guards)
            if stops or any(_DECIDES.search(e.rpartition(".")[2]) for e in effects):
                yield Gate(file, number, line, stops, effects, gate.text)


def _gate(scene: Scene, file: ProjectFile, comparison: Comparison) -> Gate | None:
    names = set(comparison.names)
    metrics = {name for name in names if _METRIC.match(name)}
    if not metrics or names & _NOT_METRIC or comparison.operator in ("==", "!="):
        return None
    referenced = comparison.literal is not None or len(metrics) > 1 or any(_REFERENCE.search(n) for n in names)
    if not referenced or (comparison.literal == 0 and len(names) == 1 and comparison.outcome not in _STOPS):
        return None
    if any(name.startswith("best") for name in names) and comparison.outcome in ("assign", "call"):
        return None
    if not _decides(scene, file, comparison):
        return None
    text = f"{' '.join(sorted(metrics))} is compared with {_reference(comparison, names - metrics)}"
    return Gate(file, comparison.scope, comparison.line, comparison.outcome in _STOPS, comparison.effects, text)


def _reference(comparison: Comparison, others: set[str]) -> str:
    if comparison.literal is not None:
        return f"{comparison.literal:g}"
    named = sorted(name for name in others if _REFERENCE.search(name))
    return named[0] if named else "another model's"


def _decides(scene: Scene, file: ProjectFile, comparison: Comparison) -> bool:
    """Something follows: it stops, it calls what registers or cancels, or returns a verdict that a caller can act on."""
    if comparison.outcome in _STOPS:
        return True
    if any(_DECIDES.search(effect.rpartition(".")[2]) for effect in comparison.effects):
        return True
    if comparison.outcome == "return":
        return _verdict_name(file, comparison.scope)
    if any(e.startswith("=") and _DECIDES.search(e) for e in comparison.effects):
        return True  # the decision is kept as a word: `decision = "promote"`
    return comparison.outcome == "assign" and (_used_verdict(file, comparison) or _returns_verdict(file, comparison))


_VERDICT = re.compile(
    r"accept|better|gate|should|is_|check|valid|pass|approve|promot|decide|decision|compare|eligible|meets|qualif|quality|"
    r"branch|verify|improve|challenger|champion|deploy|regist|refus|reject|verdict|reason|fail",
    re.IGNORECASE,
)


def _verdict_name(file: ProjectFile, scope: int) -> bool:
    code = file.code
    assert code is not None
    return bool(_VERDICT.search(code.scopes[scope].name.rpartition(".")[2]))


def _returns_verdict(file: ProjectFile, comparison: Comparison) -> bool:
    """`accepted = low <= metric <= high` in a function named for a verdict."""
    code = file.code
    assert code is not None
    last = code.scopes[comparison.scope].name.rpartition(".")[2]
    return bool(
        re.search(r"accept|is_better|should_|gate|promot|decide|approve|eligible|qualif|passes", last, re.IGNORECASE)
    )


def _used_verdict(file: ProjectFile, comparison: Comparison) -> bool:
    """The verdict is kept in a variable and the function then registers, raises or returns it."""
    code = file.code
    assert code is not None
    later = [c for c in code.calls if c.scope == comparison.scope and c.line > comparison.line and c.guards]
    if any(_DECIDES.search(c.name.rpartition(".")[2]) and any(_is_verdict(g.name) for g in c.guards) for c in later):
        return True
    return any(r.scope == comparison.scope and r.line > comparison.line for r in code.raises) and _verdict_name(
        file, comparison.scope
    )


def _is_verdict(name: str) -> bool:
    return bool(
        re.search(
            r"accept|better|pass|improv|ok|promot|gate|approve|should|valid|register|deploy|meets|success", name, re.I
        )
    )
