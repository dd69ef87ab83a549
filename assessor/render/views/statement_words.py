"""What reports say about attestations and waivers, in one language; the same words in each format. Pure, nothing escaped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessor.assessment import AttestationInfo, WaiverInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assessor.assessment import Assessment, ScorecardInfo, StatementsInfo
    from assessor.render.views.texts import Texts

COUNTING = ("in_force", "ending")
"""States in which a statement counts."""
_URGENCY = ("expired", "early", "undated", "barred", "too_long", "ending", "unused", "in_force", "ignored")
_SILENT = ("in_force", "ignored", "undated")
_LINK = re.compile(r"https?://[\w.-]+(?::\d+)?(?:[/?#][\w\-./?#=&%+~:@!,;]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class StatementWords:
    """The words for the statements of one assessment."""

    assessment: Assessment
    t: Texts

    @property
    def said(self) -> StatementsInfo:
        return self.assessment.statements

    @property
    def are_there(self) -> bool:
        """Somebody stated or waived anything."""
        return bool(self.said.attestations or self.said.waivers)

    @property
    def attestations(self) -> list[AttestationInfo]:
        """What does not count first, then what ends soon, then the others in the order of the configuration."""
        return sorted(self.said.attestations, key=lambda entry: _URGENCY.index(entry.state))

    @property
    def waivers(self) -> list[WaiverInfo]:
        """In the same order."""
        return sorted(self.said.waivers, key=lambda entry: _URGENCY.index(entry.state))

    @property
    def entries(self) -> list[AttestationInfo | WaiverInfo]:
        """The attestations, then the waivers."""
        return [*self.attestations, *self.waivers]

    def day(self) -> str:
        """By which day they are looked at."""
        return self.t("statements.as_of", day=self.t.date(self.said.day)) if self.said.day else ""

    def level(self, card: ScorecardInfo) -> str:
        """What the level is with attestations, and the share of the model that rests on them; empty without any."""
        found = card.attested
        if found is None:
            return ""
        key = "statements.level" if found.level != card.level else "statements.same_level"
        told = [self.t(key, level=found.level, title=self.t.tr(found.title), observed=card.level)]
        share = found.basis.attested
        told += [self.t("statements.share", share=self.t.percent(share))] if share else []
        return " ".join(told)

    def other_level(self, card: ScorecardInfo) -> str:
        """The level with attestations in few words; empty where it is the one that is observed."""
        found = card.attested
        if found is None or found.level == card.level:
            return ""
        return self.t("statements.other_level", level=found.level, title=self.t.tr(found.title))

    def kind(self, entry: AttestationInfo | WaiverInfo) -> str:
        """Where the texts for this kind of entry stand."""
        return "statements" if isinstance(entry, AttestationInfo) else "waivers"

    def title(self, entry: AttestationInfo | WaiverInfo) -> str:
        """What is attested or waived: a practice with the rung that is stated or the path, or the words of an item."""
        if isinstance(entry, WaiverInfo):
            title = self._practice(entry.practice)
            return self.t("waivers.within", title=title, path=entry.path) if entry.path else title
        if entry.item:
            return self._item(entry.item)
        return self.t("statements.at_rung", title=self._practice(entry.practice), rung=self.t(f"rung.{entry.rung}"))

    def _practice(self, name: str) -> str:
        info = self.assessment.practices.get(name)
        return self.t.tr(info.title) if info else name

    def _item(self, name: str) -> str:
        model, _, item = name.partition("/")
        card = self.assessment.scorecards.get(model)
        own = item.removesuffix(".partly")
        found = next((known for known in card.items if known.id == own), None) if card else None
        if found is None:
            return name
        text = self.t.tr(found.text)
        return self.t("statements.overcome", title=text) if found.lack else text

    def text(self, entry: AttestationInfo | WaiverInfo) -> str:
        """What the person says."""
        return entry.reason if isinstance(entry, WaiverInfo) else entry.statement

    def state(self, entry: AttestationInfo | WaiverInfo) -> str:
        """Whether it counts, why not, and until when."""
        when = "" if isinstance(entry, WaiverInfo) else self.t.date(entry.when)
        return self.t(f"statements.state.{entry.state}", expires=self.t.date(entry.expires), when=when)

    def sentence(self, entry: AttestationInfo | WaiverInfo) -> str:
        """Its kind and its state."""
        return f"{self.t(f'{self.kind(entry)}.this')} {self.state(entry)}."

    def signed(self, entry: AttestationInfo | WaiverInfo) -> str:
        """Who stated it, when and until when; of a waiver, who answers for it and which ticket tracks it, unless that is
        an address."""
        expires = self.t.date(entry.expires)
        if isinstance(entry, AttestationInfo):
            return self.t("statements.signed", who=entry.who, day=self.t.date(entry.when), expires=expires)
        owner = entry.owner if web_address(entry.ticket) else f"{entry.owner}, {entry.ticket}"
        return self.t("waivers.signed", owner=owner, expires=expires)

    def link(self, entry: AttestationInfo | WaiverInfo) -> str:
        """Where more is to be read, as it was written; it is no address until `web_address` says so."""
        return entry.link if isinstance(entry, AttestationInfo) else web_address(entry.ticket)

    def notes(self) -> Iterator[str]:
        """One line for each statement that does not count, or not for long; those that all fail alike in one line."""
        for entry in self.entries:
            if self.is_told(entry):
                yield self.t(f"{self.kind(entry)}.note", title=self.title(entry), state=self.state(entry))
        yield from self.remarks()

    def is_told(self, entry: AttestationInfo | WaiverInfo) -> bool:
        """Its state needs a sentence of its own."""
        return entry.state not in _SILENT

    def remarks(self) -> Iterator[str]:
        """Why none of them counts, where that is so."""
        if self.are_there and not self.said.day:
            yield self.t("statements.undated")
        elif self.said.strict and self.said.attestations:
            yield self.t("statements.strict")

    def practice_kinds(self, practice: str) -> Iterator[str]:
        """Whether a practice is attested, waived or both, as far as that counts."""
        counting = [entry for entry in self.entries if entry.practice == practice and entry.state in COUNTING]
        yield from dict.fromkeys(self.t(f"{self.kind(entry)}.kind") for entry in counting)

    def practice_notes(self, practice: str) -> Iterator[str]:
        """What counts as stated or waived of one practice, a line each."""
        for said in self.said.attestations:
            if said.practice == practice and said.state in COUNTING:
                yield self.t(
                    "statements.here", rung=self.t(f"rung.{said.rung}"), who=said.who, expires=self.t.date(said.expires)
                )
        for waiver in self.said.waivers:
            if waiver.practice == practice and waiver.state in COUNTING:
                yield self.t(
                    "waivers.here", owner=waiver.owner, ticket=waiver.ticket, expires=self.t.date(waiver.expires)
                )


def web_address(link: str) -> str:
    """The link, if it is a plain http or https address; empty for anything else, which is then shown as text."""
    return link if _LINK.fullmatch(link) else ""
