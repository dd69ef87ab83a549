"""The reference pages of the documentation as Markdown: practices, tools, one page for each rubric and crosswalk. Pure.

`python -m docs.build` writes them; a test compares what it would write with what stands there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assessor.render.reference.explaining import asked_rungs, counted, decided_by, in_words, kind_of
from assessor.rubric.model import leaves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assessor.catalog.practices import Practice
    from assessor.catalog.reads import Read
    from assessor.catalog.tools import Tool
    from assessor.rubric.crosswalk import Control, Crosswalk
    from assessor.rubric.model import Item, Level, Rubric

_MADE = "<!-- Made by docs/build.py from the YAML; change that, not this page. -->"
_EFFORT = {"S": "hours", "M": "days", "L": "weeks"}
_STACKS = {"github": "GitHub", "gitlab": "GitLab", "azure": "Azure DevOps", "jenkins": "Jenkins"}
_PRACTICE = re.compile(r"\b[a-z]+\.[a-z_]+\b")


def _page(lines: Iterable[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip() + "\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ").strip() for cell in cells) + " |"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table, without the columns that are empty in every row; nothing where there are no rows."""
    body = [list(row) for row in rows]
    kept = [number for number in range(len(head)) if any(row[number] for row in body)]
    if not body:
        return []
    chosen = [[row[number] for number in kept] for row in body]
    return [
        "",
        _row(*(head[number] for number in kept)),
        _row(*("---" for _ in kept)),
        *(_row(*row) for row in chosen),
        "",
    ]


def _anchor(practice: str) -> str:
    return practice.replace(".", "")


# ---- practices ----


def practices_page(practices: Sequence[Practice], tools: Sequence[Tool], rubrics: Sequence[Rubric]) -> str:
    """Every practice: its rungs, why it matters, what to do, what proves it and which models ask for it."""
    lines = [
        "# Practices",
        "",
        _MADE,
        "",
        f"What an audit rates: {len(practices)} practices in the order of their dimensions.",
    ]
    dimensions = dict.fromkeys(practice.dimension for practice in practices)
    for dimension in dimensions:
        own = [practice for practice in practices if practice.dimension == dimension]
        lines += ["", f"## {dimension.capitalize()}"]
        rows = ((f"[{p.id}](#{_anchor(p.id)})", p.title, ", ".join(p.rungs)) for p in own)
        lines += _table(("practice", "what it is", "rungs"), rows)
        for practice in own:
            lines += _practice(practice, tools, rubrics)
    return _page(lines)


def _practice(practice: Practice, tools: Sequence[Tool], rubrics: Sequence[Rubric]) -> Iterator[str]:
    yield from ("", f"### {practice.id}", "", f"**{practice.title}.** {practice.why}")
    rows = ((r, meaning, practice.step_to(r), _EFFORT[practice.effort[r]]) for r, meaning in practice.rungs.items())
    yield from _table(("rung", "what it means", "what to do", "effort"), rows)
    titles = {tool.id: f"With {tool.title}" for tool in tools} | {
        name: f"On {title}" for name, title in _STACKS.items()
    }
    for stack, steps in practice.variants.items():
        yield from (f"- {titles[stack]}, {rung}: {text}" for rung, text in steps.items())
    proving = [tool for tool in tools if any(proof.practice == practice.id for proof in tool.proves)]
    if proving:
        yield from ("", "Proved by " + ", ".join(tool.title for tool in proving) + ".")
    yield from _table(("asked by", "rung", "statement", "kind"), _asking(practice.id, rubrics))


def _asking(practice: str, rubrics: Iterable[Rubric]) -> Iterator[tuple[str, str, str, str]]:
    for model in rubrics:
        for entry in model.placed:
            for rung, kind in asked_rungs(practice, entry.item, model):
                place = entry.section if model.counts_points else str(entry.level)
                yield f"[{model.id}](rubrics/{model.id}.md) {place}", rung, entry.item.text, kind


# ---- tools ----


