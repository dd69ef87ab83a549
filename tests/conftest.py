"""What the tests of whole audits share: repositories made in a folder, with a git history that is always the same."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import hypothesis
import pytest

from assessor.samples import LEFT_BEHIND as NO_CACHES
from assessor.samples import commit_files

__all__ = ["NO_CACHES", "commit_files", "write_files"]

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from playwright.sync_api import Browser

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads or writes the cache of who runs it; commands that tests start get this one too."""
    os.environ["MLOPS_ASSESSOR_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def no_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """How wide the terminal is from which the tests are started shows in no output."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True)
def own_memory_limit() -> Iterator[None]:
    """A command that a test calls in this process may bound its memory; what comes after it, a browser, is not bound."""
    try:
        import resource
    except ImportError:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Write `files` (relative path to text) below `folder`, byte for byte, and return the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium; without one a test fails where CI runs, and is skipped elsewhere."""
    program = next((path for name in _CHROMIUM if (path := shutil.which(name))), None)
    if program is None:
        missing = "no Chromium here (Debian and Ubuntu: sudo apt-get install chromium)"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
