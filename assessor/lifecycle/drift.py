"""Home-made computations of drift: a PSI, a KS test or a divergence of two samples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assessor.facts.python import MAIN, MODULE, Text
from assessor.hits.scene import Scene
from assessor.project.model import ProjectFile

_DRIFT_NAME = re.compile(
    r"(?:^|_)(?:psi|population_stability\w*|drift|detect_\w*drift|ks_test|kl_divergence|js_divergence|jensen_shannon|wasserstein\w*|"
    r"covariate_shift|distribution_shift|check_drift|compute_drift|data_drift|feature_drift|prediction_drift|concept_drift)(?:$|_)",
    re.IGNORECASE,
)


_STATISTICS = {
    "ks_2samp", "kstest", "wasserstein_distance", "jensenshannon", "chi2_contingency", "entropy", "anderson_ksamp", "chisquare",
    "epps_singleton_2samp", "energy_distance", "kl_div", "rel_entr", "mannwhitneyu", "cramervonmises_2samp",
}  # fmt: skip


_ARITHMETIC = {
    "log",
    "histogram",
    "quantile",
    "percentile",
    "linspace",
    "digitize",
    "qcut",
    "cut",
    "mean",
    "std",
    "value_counts",
    "abs",
    "sum",
    "clip",
}


def own_drift(scene: Scene) -> Iterator[tuple[ProjectFile, int, int, str]]:
    """Functions that compute drift without a product: a PSI, KS or divergence of two samples."""
    for file in scene.project.code_files:
        index = scene.modules.index(file.path)
        for number, scope in enumerate(index.facts.scopes):
            calls = {c.name.rpartition(".")[2] for c in index.calls.get(number, ())}
            if number in (MODULE, MAIN):
                if calls & _TWO_SAMPLES and ("drift" in file.path.lower() or _two_samples(index.facts.texts)):
                    yield file, number, max(scope.line, 1), f"{file.path} compares two samples"
                continue
            if scope.is_stub:
                continue
            named = bool(_DRIFT_NAME.search(scope.name.rpartition(".")[2]))
            statistic = calls & _STATISTICS
            context = "drift" in file.path.lower() or "monitor" in file.path.lower() or named
            if (named and (statistic or len(calls & _ARITHMETIC) >= 1)) or (
                statistic - {"entropy", "chi2_contingency", "mannwhitneyu"} and context
            ):
                yield file, number, scope.line, f"{scope.name}() computes drift"


_TWO_SAMPLES = {"ks_2samp", "wasserstein_distance", "anderson_ksamp", "epps_singleton_2samp", "jensenshannon"}


def _two_samples(texts: Iterable[Text]) -> bool:
    joined = " ".join(text.value.lower() for text in texts)
    return "reference" in joined and ("current" in joined or "production" in joined)
