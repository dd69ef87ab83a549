"""No command runs a program of the audited repository, opens a connection, or opens a file that is none of its business.

Each command runs under strace in a repository full of canaries: every setting of git that names a program, hooks,
filters, modules by the names of those that we import, and links, includes and addresses that lead out of it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from assessor.cli import cli
from assessor.snapshot.git_process import git_program
from tests.conftest import commit_files, write_files

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed (.ci/system_packages.sh does it)"),
]

ROOT = Path(__file__).parents[1]
MODULES = (
    "git",
    "yaml",
    "json",
    "click",
    "assessor",
    "sitecustomize",
    "usercustomize",
    "pydantic",
    "conftest",
    "weasyprint",
)
PROGRAMS = (
    "core.fsmonitor", "core.pager", "core.editor", "core.askPass", "core.sshCommand", "core.gitProxy", "core.alternateRefsCommand",
    "credential.helper", "diff.external", "diff.canary.textconv", "diff.canary.command", "filter.canary.clean", "filter.canary.smudge",
    "filter.canary.process", "gpg.program", "uploadpack.packObjectsHook", "alias.rev-list", "pager.for-each-ref", "sequence.editor",
)  # fmt: skip
FILES = {
    "train.py": "import mlflow\nfrom sklearn.linear_model import LogisticRegression\nLogisticRegression().fit([[1]], [1])\n",
    ".github/workflows/ci.yml": "on: push\njobs: {a: {runs-on: x, steps: [{uses: 'https://canary.invalid/a'}, {run: ./fire}, {run: make}]}}\n",
    ".gitlab-ci.yml": "include:\n  - remote: https://canary.invalid/ci.yml\n  - local: /../../outside/ci.yml\n",
    "Makefile": "include ../outside/x.mk\nall:\n\t$(shell ./fire)\n",
    "requirements.txt": "-r ../outside/requirements.txt\n--index-url https://canary.invalid/simple\ngit+https://canary.invalid/a#egg=b\n",
    "dvc.yaml": "stages: {a: {cmd: ./fire, deps: [../outside/data], outs: [m]}}\n",
    ".gitattributes": "* filter=canary diff=canary\n",
    "pyproject.toml": "[build-system]\nrequires = ['canary']\nbuild-backend = 'fire'\nbackend-path = ['.']\n",
    "assessor.yaml": "profile: prototype\n",
    "logo.svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://canary.invalid/x.png"/></svg>\n',
    "README.md": "# A\n![x](https://canary.invalid/x.png)\n",
}  # fmt: skip

COMMANDS = (
    "audit . --format json --output {out}/a.json --format html --output {out}/a.html --format md --output {out}/a.md",
    "audit . --ref HEAD --format json --output {out}/b.json",
    "audit . --format pdf --output {out}/a.pdf",
    "gate . --min-level 1", "plan .", "history .", "compare {out}/a.json {out}/b.json", "report {out}/a.json --format html --output {out}/r.html",
    "config show .", "config check .", "config init .", "baseline write . --output {out}/baseline.json", "init . --ci github",
    "fleet {repository} --format jsonl --output {out}/f.jsonl", "verify {out}/a.json --repo {repository}", "explain experiments.tracking", "practices", "tools", "rubrics", "schema", "cache info",
    "cache clear", "demo --output {out}/demo.html", "rubrics check {root}/rubrics/google.yaml",
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the repository, what lies beside it, a home with things to steal, and where we may write."""
    top = tmp_path_factory.mktemp("canary")
    fire = f"#!/bin/sh\ntouch {top}/fired\n"
    files = FILES | {f"{name}.py": f"open({str(top / 'fired')!r}, 'w')\n" for name in MODULES}
    for name in ("outside", "home/.ssh", "out", "cache", "tmp"):
        (top / name).mkdir(parents=True)
    for name in ("outside/ci.yml", "outside/requirements.txt", "outside/x.mk", "home/.netrc", "home/.ssh/id_rsa"):
        (top / name).write_text("[stolen]\n\tit = yes\n")
    (top / "home/.gitconfig").write_text(f"[core]\n\tfsmonitor = {top}/repository/fire\n")
    root = top / "repository"
    root.mkdir()
    commit = {"author": "A <a@b.org>", "date": "2024-01-01T03:04:05Z", "message": "m", "files": "all"}
    commit_files(write_files(root, files), {"commits": [commit]})
    (root / "linked.py").symlink_to(top / "outside/ci.yml")
    (root / "conf").symlink_to(top / "outside")
    hooks = [
        root / ".git/hooks" / name
        for name in ("post-checkout", "post-index-change", "fsmonitor-watchman", "pre-commit")
    ]
    for program in (
        *hooks,
        root / "fire",
        *(root / name for name in ("git", "ps", "gcc", "cc", "ld", "ldconfig", "objdump")),
    ):
        program.parent.mkdir(exist_ok=True)
        program.write_text(fire)
        program.chmod(0o755)
    for name in PROGRAMS:
        subprocess.run(["git", "config", name, f"{root}/fire"], cwd=root, check=True)
    for name, value in {
        "core.hooksPath": f"{root}/.git/hooks",
        "include.path": f"{top}/outside/x.mk",
        "core.worktree": str(root),
    }.items():
        subprocess.run(["git", "config", name, value], cwd=root, check=True)
    for name in ("a", "b"):
        traced(top, ["audit", ".", "--format", "json", "--output", f"{top}/out/{name}.json"])
    return top


