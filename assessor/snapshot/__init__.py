"""Which files a repository has at one state, their bytes and their roles."""

from assessor.facts.role import Role
from assessor.snapshot.content import blob_id, is_binary_path, is_text
from assessor.snapshot.history import History, Tag
from assessor.snapshot.limits import Limits
from assessor.snapshot.opening import open_snapshot
from assessor.snapshot.roles import refine_role, role_of
from assessor.snapshot.snapshot import FileEntry, Identity, Snapshot, SnapshotError, UnreadableFile

__all__ = [
    "FileEntry",
    "History",
    "Identity",
    "Limits",
    "Role",
    "Snapshot",
    "SnapshotError",
    "Tag",
    "UnreadableFile",
    "blob_id",
    "is_binary_path",
    "is_text",
    "open_snapshot",
    "refine_role",
    "role_of",
]
