"""Files for other repositories: what cookiecutter, copier, `databricks bundle init` and the like write when they are run.

Known by their path: a placeholder in the name of the file or a folder, or a suffix of a template engine behind that of
code or configuration. A page that a web application renders (`page.html.j2`) is no such file.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ENGINE = re.compile(r"\.(?:tmpl|jinja2?|j2|cookiecutter|copier|mustache|ejs\.t)$", re.IGNORECASE)
_MADE = re.compile(
    r"(?:\.(?:py|ipynb|r|rmd|jl|scala|java|go|ya?ml|toml|cfg|ini|json|md|rst|txt|sh|sql|tf|bicep|mk|lock)"
    r"|(?:^|/)(?:Dockerfile[\w.-]*|Makefile|Jenkinsfile|Snakefile|\.[\w.-]+))$",
    re.IGNORECASE,
)
_BY_OTHERS = re.compile(r"\.(?:ya?ml|json|ini|cfg|conf|md|txt|sh|sql)$", re.IGNORECASE)
"""What Ansible, Helm and applications keep as `*.j2` for this repository's own use."""
_PLACEHOLDER = re.compile(r"\{\{-?(.{0,200}?)-?\}\}|\{%.{0,200}?%\}")
_NAME = re.compile(r"[A-Za-z_]\w*")


@lru_cache(maxsize=4096)
def made_from(path: str) -> str | None:
    """The path that a template's file is written to, below the folder that is made; None for a file that is none."""
    plain = _ENGINE.sub("", path)
    has_engine = plain != path and _MADE.search(plain) is not None
    if path.lower().endswith((".j2", ".mustache")) and _BY_OTHERS.search(plain):
        has_engine = False
    if not has_engine and "{{" not in path:
        return None
    parts = plain.split("/")
    first = next((at for at, part in enumerate(parts[:-1]) if "{{" in part), -1)
    return "/".join(filled(part) for part in parts[first + 1 :])


def filled(text: str) -> str:
    """A text with the last name of each placeholder in its place: `{{cookiecutter.repo}}_app` is `repo_app`."""
    return _PLACEHOLDER.sub(_last_name, text)


def _last_name(found: re.Match[str]) -> str:
    names = _NAME.findall((found[1] or "").partition("|")[0])
    return names[-1] if names else ""
