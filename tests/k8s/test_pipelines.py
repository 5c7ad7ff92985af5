"""The pipelines of docs/ci.md are what GitHub and GitLab read, and call options that there are."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from hms_esr.cli.run import command
from tests.house.documents import blocks

PAGE = "docs/ci.md"
SCHEMAS = {".github/workflows/rehearsal.yml": "vendor.github-workflows", ".gitlab-ci.yml": "vendor.gitlab-ci"}


def _shown(file: str) -> str:
    return next(block.content for block in blocks(PAGE) if block.file == file)


@pytest.mark.parametrize("file", SCHEMAS)
def test_a_pipeline_is_valid(file: str, tmp_path: Path) -> None:
    """The vendor's own schema takes it, and refuses it with a key too many."""
    text = _shown(file)
    for number, (content, valid) in enumerate(((text, True), (text + "\nnonsense: {scripts: 1}\njobs: 3\n", False))):
        (tmp_path / f"{number}.yml").write_text(content, encoding="utf-8")
        words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMAS[file], f"{number}.yml"]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) is valid, done.stdout + done.stderr


@pytest.mark.parametrize("file", SCHEMAS)
def test_a_pipeline_calls_options_that_there_are(file: str) -> None:
    """``hms-esr run`` reads what the pipeline calls it with."""
    script = " ".join(_texts(yaml.safe_load(_shown(file)))).replace("\\\n", " ")
    called = re.search(r"(?:hms-esr|hms-esr:0\.1\.0 +) ?run (.*--quiet)", script)
    assert called is not None
    told, _, _ = command.make_parser(click.Context(command)).parse_args(shlex.split(called[1]))
    assert told["strict"] and told["target"].startswith("http")


@pytest.mark.parametrize("file", SCHEMAS)
def test_a_pipeline_keeps_report_and_junit_also_when_it_failed(file: str) -> None:
    """Artifacts are kept always."""
    text = _shown(file)
    assert "junit.xml" in text
    assert "when: always" in text or text.count("if: always()") == 2


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []
