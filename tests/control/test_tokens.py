"""Tokens are kept as hashes in a file of one's own, and checked without telling more than needed."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hms_esr.control.tokens import TokenFile
from hms_esr.errors import BadInput, EnvironmentProblem
from tests.house.sources import ROOT

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_the_file_is_nobodys_else_and_holds_no_token(tmp_path: Path) -> None:
    """Mode 600, and neither the text nor its secret part stands in it."""
    file = TokenFile(tmp_path / "deep" / "tokens.json")
    text, token = file.make("run", name="ci")
    assert file.path.stat().st_mode & 0o777 == 0o600
    kept = file.path.read_text()
    assert text.split("_", 2)[2] not in kept and token.sha256 in kept
    assert file.check(text) == (token, "")


@pytest.mark.parametrize("end", ["", "x", "_", " "])
def test_a_changed_text_is_unknown(tmp_path: Path, end: str) -> None:
    """Whatever is added or cut."""
    file = TokenFile(tmp_path / "tokens.json")
    text, _ = file.make("run")
    changed = text + end if end else text[:-1]
    assert file.check(changed) == (None, "unknown")


def test_a_token_ends_when_its_time_is_over(tmp_path: Path) -> None:
    """Good until the moment, expired from it on."""
    now = [NOW]
    file = TokenFile(tmp_path / "tokens.json", lambda: now[0])
    text, token = file.make("observe", lasts=timedelta(days=7))
    now[0] = NOW + timedelta(days=7, seconds=-1)
    assert file.check(text) == (token, "")
    now[0] = NOW + timedelta(days=7)
    assert file.check(text) == (None, "expired")


def test_revoking_by_name_or_id(tmp_path: Path) -> None:
    """A name two tokens have is not enough; an unknown one is refused with those that are known."""
    file = TokenFile(tmp_path / "tokens.json")
    text, one = file.make("run", name="ci")
    file.make("run", name="ci")
    with pytest.raises(BadInput, match="several"):
        file.revoke("ci")
    file.revoke(one.ident)
    assert file.check(text) == (None, "revoked")
    with pytest.raises(BadInput, match=one.ident):
        file.revoke("nobody")


@pytest.mark.parametrize(("text", "mode", "says"), [("{", 0o600, "no file of tokens"), ("{}", 0o644, "chmod 600")])
def test_a_file_that_is_not_ours_is_refused(tmp_path: Path, text: str, mode: int, says: str) -> None:
    """Damaged, or open to others."""
    path = tmp_path / "tokens.json"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(EnvironmentProblem, match=says):
        TokenFile(path).tokens()


def test_the_commands(tmp_path: Path) -> None:
    """create prints the token once, list shows all but their texts, revoke ends one."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hms_esr", "token", *arguments, "--tokens", str(tmp_path / "tokens.json")]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    made = call("create", "--scope", "observe", "--expires", "7d", "--name", "wall")
    text = made.stdout.strip()
    assert made.returncode == 0 and text.startswith("esr_") and "not shown again" in made.stderr
    listed = call("list").stdout
    assert "wall" in listed and text not in listed and text.split("_", 2)[2] not in listed
    assert call("revoke", "wall").returncode == 0
    assert "revoked" in call("list").stdout
    assert call("create", "--scope", "run", "--expires", "soon").returncode == 2