def tools_page(tools: Sequence[Tool]) -> str:
    """Every tool that is recognised, by category: how it is seen and what its use proves."""
    lines = [
        "# Tools",
        "",
        _MADE,
        "",
        f"{len(tools)} tools are recognised. A dependency alone is intent; what a tool proves",
    ]
    lines += [
        "depends on which of its calls, commands, actions or files is used (`assessor explain TOOL` tells them all)."
    ]
    for category in sorted({tool.category for tool in tools}):
        lines += ["", f"## {category.replace('_', ' ').capitalize()}"]
        own = [tool for tool in tools if tool.category == category]
        lines += _table(("tool", "packages and imports", "proves", "declares alone"), (_tool(tool) for tool in own))
    return _page(lines)


def _tool(tool: Tool) -> tuple[str, str, str, str]:
    names = dict.fromkeys([*tool.packages[:4], *tool.imports[:4]])
    proved = dict.fromkeys(proof.practice for proof in tool.proves)
    return (
        f"[{tool.title}]({tool.url})",
        ", ".join(f"`{name}`" for name in list(names)[:6]),
        ", ".join(_linked(practice, "") for practice in proved),
        ", ".join(_linked(practice, "") for practice in tool.declares),
    )


_KINDS = {
    "ci": "CI and delivery",
    "orchestrator": "Orchestrators",
    "infrastructure": "Infrastructure, containers, monitoring",
    "tasks": "Task runners",
    "packages": "Packages",
    "language": "Languages",
    "text": "Texts and settings",
}


def reads_page(reads: Sequence[Read]) -> str:
    """Every system, format and language that is read with how deep, and what is known but not read."""
    lines = [
        _MADE,
        "",
        "# What is read",
        "",
        "Each file is read by the readers whose form it has. What a repository does not hold (settings of a server or a",
        "console, other repositories) is never looked up; where a definition leads there, the report has a blind spot.",
    ]
    for kind, title in _KINDS.items():
        found = [entry for entry in reads if entry.kind == kind and entry.reader]
        rows = [(entry.title, _names(entry.files), entry.how, entry.left) for entry in found]
        lines += ["", f"## {title}", *_table(("What", "Files", "Followed", "Not followed"), rows)]
    lines += [
        "## Known, not read",
        "",
        "Files of these systems are a blind spot: practices that they may hold are *unknown*, not absent, where no other",
        "automation of the repository was read, and the report names the place.",
    ]
    unread = [entry for entry in reads if not entry.reader]
    lines += _table(("What", "Files", "They hold"), [(entry.title, _names(entry.files), entry.how) for entry in unread])
    return _page(lines)


def _names(files: Sequence[str]) -> str:
    return ", ".join(name if name == "by content" else f"`{name}`" for name in files)


def _linked(text: str, folder: str = "../") -> str:
    """The text with each practice as a link to its place in the page of practices."""
    return _PRACTICE.sub(lambda found: f"[{found[0]}]({folder}practices.md#{_anchor(found[0])})", text)


# ---- rubrics ----


def rubric_page(rubric: Rubric, text: str) -> str:
    """A rubric: its source, how it is read, and each statement with what it asks. `text` is its YAML."""
    lines = [
        f"# {rubric.title}",
        "",
        _MADE,
        "",
        rubric.about,
        "",
        *_source(rubric.source, rubric.edition, rubric.url, rubric.licence),
    ]
    lines += ["", "## How it is read", "", *_head_comment(text), "", *_found_by(rubric)]
    lines += [
        "",
        "## Levels",
        *_table(("level", "title", "what it is", "what it takes"), (_level(e, rubric) for e in rubric.levels)),
    ]
    if rubric.counts_points:
        for section in rubric.sections:
            beside = "" if section.counts else "; told beside, does not decide"
            lines += ["", f"## {section.title}", "", f"{section.about} ({counted(section.full, rubric.unit)}{beside})"]
            lines += _items(section.items, rubric)
    else:
        for level in rubric.levels:
            lines += ["", f"## Level {level.level}: {level.title}", *_items(level.items, rubric)]
    return _page(lines)


