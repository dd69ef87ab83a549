"""DVC: stages of dvc.yaml, what dvc.lock and *.dvc track, remotes; Git LFS patterns and pointers."""

from __future__ import annotations

import re
from dataclasses import replace

from assessor.facts.commands import Command, Target
from assessor.facts.file import EMPTY, FileFacts
from assessor.facts.place import Setting
from assessor.facts.project_files import DataVersion
from assessor.readers.syntax import shell
from assessor.readers.syntax.yaml_tree import Node, YamlProblem, load_one

_HASHES = ("md5", "etag", "checksum", "hash")


def matches(path: str) -> bool:
    name = path.rpartition("/")[2]
    return (
        name in ("dvc.yaml", "dvc.lock", ".gitattributes")
        or (name.endswith(".dvc") and len(name) > 4)
        or path.endswith(".dvc/config")
    )


def read(path: str, text: str) -> FileFacts:
    """Return stages, tracked outs or settings, by the file's name."""
    name = path.rpartition("/")[2]
    if name == ".gitattributes":
        return FileFacts(settings=_lfs_patterns(text))
    if path.endswith(".dvc/config"):
        return FileFacts(settings=_remotes(text))
    try:
        root = load_one(text)
    except YamlProblem as problem:
        return FileFacts(problems=((problem.line, problem.reason),))
    if name == "dvc.yaml" and root.get("stages").duplicates:
        twice, line = root.get("stages").duplicates[0]
        return FileFacts(problems=((line, f"DVC refuses the file: stage {twice} is defined twice"),))
    if name == "dvc.yaml":
        return FileFacts(targets=tuple(_stages(root)))
    if name == "dvc.lock":
        return FileFacts(data_versions=tuple(v for _, stage in root.get("stages").items() for v in _outs(stage)))
    return FileFacts(data_versions=tuple(_outs(root)))


def read_lfs_pointer(path: str, text: str) -> FileFacts:
    """A Git LFS pointer tracks the file in whose place it stands (git-lfs specification, version 1)."""
    tracked = re.search(r"^oid sha256:[0-9a-f]{64}$", text[:400], re.MULTILINE) is not None
    return FileFacts(data_versions=(DataVersion("git-lfs", path, 1, tracked),)) if tracked else EMPTY


def _lfs_patterns(text: str) -> tuple[Setting, ...]:
    found: list[Setting] = []
    for number, line in enumerate(text.splitlines()[:2_000], start=1):
        if "filter=lfs" in line and not line.lstrip().startswith("#"):
            found.append(Setting(f"lfs.{len(found)}", line.split()[0], number))
    return tuple(found)


def _remotes(text: str) -> tuple[Setting, ...]:
    section = ""
    found: list[Setting] = []
    for number, line in enumerate(text.splitlines()[:2_000], start=1):
        if head := re.match(r"\s*+\[\s*+['\"]?(\w++)\s*+(?:\"([^\"]++)\")?['\"]?\s*+\]", line):
            section = ".".join(part for part in head.groups() if part)
        elif "=" in line and not line.lstrip().startswith("#"):
            key, _, value = line.partition("=")
            if "secret" not in key and "password" not in key and "key" not in key:
                found.append(Setting(f"{section}.{key.strip()}", value.strip(), number))
    return tuple(found)


def _outs(node: Node) -> list[DataVersion]:
    found: list[DataVersion] = []
    for out in node.get("outs").each():
        tracked = any(out.get(name) for name in _HASHES)
        name = out.get("path").text
        if name:
            found.append(DataVersion("dvc", name, out.line, tracked))
    return found


def _stages(root: Node) -> list[Target]:
    found = []
    for key, node in root.get("stages").items():
        body = node.get("do") if node.get("do").is_map else node
        if not body.is_map or body.get("frozen").is_true:
            continue
        folder = body.get("wdir").text
        commands = []
        for item in body.get("cmd").each():
            for command in shell.parse(item.text, item.text_line, stops_on_error=True).commands:
                commands.append(_moved(command, folder))
        params = _params(body.get("params"))
        metrics = (*_names(body.get("metrics")), *_names(body.get("plots")))
        outs = (*_names(body.get("outs")), *metrics)
        inputs = (*_names(body.get("deps")), *params)
        found.append(Target("dvc", key.text, key.line, tuple(commands), (), inputs, outs, _names(body.get("metrics"))))
    return found


def _moved(command: Command, folder: str) -> Command:
    return replace(command, cwd=f"{folder}/{command.cwd}".rstrip("/")) if folder else command


def _names(node: Node) -> tuple[str, ...]:
    """Items that are a path, or a map of a path to options."""
    found = []
    for item in node.each():
        found += [item.text] if item.kind == "scalar" else [key.text for key, _ in item.items()]
    return tuple(found)


def _params(node: Node) -> tuple[str, ...]:
    found = []
    for item in node.each():
        if item.kind == "scalar":
            found.append(f"params.yaml:{item.text}")
        for key, value in item.items():
            names = value.texts()
            found += [f"{key.text}:{name}" for name in names] or [f"{key.text}:"]
    return tuple(found)