def traced(place: Path, words: list[str]) -> tuple[int, str]:
    """The exit code of a command that runs in the repository, and what strace saw of it and its children."""
    log = place / "tmp/strace.log"
    environment = {"PATH": f":.:{os.environ['PATH']}", "HOME": str(place / "home"), "TMPDIR": str(place / "tmp"),
                   "MLOPS_ASSESSOR_CACHE": str(place / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
    command = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-s",
        "4096",
        "-e",
        "trace=%network,open,openat,execve",
        "-o",
        str(log),
    ]
    start = f"import sys; sys.path.append({str(ROOT)!r}); sys.argv = ['assessor', *{words!r}]; from assessor.__main__ import run; sys.exit(run())"
    done = subprocess.run(
        [*command, sys.executable, "-I", "-c", start],
        cwd=place / "repository",
        env=environment,
        capture_output=True,
        timeout=300,
    )
    return done.returncode, done.stderr.decode("utf-8", "replace") + log.read_text("utf-8", "replace")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_keeps_to_its_own(place: Path, command: str) -> None:
    code, seen = traced(place, command.format(out=place / "out", repository=place / "repository", root=ROOT).split())
    assert code in (0, 1, 4), seen[:500]
    assert not (place / "fired").exists()
    assert not re.findall(
        r".*\b(?:socket|connect|sendto|bind)\((?!AF_UNIX|AF_NETLINK).*(?:AF_INET|htons|inet_addr).*", seen
    )
    started = set(re.findall(r'execve\("([^"]+)".*= 0$', seen, re.MULTILINE))
    others = {
        name
        for name in started
        if Path(name).resolve() not in {Path(sys.executable).resolve(), Path(git_program()).resolve()}
    }
    assert all("/git-core/" in name for name in others), others
    allowed = [str(place / name) for name in ("repository", "out", "cache", "tmp")]
    opened = re.findall(r'(?:open|openat)\((?:[^",]+, )?"([^"]+)".*= \d+$', seen, re.MULTILINE)
    foreign = [
        name
        for name in opened
        if name.startswith(str(place)) and not name.startswith(tuple(allowed)) and name != str(place)
    ]
    assert not foreign
    system = (
        "/usr",
        "/lib",
        "/etc",
        "/proc",
        "/dev",
        "/sys",
        "/opt",
        "/var/cache/fontconfig",
        "/tmp",
        str(ROOT),
        str(own_git()),
        sys.prefix,
        sys.base_prefix,
    )
    assert not [
        name for name in opened if name.startswith("/") and not name.startswith((*allowed, str(place), *system))
    ]


def own_git() -> Path:
    """The git directory of the package itself, elsewhere for a linked worktree: `init` says of which commit it is."""
    words = ["git", "rev-parse", "--path-format=absolute", "--git-common-dir"]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    return Path(told.stdout.strip() or ROOT)


def test_no_command_is_left_out() -> None:
    context = click.Context(cli)
    wanted: list[str] = []
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        below = list(command.commands) if isinstance(command, click.Group) else []
        wanted += [f"{name} {word} " for word in below] or [f"{name} "]
    assert [words for words in wanted if not any(f"{asked} ".startswith(words) for asked in COMMANDS)] == []


def test_the_canaries_sing(place: Path) -> None:
    """The same settings do run a program where git is asked without care, so that the test above proves something."""
    fired = place / "fired"
    subprocess.run(["git", "status"], cwd=place / "repository", capture_output=True, check=False)
    assert fired.exists()
    fired.unlink()
