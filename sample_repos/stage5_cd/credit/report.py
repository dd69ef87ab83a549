"""What goes with a model: its card and what drives it."""

import matplotlib.pyplot as plt
import shap

CARD = """# Credit default, trained on {day}

- intended use: ranking customers for a review by a clerk
- AUC: {auc:.3f}
- difference in selection rate between age groups: {selection_gap:.3f}
"""


def model_card(metrics: dict[str, float], day: str) -> str:
    return CARD.format(day=day, **metrics)


def explain(model, table, path: str) -> None:
    shap.summary_plot(shap.TreeExplainer(model).shap_values(table), table, show=False)
    plt.savefig(path)
