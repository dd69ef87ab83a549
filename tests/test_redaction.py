"""No value of a secret in the audited repository reaches a fact, a report or the cache."""

from __future__ import annotations

import sqlite3
import stat
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.__main__ import main
from assessor.readers.texts.redaction import MASK, redacted
from tests.conftest import commit_files, write_files

PLANTED = {
    "ghp": "ghp_k3JdQm7RtZx9VbN2cL5wYp8HsAf4Ge6Ui0To",
    "pypi": "pypi-AgEIcHlwaS5vcmcCJGQ3ZTk0Zjk2LTQ1YzItNGU5MC1iNzQ3LTRkOTYyZDU1",
    "helm": "hunter2-Wq81",
    "aws": "wJalrXUtnFEMIK7MDENGbPxRfiCYzz81",
    "tok": "tok_9fj2Lq",
    "url": "n0tForYou",
    "mysql": "r00tOfAll",
    "curl": "kasimir7",
    "py": "Zq9!vTr4_ui",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlLWhlcmU",
    "tf": "pelican-Dust-55",
    "docker": "d0ckerB0x",
    "toml": "t0mlValue",
    "key": "MIIEowIBAAKCAQEAtHk9bGd3c2dhc2Rhc2Rhc2Rhc2Rh",
}
FILES = {
    ".github/workflows/ci.yml": f"""on: push
jobs:
  a:
    runs-on: x
    env: {{SERVICE_PASSWORD: {PLANTED["helm"]}}}
    steps:
    - run: pytest --api-token={PLANTED["ghp"]}
    - run: twine upload -p {PLANTED["pypi"]} dist/*
    - run: helm upgrade m ./c --set password={PLANTED["helm"]}
    - run: dvc remote add -d r s3://x --secret-access-key {PLANTED["aws"]}
    - run: kubectl set image deployment/m m=r/x:1 --token {PLANTED["tok"]}
    - run: pip install --index-url https://bob:{PLANTED["url"]}@pypi.invalid/simple mlflow
    - run: mysql -u root -p{PLANTED["mysql"]} shop
    - run: 'curl -u anna:{PLANTED["curl"]} https://x.invalid'
    - run: 'curl -H "Authorization: Bearer {PLANTED["jwt"]}" https://x.invalid'
    - run: python train.py
""",
    "Makefile": f"train:\n\tAPI_KEY={PLANTED['tok']} python train.py --password '{PLANTED['helm']}'\n",
    "Dockerfile": f"FROM python:3.11\nENV DB_PASSWORD {PLANTED['docker']}\nRUN login -p {PLANTED['docker']}\nCMD python train.py\n",
    "main.tf": f'resource "aws_db_instance" "d" {{\n  password = "{PLANTED["tf"]}"\n}}\n',
    "train.py": "import mlflow\nimport os\n"
    f'mlflow.set_tracking_uri("https://bob:{PLANTED["url"]}@mlflow.invalid")\n'
    f'mlflow.set_experiment(api_key="{PLANTED["py"]}")\n'
    'mlflow.log_param("a", os.environ["TOKEN"])\n',
    "a.ipynb": '{"cells": [{"cell_type": "code", "source": ["password = \\"' + PLANTED["py"] + '\\"\\n", "print(1)"]}]}',
    "config.toml": f'[db]\npassword = "{PLANTED["toml"]}"\n',
    "conf/app.yaml": f"db:\n  secret: &s {PLANTED['aws']}\nkey: |\n  -----BEGIN PRIVATE KEY-----\n  {PLANTED['key']}\n  -----END PRIVATE KEY-----\n",
    "docker-compose.yml": f"services:\n  a:\n    image: x\n    command: run --token {PLANTED['tok']}\n    environment: [API_TOKEN={PLANTED['ghp']}]\n",
    "package.json": f'{{"scripts": {{"train": "train --auth-token {PLANTED["tok"]}"}}}}',
    "tox.ini": f"[testenv]\nsetenv =\n  PASSWORD={PLANTED['helm']}\ncommands = pytest --password {PLANTED['helm']}\n",
    "README.md": f"# A\n\nRun `train --token {PLANTED['ghp']}`.\n",
    "broken.yml": f"password: {PLANTED['helm']}\n  x: [\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_files(tmp_path_factory.mktemp("planted"), FILES)
    commit = {"author": "a <a@b>", "date": "2024-01-02T03:04:05Z", "message": "m", "files": "all"}
    return commit_files(root, {"commits": [commit]})


FORMS = ["terminal", "json", "html", "md", "md-long", "csv", "badge", "shields"]
GATE_FORMS = ["terminal", "json", "sarif", "junit", "gitlab", "github", "md", "azure", "teamcity"]


@pytest.mark.parametrize(
    "words",
    [
        *(["audit", "{root}", "--format", form] for form in FORMS),
        ["audit", "{root}", "-v"],
        ["plan", "{root}", "--format", "json"],
        *(["gate", "{root}", "--require", "ci.ml=automated", "--format", form] for form in GATE_FORMS),
    ],
    ids=" ".join,
)
def test_no_report_holds_a_value(capsys: pytest.CaptureFixture[str], planted: Path, words: list[str]) -> None:
    main([word.format(root=planted) for word in words])
    told = capsys.readouterr()
    assert told.out
    assert [name for name, value in PLANTED.items() if value in told.out + told.err] == []


def test_the_commands_are_still_told(capsys: pytest.CaptureFixture[str], planted: Path) -> None:
    main(["audit", str(planted), "--format", "json"])
    out = capsys.readouterr().out
    assert f"pytest --api-token={MASK}" in out
    assert '"governance.secrets"' in out
    assert "github token stands in the tree" in out


def test_no_kept_row_holds_a_value(
    capsys: pytest.CaptureFixture[str], planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_ASSESSOR_CACHE", str(tmp_path / "cache"))
    main(["audit", str(planted)])
    file = next((tmp_path / "cache").glob("*.sqlite"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = sqlite3.connect(file).execute("SELECT value FROM answer").fetchall()
    assert len(rows) > len(FILES) // 2
    kept = b"".join(zlib.decompress(value[16:]) for (value,) in rows) + file.read_bytes()
    assert [name for name, value in PLANTED.items() if value.encode() in kept] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("ci.yml", "permissions: {id-token: write}\n"),
        ("ci.yml", "with: {password: '${{ secrets.PYPI }}'}\n"),
        ("run.sh", 'login --token $TOKEN --password "$(cat /run/secret)"\n'),
        ("run.sh", ': "${TOKEN:?set TOKEN}"\necho "${PASSWORD?is missing}"\n'),
        ("run.sh", "mkdir -p build/out; docker run -p 8080:80 x; pytest -p no:cacheprovider\n"),
        ("a.py", "password = os.environ['PASSWORD']\ntoken = get_token(x)\ntokenizer.pad_token = '[PAD]x'\n"),
        ("a.py", "columns = ['token', 'label_of_row']\n"),
        ("drone.yml", "from_secret: docker_password\n"),
        ("k8s.yaml", "secretKeyRef: {name: db-secret, key: password}\n"),
        ("a.sh", "git clone https://github.com/a/b@v1 && pip install git+https://${TOKEN}@github.com/a/b\n"),
    ],
)
def test_what_is_no_value_stays(path: str, text: str) -> None:
    assert redacted(path, text) == text


@given(st.text(max_size=400), st.sampled_from(["a.py", "a.yml", "a.sh", "a.json", "Dockerfile"]))
def test_lines_stay_where_they_are(text: str, path: str) -> None:
    done = redacted(path, f"password={text}\n--token {text}")
    assert done.count("\n") == text.count("\n") * 2 + 1
    assert redacted(path, done).count("\n") == done.count("\n")
