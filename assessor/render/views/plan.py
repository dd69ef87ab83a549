"""What a report of a plan says, in one language: sentences and rows, every text safe to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.planning import Plan
from assessor.render.views.found_words import in_language
from assessor.render.views.links import Links, links_of
from assessor.render.views.step_words import days_range, estimated
from assessor.render.views.target_words import dimension_levels
from assessor.render.views.view import shown
from assessor.rubric.effort import estimate

if TYPE_CHECKING:
    from assessor.planning import Standing
    from assessor.render.views.texts import Texts


@dataclass(frozen=True)
class PlanView:
    """A plan ready to be shown. `plan` has visible texts only."""

    plan: Plan
    t: Texts
    links: Links

    @property
    def title(self) -> str:
        return self.t("plan.title", name=self.plan.repository.name)

    @property
    def model(self) -> str:
        return self.t("report.by_model", name=self.t.tr(self.plan.name), edition=self.plan.edition)

    @property
    def now(self) -> str:
        if self.plan.why_no_plan:
            return f"{self.t('subject.no_level')}: {self._why}"
        about = f" {self.t(f'subject.{self.plan.subject}')}" if self.plan.subject not in (None, "system") else ""
        return self._level("plan.now", self.plan.now) + ("." if about else "") + about

    @property
    def _why(self) -> str:
        """Why there is no plan, in the language of the texts where they know the sentence."""
        from assessor.rubric.subject import SAID

        kind = next((kind for kind, text in SAID.items() if text == self.plan.why_no_plan), None)
        return self.t(f"subject.{kind}") if kind else self.plan.why_no_plan

    @property
    def assumed(self) -> str:
        """What follows from the assumptions, in one sentence; empty without any."""
        plan, t = self.plan, self.t
        if not plan.assumed:
            return ""
        parts = [t("plan.assume_one", practice=a.practice, rung=t(f"rung.{a.assumed}")) for a in plan.assumed]
        *first, last = parts
        practices = t("plan.assume_more", first=", ".join(first), last=last) if first else last
        key = "plan.follows_same" if plan.start.level == plan.now.level else "plan.follows"
        return f"{t('plan.assumed', practices=practices)}, {self._level(key, plan.start)}"

    def _level(self, key: str, standing: Standing) -> str:
        return self.t(key, level=standing.level, top=self.plan.top, title=self.t.tr(standing.title))

    @property
    def goal(self) -> str:
        """Where the steps lead, and who set it where a profile or a configuration did."""
        goal, t = self.plan.goal, self.t
        if self.plan.start.level is None:
            return t("plan.none")
        is_next = not goal.source and goal.level == self.plan.start.level + 1
        words = t("plan.goal_next" if is_next else "plan.goal", level=goal.level, title=t.tr(goal.title))
        if goal.dimensions:
            words += f", {t('plan.goal_dimensions', levels=', '.join(dimension_levels(goal.dimensions, t)))}"
        return f"{words} ({t('plan.goal_by', source=goal.source)})" if goal.source else words

    @property
    def work(self) -> tuple[str, ...]:
        """What all steps take together, and whether less would do."""
        plan, t = self.plan, self.t
        if plan.why_no_plan:
            return ()
        if plan.is_reached:
            return (t("plan.at_top" if plan.start.level == plan.top else "plan.nothing"),)
        told = [t.count("plan.steps", len(plan.steps), days=estimated(plan.steps, t)) + "."]
        if plan.blocked:
            told.append(t("plan.short", level=plan.end.level))
        else:
            told.append(t("plan.exact") if plan.exact else t("plan.not_exact", days=self.days(plan.at_least)))
        ends = {name: estimate(days) for name, days in plan.effort.items()}
        means = t("plan.means", **{name: days_range(end.low, end.high, t) for name, end in ends.items()})
        return (" ".join(told), means)

    @property
    def stands_in_the_way(self) -> str:
        """What is so of the items that no step here mends."""
        return self.t("roadmap.stands_elsewhere" if self.plan.subject == "serving" else "roadmap.stands")

    def days(self, number: float) -> str:
        return self.t.count("terminal.days", number)

    def reaches(self, level: int) -> str:
        """That a level is reached."""
        return self.t("roadmap.reaches", level=level, title=self.t.tr(self.plan.levels[level]))

    @property
    def columns(self) -> tuple[str, ...]:
        """The heads of `rows`, without that of the dimension."""
        start = ("plan.start",) if self.plan.assumed else ()
        goal = ("plan.goal_short",) if self.plan.goal.dimensions else ()
        return tuple(self.t(key) for key in ("plan.observed", *start, "plan.end", *goal))

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Each dimension with its levels: observed, assumed, after the steps, wanted."""
        plan = self.plan
        return tuple(
            (
                self.t(f"dimension.{name}"),
                self._asked(level),
                *((self._asked(plan.start.dimensions[name]),) if plan.assumed else ()),
                self._asked(plan.end.dimensions[name]),
                *((str(plan.goal.dimensions.get(name, "")),) if plan.goal.dimensions else ()),
            )
            for name, level in plan.now.dimensions.items()
        )

    def _asked(self, level: int | None) -> str:
        return self.t("chart.not_asked") if level is None else str(level)


def plan_view(plan: Plan, texts: Texts) -> PlanView:
    """The view of a plan in the language of the texts."""
    told, _ = in_language(shown(plan.model_dump()), texts)
    return PlanView(Plan.model_validate(told), texts, links_of(plan.repository))
