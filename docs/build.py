"""Write the pages of the documentation that are made from the YAML: `python -m docs.build`."""

from __future__ import annotations

from pathlib import Path

from assessor.catalog.practices import load_practices
from assessor.catalog.reads import load_reads
from assessor.catalog.tools import load_tools
from assessor.render.reference import pages as reference
from assessor.resources import data_folder
from assessor.rubric.loading import crosswalk_names, shipped_crosswalk, shipped_names, shipped_rubric

DOCS = Path(__file__).parent


def pages() -> dict[Path, str]:
    """Each page that is made, by its place."""
    rubrics = [shipped_rubric(name) for name in shipped_names()]
    tools = load_tools()
    found = {
        DOCS / "practices.md": reference.practices_page(load_practices(), tools, rubrics),
        DOCS / "tools.md": reference.tools_page(tools),
        DOCS / "reads.md": reference.reads_page(load_reads()),
    }
    for rubric in rubrics:
        found[DOCS / "rubrics" / f"{rubric.id}.md"] = reference.rubric_page(rubric, _yaml(rubric.id))
    for name in crosswalk_names():
        found[DOCS / "rubrics" / f"{name}.md"] = reference.crosswalk_page(shipped_crosswalk(name), _yaml(name))
    return found


def _yaml(name: str) -> str:
    return (data_folder("rubrics") / f"{name}.yaml").read_text("utf-8")


def main() -> None:
    made = pages()
    for old in (DOCS / "rubrics").glob("*.md"):
        if old not in made:
            old.unlink()
    for path, text in made.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
