"""The catalogue: every tool is complete and can match, every practice can be proved, every mistake names its line."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.catalog import patterns
from assessor.catalog.loading import DataError, Source, Value, did_you_mean, line_of, load_models, load_value
from assessor.catalog.practices import RUNGS, Practice, load_practices, parse_practices, practice_rungs
from assessor.catalog.tools import Proof, Tool, families, load_family, load_tools, parse_tools
from assessor.scanners.every import SCANNERS
from tests.bounds import slowness

FOLDER = Path(__file__).parents[1] / "assessor" / "catalog"
TOOLS = load_tools()
PRACTICES = load_practices()
BY_ID = {tool.id: tool for tool in TOOLS}

NOT_BY_PRODUCTS = {
    "versioning.code", "versioning.dependencies", "ci.pipeline", "ci.hardening", "quality.modularity",
    "governance.license", "governance.ownership", "governance.objectives", "training.symmetry",
}  # fmt: skip
"""Practices that are read from git, dependency files, code size, prose or what several runs reach; no product proves them."""


# ---- tools ----


def test_there_are_many_tools_and_the_known_ones_are_among_them() -> None:
    assert len(TOOLS) >= 300
    assert set(BY_ID) >= {
        "aim", "airflow", "azure-ml", "bentoml", "clearml", "comet", "dagster", "databricks", "deepchecks", "dvc", "evidently",
        "feast", "great-expectations", "hopsworks", "kedro", "kubeflow", "lakefs", "metaflow", "mlflow", "nannyml", "neptune",
        "optuna", "pandera", "prefect", "prometheus", "pytest", "ruff", "sagemaker", "shap", "terraform", "vertex-ai", "wandb",
        "whylogs", "zenml",
    }  # fmt: skip


@pytest.mark.parametrize("family", families())
def test_family_has_a_head_and_stands_in_order(family: str) -> None:
    text = (FOLDER / "tools" / f"{family}.yaml").read_text()
    ids = [tool.id for tool in load_family(family)]
    assert text.startswith("# "), "a family opens with what it holds"
    assert ids == sorted(ids)


def test_tools_are_sorted_and_named_once() -> None:
    assert [tool.id for tool in TOOLS] == sorted({tool.id for tool in TOOLS})
    titles = [tool.title.lower() for tool in TOOLS]
    assert [title for title in titles if titles.count(title) > 1] == []


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.id)
def test_tool_can_be_seen_and_speaks_plainly(tool: Tool) -> None:
    for proof in tool.proves:
        assert proof.text == proof.text.strip().rstrip("."), "one sentence without its full stop"
        assert proof.text[0].islower(), "it follows the tool's title and a colon"
        for kind in ("calls", "decorators", "bases", "commands", "actions", "files", "resources", "settings", "hooks"):
            found = getattr(proof, kind)
            assert len(found) == len(set(found)), f"{kind}: a pattern stands twice"
        for command in proof.commands:
            assert not command.startswith("python -m "), f"{command}: `python -m x` is compared as `x`"
            assert not command.startswith("pip install"), "what is installed is no use"


@pytest.mark.parametrize("practice", [p.id for p in PRACTICES if p.id not in NOT_BY_PRODUCTS])
def test_practice_has_a_tool_that_proves_it(practice: str) -> None:
    assert [tool.id for tool in TOOLS for proof in tool.proves if proof.practice == practice]


@pytest.mark.parametrize("practice", sorted(NOT_BY_PRODUCTS))
def test_no_product_proves_what_only_git_and_prose_show(practice: str) -> None:
    assert [tool.id for tool in TOOLS for proof in tool.proves if proof.practice == practice] == []


def test_a_dependency_alone_declares_only_where_the_ladder_says_so() -> None:
    wrong = [
        f"{tool.id}: {name}" for tool in TOOLS for name in tool.declares if "declared" not in practice_rungs()[name]
    ]
    assert wrong == []


def _proved(name: str, keywords: dict[str, object], kind: str = "calls") -> set[tuple[str, str]]:
    """(tool, practice) that a resolved call, decorator or base class proves at least as used."""
    return {
        (tool.id, proof.practice)
        for tool in TOOLS
        for proof in tool.proves
        if proof.rung != "declared" and _fits(proof, keywords)
        for pattern in getattr(proof, kind)
        if pattern != "*" and patterns.matches_call(pattern, name)
        if not pattern.startswith("?.") or name.startswith("?.") or name.partition(".")[0] in tool.imports
    }


def _fits(proof: Proof, keywords: dict[str, object]) -> bool:
    return all(
        keywords.get(key) == value or (value == "*" and key in keywords) for key, value in proof.keywords.items()
    )


CALLS: list[tuple[str, dict[str, object], set[str], set[str]]] = [
    ("mlflow.log_metric", {}, {"experiments.tracking"}, {"experiments.registry", "versioning.models"}),
    ("mlflow.tracking.fluent.log_metric", {}, {"experiments.tracking"}, set()),
    ("mlflow.sklearn.autolog", {}, {"experiments.tracking"}, {"experiments.registry"}),
    ("mlflow.start_run", {}, set(), {"experiments.tracking"}),
    ("mlflow.set_experiment", {}, set(), {"experiments.tracking"}),
    ("mlflow.pyfunc.load_model", {}, set(), {"experiments.tracking", "experiments.registry", "versioning.models"}),
    ("mlflow.sklearn.log_model", {}, {"versioning.models"}, {"experiments.registry", "experiments.tracking"}),
    ("mlflow.xgboost.log_model", {"registered_model_name": "x"}, {"versioning.models", "experiments.registry"}, set()),
    ("mlflow.register_model", {}, {"experiments.registry", "versioning.models"}, {"training.validation_gate"}),
    ("mlflow.tracking.MlflowClient.transition_model_version_stage", {}, {"experiments.registry"}, set()),
    ("mlflow.MlflowClient.set_registered_model_alias", {}, {"experiments.registry"}, set()),
    ("mlflow.MlflowClient.get_latest_versions", {}, set(), {"experiments.registry"}),
    ("mlflow.log_input", {}, {"data.lineage"}, {"versioning.data"}),
    ("mlflow.evaluate", {}, {"experiments.evaluation"}, {"training.validation_gate"}),
    ("mlflow.validate_evaluation_results", {}, {"training.validation_gate"}, set()),
    ("wandb.log", {}, {"experiments.tracking"}, {"versioning.models"}),
    ("wandb.init.log", {}, {"experiments.tracking"}, set()),
    ("wandb.init", {}, set(), {"experiments.tracking"}),
    ("wandb.Artifact", {"type": "model"}, {"versioning.models"}, {"versioning.data"}),
    ("wandb.Artifact", {"type": "dataset"}, {"versioning.data"}, {"versioning.models"}),
    ("wandb.init.use_artifact", {}, {"data.lineage"}, {"versioning.data"}),
    ("wandb.init.link_artifact", {}, {"experiments.registry"}, set()),
    ("wandb.sweep", {}, {"experiments.tuning"}, {"experiments.tracking"}),
    ("comet_ml.Experiment.log_metrics", {}, {"experiments.tracking"}, set()),
    ("comet_ml.start.register_model", {}, {"experiments.registry"}, set()),
    ("neptune.init_run", {}, {"experiments.tracking"}, set()),
    ("clearml.Task.init", {}, {"experiments.tracking"}, {"experiments.registry"}),
    ("aim.Run.track", {}, {"experiments.tracking"}, set()),
    ("dvclive.Live.log_metric", {}, {"experiments.tracking"}, set()),
    ("torch.utils.tensorboard.SummaryWriter.add_scalar", {}, {"experiments.tracking"}, set()),
    ("torch.utils.tensorboard.SummaryWriter", {}, set(), {"experiments.tracking"}),
    ("azureml.core.Run.get_context.log", {}, {"experiments.tracking"}, set()),
    ("azureml.core.model.Model.register", {}, {"experiments.registry", "versioning.models"}, set()),
    (
        "azureml.core.Dataset.Tabular.from_delimited_files.register",
        {"create_new_version": True},
        {"versioning.data"},
        set(),
    ),
    ("google.cloud.aiplatform.Model.upload", {}, {"experiments.registry"}, {"deployment.serving"}),
    ("google.cloud.aiplatform.Model.deploy", {}, {"deployment.serving"}, {"experiments.registry"}),
    ("sagemaker.estimator.Estimator.fit", {}, {"training.scripted"}, {"deployment.serving"}),
    ("sagemaker.workflow.condition_step.ConditionStep", {}, {"training.validation_gate"}, set()),
    ("evidently.report.Report", {}, set(), {"monitoring.drift"}),
    ("evidently.metric_preset.DataDriftPreset", {}, {"monitoring.drift"}, set()),
    ("evidently.dashboard.tabs.DataDriftTab", {}, {"monitoring.drift"}, set()),
    ("nannyml.UnivariateDriftCalculator", {}, {"monitoring.drift"}, {"monitoring.performance"}),
    ("nannyml.CBPE", {}, {"monitoring.performance"}, {"monitoring.drift"}),
    ("alibi_detect.cd.KSDrift", {}, {"monitoring.drift"}, set()),
    ("pandera.DataFrameSchema", {}, set(), {"data.validation"}),
    ("pandera.DataFrameSchema.validate", {}, {"data.validation"}, set()),
    ("great_expectations.get_context", {}, set(), {"data.validation"}),
    ("great_expectations.get_context.run_checkpoint", {}, {"data.validation"}, set()),
    ("datasets.load_dataset", {}, {"data.pipeline"}, {"versioning.data"}),
    ("datasets.load_dataset", {"revision": "abc"}, {"versioning.data"}, set()),
    ("feast.FeatureStore.get_online_features", {}, {"data.feature_store"}, set()),
    ("sklearn.metrics.accuracy_score", {}, {"experiments.evaluation"}, {"training.scripted"}),
    ("sklearn.model_selection.GridSearchCV", {}, {"experiments.tuning"}, set()),
    ("sklearn.linear_model.Ridge.fit", {}, {"training.scripted"}, {"experiments.evaluation"}),
    ("sklearn.linear_model.Ridge.predict", {}, set(), {"training.scripted", "deployment.serving"}),
    ("transformers.Trainer.train", {}, {"training.scripted"}, {"experiments.registry"}),
    ("transformers.AutoModel.from_pretrained.train", {}, set(), {"training.scripted"}),
    ("transformers.AutoModel.from_pretrained.push_to_hub", {}, {"experiments.registry"}, set()),
    ("logging.getLogger", {}, set(), {"monitoring.logging"}),
    ("logging.getLogger.info", {}, {"monitoring.logging"}, set()),
    ("prometheus_client.Counter", {}, {"monitoring.service"}, {"monitoring.alerting"}),
    ("shap.TreeExplainer", {}, {"governance.responsible_ai"}, set()),
    ("numpy.random.seed", {}, {"versioning.seeds"}, set()),
    ("yaml.safe_load", {}, {"versioning.config"}, set()),
    ("joblib.dump", {}, set(), {"versioning.models"}),
]


@pytest.mark.parametrize(("name", "keywords", "proves", "proves_not"), CALLS)
def test_call(name: str, keywords: dict[str, object], proves: set[str], proves_not: set[str]) -> None:
    found = {practice for _, practice in _proved(name, keywords)}
    assert proves <= found
    assert not proves_not & found


DECORATORS_AND_BASES = [
    ("prefect.flow", "decorators", "training.pipeline"),
    ("airflow.decorators.dag", "decorators", "training.pipeline"),
    ("kfp.v2.dsl.pipeline", "decorators", "training.pipeline"),
    ("fastapi.FastAPI.post", "decorators", "deployment.serving"),
    ("flask.Flask.route", "decorators", "deployment.serving"),
    ("bentoml.service", "decorators", "deployment.packaging"),
    ("hydra.main", "decorators", "versioning.config"),
    ("pandera.check_types", "decorators", "data.validation"),
    ("metaflow.FlowSpec", "bases", "training.pipeline"),
    ("luigi.Task", "bases", "training.pipeline"),
    ("pydantic_settings.BaseSettings", "bases", "versioning.config"),
    ("mlserver.MLModel", "bases", "deployment.serving"),
]


@pytest.mark.parametrize(("name", "kind", "practice"), DECORATORS_AND_BASES)
def test_decorator_or_base(name: str, kind: str, practice: str) -> None:
    assert practice in {found for _, found in _proved(name, {}, kind)}


COMMANDS = [
    ("dvc pull", {"versioning.data"}, {"ci.ml"}),
    ("dvc repro train", {"versioning.data", "data.lineage", "ci.ml"}, set()),
    ("cml comment create report.md", {"ci.ml"}, set()),
    ("docker build -t x .", {"ci.build", "deployment.packaging"}, {"versioning.releases", "deployment.automation"}),
    ("docker push x:1", {"versioning.releases"}, {"ci.build", "deployment.automation"}),
    ("docker compose up -d", set(), {"deployment.automation", "deployment.infrastructure"}),
    ("kubectl apply -f k8s", {"deployment.automation", "deployment.infrastructure"}, set()),
    ("kubectl apply --dry-run=server -f k8s", set(), {"deployment.automation"}),
    ("kubectl rollout undo deployment/x", {"deployment.rollback"}, {"deployment.automation"}),
    ("kubectl get pods", set(), {"deployment.automation"}),
    ("helm upgrade --install --atomic x chart", {"deployment.automation", "deployment.rollback"}, set()),
    ("terraform plan", set(), {"deployment.infrastructure"}),
    ("terraform apply -auto-approve", {"deployment.infrastructure"}, set()),
    ("ruff check .", {"ci.lint"}, {"ci.types"}),
    ("mypy src", {"ci.types"}, {"ci.lint"}),
    ("pytest --cov=src", {"testing.coverage"}, set()),
    ("pytest", set(), {"testing.coverage"}),
    ("pip-audit", {"ci.security"}, {"governance.secrets"}),
    ("gitleaks detect", {"ci.security", "governance.secrets"}, set()),
    ("mkdocs build", {"governance.documentation"}, set()),
    ("twine upload dist/x", {"versioning.releases"}, set()),
    ("feast materialize-incremental now", {"data.feature_store"}, set()),
    ("az ml job create --file job.yml", {"ci.ml", "training.scripted"}, set()),
    ("echo ruff check", set(), {"ci.lint"}),
]


@pytest.mark.parametrize(("line", "proves", "proves_not"), COMMANDS)
def test_command(line: str, proves: set[str], proves_not: set[str]) -> None:
    words = line.split()
    found = {
        proof.practice
        for tool in TOOLS
        for proof in tool.proves
        for pattern in proof.commands
        if patterns.matches_command(pattern, words) and not set(proof.without) & set(words)
    }
    assert proves <= found
    assert not proves_not & found


OTHERS = [
    ("actions", "docker/build-push-action@v6", patterns.matches_action, "ci.build"),
    ("actions", "github/codeql-action/analyze@v3", patterns.matches_action, "ci.security"),
    ("actions", "slackapi/slack-github-action@v1", patterns.matches_action, "monitoring.alerting"),
    ("actions", "Jobs/SAST.gitlab-ci.yml", patterns.matches_action, "ci.security"),
    ("images", "docker.io/tensorflow/serving:2.16.1", patterns.matches_image, "deployment.serving"),
    ("images", "nvcr.io/nvidia/tritonserver:24.05-py3", patterns.matches_image, "deployment.serving"),
    ("resources", "terraform:aws_sagemaker_endpoint", patterns.matches_text, "deployment.serving"),
    ("resources", "cloudformation:AWS::CloudWatch::Alarm", patterns.matches_text, "monitoring.alerting"),
    ("resources", "kubernetes:InferenceService", patterns.matches_text, "deployment.serving"),
    ("resources", "prometheus:alert_rule", patterns.matches_text, "monitoring.alerting"),
    ("files", "pipelines/Snakefile", patterns.matches_path, "training.pipeline"),
    ("files", ".devcontainer/devcontainer.json", patterns.matches_path, "versioning.environment"),
]


@pytest.mark.parametrize(("kind", "text", "matches", "practice"), OTHERS)
def test_other_patterns(kind: str, text: str, matches: object, practice: str) -> None:
    assert callable(matches)
    found = {
        proof.practice for tool in TOOLS for proof in tool.proves for p in getattr(proof, kind) if matches(p, text)
    }
    assert practice in found


SETTINGS = [
    (
        "configs/logger/wandb.yaml",
        "wandb._target_",
        "lightning.pytorch.loggers.wandb.WandbLogger",
        "experiments.tracking",
    ),
    ("configs/hparams_search/x.yaml", "hydra.sweeper._target_", "hydra_plugins.x.OptunaSweeper", "experiments.tuning"),
    ("pyproject.toml", "tool.pytest.ini_options.addopts", "-q --cov=src", "testing.coverage"),
    ("setup.cfg", "tool:pytest.addopts", "--cov", "testing.coverage"),
    ("conf/base/catalog.yml", "sales.versioned", "true", "versioning.data"),
    ("pyproject.toml", "tool.ruff.line-length", "120", "ci.lint"),
]


@pytest.mark.parametrize(("path", "key", "value", "practice"), SETTINGS)
def test_setting(path: str, key: str, value: str, practice: str) -> None:
    found: dict[str, set[str]] = {}
    for proof in (proof for tool in TOOLS for proof in tool.proves):
        for pattern in proof.settings:
            file, _, rest = pattern.partition(":")
            wanted, _, literal = rest.partition("=")
            fits = patterns.matches_path(file, path) and patterns.matches_text(wanted, key)
            if fits and (not literal or patterns.matches_text(literal, value)):
                found.setdefault(proof.rung, set()).add(proof.practice)
    assert found.get("used", found.get("declared")) == {practice}


# ---- practices ----


def test_all_practices_are_there() -> None:
    assert {practice.id.partition(".")[0] for practice in PRACTICES} == {name for name, _ in SCANNERS}
    assert len({practice.id for practice in PRACTICES}) == len(PRACTICES)


@pytest.mark.parametrize("practice", PRACTICES, ids=lambda practice: practice.id)
def test_practice_says_why_and_what_to_do(practice: Practice) -> None:
    assert practice.title
    assert practice.why.endswith(".")
    for rung in practice.rungs:
        step = practice.step_to(rung)
        assert step.endswith((".", "`).", "`.")), f"{rung}: {step}"
        assert step[0].isupper()
        assert practice.effort[rung] in ("S", "M", "L")
    for stack in practice.variants:
        assert practice.step_to(next(iter(practice.variants[stack])), [stack]) != ""
    assert practice.observable_by


def test_next_rung_skips_what_is_not_defined() -> None:
    named = {practice.id: practice for practice in PRACTICES}
    assert named["ci.lint"].next_rung("absent") == "declared"
    assert named["ci.lint"].next_rung("declared") == "used"
    assert named["ci.build"].next_rung("absent") == "automated"
    assert named["versioning.code"].next_rung("used") is None
    assert named["versioning.code"].next_rung("unknown") == "used"
    data, types = named["versioning.data"], named["ci.types"]
    assert "secrets" in data.step_to("automated", ["github"])
    assert "dvc" in data.step_to("automated", ["dvc", "github"])
    assert types.step_to("used", ["github"]) == types.step_to("used")


def test_a_higher_step_that_covers_a_lower_one_stands_alone() -> None:
    automation = next(practice for practice in PRACTICES if practice.id == "deployment.automation")
    told = automation.steps_to(["used", "automated"], ["gitlab"])
    assert "when: manual" not in told.replace("without `when: manual`", "")
    assert told == automation.step_to("automated", ["gitlab"])
    assert automation.steps_to(["automated", "enforced"]).count(".") == 2


@pytest.mark.parametrize("practice", PRACTICES, ids=lambda practice: practice.id)
def test_a_step_has_an_imperative_of_its_own(practice: Practice) -> None:
    """No title of a practice, no sentence, and nothing that needs another step to be understood."""
    for rung in practice.rungs:
        title = practice.title_to(rung)
        assert title != practice.title
        assert title[0].isupper() and not title.endswith("."), title
        assert not re.search(r"\b(it|them|this)\b", title.replace("by itself", "").replace("when it breaks", "")), title
    lost = re.compile(
        r"^(Do that|Do both|Make it|Make that|Put it|Put them|Run it|Run that|Run these|Build it|Turn it|Test it)\b"
    )
    for rung, text in practice.fix.items():
        assert not lost.match(text), (rung, text)


@pytest.mark.parametrize("practice", PRACTICES, ids=lambda practice: practice.id)
def test_a_step_names_one_product_only_where_that_is_in_use(practice: Practice) -> None:
    """General words may list products to choose from; a single one would be invented."""
    known = {tool.id for tool in load_tools()} | {"github", "gitlab", "azure", "jenkins"}
    assert set(practice.variants) <= known
    for rung, text in practice.fix.items():
        assert not re.search(r"dvc (repro|pull|push|add)|MLFLOW_|mlflow\.|setup-cml|setup-dvc", text), (rung, text)
    for stack in ("github", "gitlab", "azure", "jenkins"):
        for rung, text in practice.variants.get(stack, {}).items():
            assert not re.search(r"dvc (repro|pull|push|add)|MLFLOW_|mlflow\.|setup-cml|setup-dvc", text), (rung, text)


# ---- mistakes ----

TOOL = """\
- id: one
  title: One
  category: tracking
  url: https://one.example
  packages: [one]
  imports: [one]
  proves:
    - practice: experiments.tracking
      calls: [one.log]
      text: logs metrics
"""

MISTAKES = [
    ("experiments.tracking", "experiments.trackin", 8, "did you mean 'experiments.tracking'?"),
    ("calls: [one.log]", "cals: [one.log]", 9, "unknown key 'cals'; did you mean 'calls'?"),
    ("  title: One\n", "", 1, "'title' is missing"),
    ("category: tracking", "category: trackers", 1, "no category 'trackers'"),
    ("[one.log]", "[one.log()]", 9, "'one.log()' is no call pattern"),
    ("[one.log]", "['*']", 8, "needs keywords"),
    ("text: logs metrics", "text: x", 10, "at least 8 characters"),
    ("id: one", "id: One", 1, "'One' is no id"),
    ("calls: [one.log]", "rung: enforced\n      calls: [one.log]", 8, "defines no rung 'enforced'"),
    ("      calls: [one.log]\n", "", 8, "without any pattern"),
    ("url: https://one.example", "url: one.example", 4, "https address"),
    ("packages: [one]", "packages: [One_Two]", 5, "package name"),
    ("[one.log]", "[one.log", 10, ""),
    ("title: One", "title: One\n  title: Two", 3, "'title' stands twice"),
    ("  imports: [one]\n", "  imports: [one]\n  declares: [data.lineag]\n", 7, "did you mean 'data.lineage'?"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "message"), MISTAKES)
def test_mistake_is_told_with_its_line(right: str, wrong: str, line: int, message: str) -> None:
    assert TOOL.count(right) >= 1
    text = TOOL.replace(right, wrong, 1)
    with pytest.raises(DataError) as caught:
        parse_tools(Source("t.yaml", text))
    told = str(caught.value)
    assert told.startswith(f"t.yaml:{line}: "), told
    assert message in told


def test_a_loose_pattern_needs_an_import() -> None:
    text = TOOL.replace("[one.log]", "['?.log']")
    assert parse_tools(Source("t.yaml", text))
    with pytest.raises(DataError, match=r"^t\.yaml:1: one: the pattern '\?\.log' needs 'imports'"):
        parse_tools(Source("t.yaml", text.replace("  imports: [one]\n", "")))


def test_every_line_of_the_message_names_its_place() -> None:
    text = TOOL.replace("experiments.tracking", "no.practice").replace("id: one", "id: ONE")
    with pytest.raises(DataError) as caught:
        parse_tools(Source("t.yaml", text))
    lines = str(caught.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["t.yaml:1", "t.yaml:8"]


_SAYS_A_STATE = {"is", "are", "has", "have", "comes", "come", "lives", "live", "must", "can", "serves", "write"}


def test_titles_name_the_practice_and_what_is_absent_says_the_state() -> None:
    """A title stands before "absent" too, so that it may not say that something is so; the sentence of absence denies it."""
    practices = load_practices()
    subjects = {p.id: p.title.partition(" that ")[0].partition(" of what ")[0] for p in practices}
    assert {name: title for name, title in subjects.items() if _SAYS_A_STATE & set(title.lower().split())} == {}
    assert {p.id: p.absent for p in practices if not re.search(r"\b(no|not|nothing|nobody)\b", p.absent)} == {}


def test_practice_with_a_step_for_a_rung_that_it_lacks_is_refused() -> None:
    text = """\
