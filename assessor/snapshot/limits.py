"""How much of a repository is read. Each limit that bites is told as a blind spot; none is silent."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes. `max_depth` counts folders above a file; `git_seconds` is for one local git process."""

    max_files: int = 50_000
    max_file_bytes: int = 5_000_000
    max_notebook_bytes: int = 20_000_000
    max_total_bytes: int = 500_000_000
    max_copies: int = 1_000
    """Files that repeat one content, beyond the first 20 of each: a tree that names itself ten times over ten folders of
    depth holds ten thousand million of them in a kilobyte. The most met in 149 real repositories: 113."""
    max_depth: int = 40
    max_commits: int = 20_000
    git_seconds: float = 120.0
    clone_seconds: float = 1_800.0
    audit_seconds: float = 3_600.0
    """Wall time for reading and rating; files that come later are told as not read."""
    worker_bytes: int = 2_000_000_000
    """Memory of each process that reads files, beyond what it begins with."""
    jobs: int = field(default=0, repr=False)
    """Processes that read files at a time; 0: as many as the machine gives us. No answer depends on it."""

    def file_bytes(self, path: str) -> int:
        """The most bytes that a file of this name may have to be read."""
        return self.max_notebook_bytes if path.endswith(".ipynb") else self.max_file_bytes


DEFAULT_LIMITS = Limits()
