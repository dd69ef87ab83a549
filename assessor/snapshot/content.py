"""Telling text from binary content, by name before a file is read and by bytes after."""

from __future__ import annotations

import codecs
import hashlib


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


DATA_SUFFIXES = words(
    """.csv .tsv .parquet .feather .arrow .avro .orc .npy .npz .h5 .hdf5 .hdf .nc .zarr .mat .sav .dta .rds .rda
    .rdata .pkl .pickle .joblib .dill .jsonl .ndjson .jsonlines .xls .xlsx .xlsm .ods .sqlite .sqlite3 .db .duckdb
    .mdb .tfrecord .tfrecords .recordio .lmdb .pt .pth .ckpt .onnx .safetensors .pb .tflite .mlmodel .keras
    .weights .gguf .ggml .bin .caffemodel .params .cbm .ubj .model .geojson .shp .shx .dbf .gpkg .arff .libsvm
    .svmlight .hea .dcm .nii .las .laz .pcd .ply"""
)
"""Suffixes of data sets and trained models (file formats of the usual Python, R and ML libraries)."""

_MEDIA_SUFFIXES = words(
    """.png .jpg .jpeg .gif .bmp .tif .tiff .webp .ico .icns .heic .psd .ai .eps .mp3 .wav .flac .ogg .m4a .mp4 .avi
    .mov .mkv .webm .pdf .doc .docx .ppt .pptx .odt .odp .ttf .otf .woff .woff2 .eot"""
)

_ARCHIVE_SUFFIXES = words(
    """.zip .tar .gz .tgz .bz2 .xz .7z .rar .zst .lz4 .jar .war .ear .whl .egg .deb .rpm .dmg .iso .exe .dll .so
    .dylib .a .o .lib .obj .pyc .pyo .pyd .class .wasm .node .swp .ds_store .p12 .pfx .jks"""
)

_TEXT_DATA = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".jsonlines", ".geojson", ".arff", ".params", ".model"})

BINARY_SUFFIXES = (DATA_SUFFIXES - _TEXT_DATA) | _MEDIA_SUFFIXES | _ARCHIVE_SUFFIXES
"""Suffixes of files that no reader can read; they are listed, never opened."""


def suffix_of(path: str) -> str:
    """The last suffix of a path in lower case with its dot; a dot file's whole name (`.ds_store`)."""
    name = path.rpartition("/")[2].lower()
    dot = name.rfind(".")
    return name[dot:] if dot >= 0 else ""


def is_binary_path(path: str) -> bool:
    """The name says that the content is no text."""
    return suffix_of(path) in BINARY_SUFFIXES


def is_text(data: bytes) -> bool:
    """No NUL byte in the first 8,000 bytes: git's own rule (xdiff-interface.c, buffer_is_binary)."""
    return b"\0" not in data[:8000]


_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


def encoding_of(path: str, data: bytes) -> str:
    """The encoding that a byte order mark tells, else UTF-8; programs that read UTF-8 alone (Python's) do not look at it."""
    if path.endswith((".py", ".ipynb", ".sh")):
        return "utf-8"
    return next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")


def blob_id(data: bytes, algorithm: str = "sha1") -> str:
    """The id that git would give these bytes as a blob."""
    digest = hashlib.new(algorithm, b"blob %d\0" % len(data), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest()