ci:
  lint:
    title: Checks of code style
    absent: no linter or formatter
    used: make target
    do: {used: Check the style}
    why: Because style is easier to read when it is one.
    fix: {used: Do it., enforced: Do more.}
    effort: {used: S}
    observable_by: [ci]
"""
    with pytest.raises(DataError, match=r"^p\.yaml:2: ci\.lint: 'fix' must have exactly the rungs .* enforced"):
        parse_practices(Source("p.yaml", text))


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("experiments.trackin", "experiments.tracking"),
        ("modle_card", "governance.model_card"),
        ("modelscn", "modelscan"),
        ("zzzz", None),
    ],
)
def test_did_you_mean(word: str, meant: str | None) -> None:
    known = iter(["modelscan", "governance.model_card", "experiments.tracking"])
    assert did_you_mean(word, known) == (f"; did you mean '{meant}'?" if meant else "")


class Item(Value):
    name: str
    amount: int = 0


def test_loading_is_reusable_for_other_models(tmp_path: Path) -> None:
    path = tmp_path / "items.yaml"
    path.write_text("- name: 'true'\n  amount: 3\n- {name: b}\n")
    assert load_models(path, Item) == (Item(name="true", amount=3), Item(name="b"))
    assert load_value("name: x", Item) == Item(name="x")
    assert line_of(path, 1, "name") == 3
    assert line_of(path, 0, "amount") == 2
    with pytest.raises(DataError, match=r"^text:2: b\.amount"):
        load_value("a: {name: x}\nb: {name: x, amount: y}\n", dict[str, Item])
    with pytest.raises(DataError, match=r"^missing\.yaml:1: cannot be read"):
        load_models(tmp_path / "missing.yaml", Item)


@pytest.mark.parametrize("family", families())
def test_reading_with_and_without_lines_gives_the_same(family: str) -> None:
    text = (FOLDER / "tools" / f"{family}.yaml").read_text()
    with_lines = load_models(Source(family, text), Tool, context={"practices": practice_rungs()})
    assert with_lines == load_family(family)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200) | st.sampled_from(["- ", "a: ", "{", "[", "*x", "&a [*a]", "? ", "!!set", "<<: 1", "\t"]))
def test_any_text_is_a_value_or_a_data_error(text: str) -> None:
    for is_shipped in (False, True):
        try:
            load_models(Source("any.yaml", text), Item, is_shipped=is_shipped)
        except DataError as error:
            assert str(error).startswith("any.yaml:")


def test_the_whole_catalogue_loads_fast() -> None:
    """Every audit begins with it; 150 ms is the budget, the least of five is measured so that a busy machine is no fault."""
    took = []
    for _ in range(5):
        load_tools.cache_clear()
        start = time.process_time()
        load_tools()
        took.append(time.process_time() - start)
    assert min(took) < 0.15 * slowness()


def test_the_ladder_is_written_lowest_first() -> None:
    assert all(list(p.rungs) == [rung for rung in RUNGS if rung in p.rungs] for p in PRACTICES)