def _source(source: str, edition: str, url: str, licence: str) -> Iterator[str]:
    yield f"- Source: {source}" + (f", <{url}>" if url else "")
    yield f"- Edition: {edition}"
    yield from (f"- Licence: {licence}",) if licence else ()


_POINT = re.compile(r"^(?:- |  +(?P<number>\d+) )")


def _head_comment(text: str) -> Iterator[str]:
    """The comment at the head of a YAML file as Markdown: paragraphs and lists, without its first line, the title."""
    in_list = False
    for line in text.splitlines()[1:]:
        if not line.startswith("#"):
            return
        words = line.removeprefix("#").removeprefix(" ")
        point = _POINT.match(words)
        if point:
            number = f"**{point['number']}** " if point["number"] else ""
            yield f"- {number}{words[point.end() :]}"
            in_list = True
        elif in_list and words.startswith(" "):
            yield "  " + words.strip()
        elif words != "How it is read":
            yield from ("",) if in_list else ()
            yield words.strip()
            in_list = False


def _found_by(rubric: Rubric) -> Iterator[str]:
    if rubric.counts_points:
        yield f"The level is found by {decided_by(rubric)}."
    else:
        yield "A level is reached when all that it requires holds, the named share of what supports it, and all lower levels."
    stated = sum(not any(hasattr(leaf, "practice") for leaf in leaves(item.requires)) for item in rubric.items)
    weak = sum(item.lack for item in rubric.items)
    yield f"{len(rubric.items)} items, {weak} of them weaknesses that earn nothing; {stated} can only be stated by somebody."


def _level(level: Level, rubric: Rubric) -> tuple[str, str, str, str]:
    if level.above is not None:
        takes = f"more than {counted(level.above, rubric.unit)}"
    elif level.at_least is not None:
        takes = f"{counted(level.at_least, rubric.unit)} or more"
    else:
        required = sum(item.required for item in level.items)
        share = f"{round(100 * level.supporting_share)}% of the supporting ones" if level.supporting_share else ""
        takes = ", ".join(part for part in (f"{required} required" if required else "", share) if part)
    return str(level.level), level.title, level.about, takes or "nothing"


def _items(items: Iterable[Item], rubric: Rubric) -> list[str]:
    titles = {section.id: section.title for section in rubric.sections}
    rows = (
        (
            item.text,
            titles.get(item.section, ""),
            kind_of(item, rubric),
            _asks(item, rubric),
            item.note,
            f"`{item.source}`",
        )
        for item in items
    )
    return _table(("statement", "column", "kind", "asks", "note", "source"), rows)


def _asks(item: Item, rubric: Rubric) -> str:
    words = ("overcome by " if item.lack else "") + _linked(in_words(item.requires))
    if item.partial:
        words += f"; {counted(item.partial.points, rubric.unit)} for {_linked(in_words(item.partial.requires))}"
    return words


# ---- crosswalks ----


def crosswalk_page(crosswalk: Crosswalk, text: str) -> str:
    """A crosswalk: what supports each control, and what people have to state. `text` is its YAML."""
    source = _source(crosswalk.source, crosswalk.edition, crosswalk.url, crosswalk.licence)
    lines = [f"# {crosswalk.title}", "", _MADE, "", crosswalk.about, "", *source, f"- Scope: {crosswalk.scope}"]
    lines += ["", "## How it is read", "", *_head_comment(text)]
    for group in crosswalk.groups:
        rows = (_control(control) for control in group.controls)
        head = ("control", "in our words", "supported by", "to be stated in any case", "note")
        lines += ["", f"## {group.title}", *_table(head, rows)]
    return _page(lines)


def _control(control: Control) -> tuple[str, str, str, str, str]:
    supports = "; ".join(_linked(in_words(entry)) for entry in control.supports)
    return control.control, control.text, supports, control.attest, control.note
