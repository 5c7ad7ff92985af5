"""What benchmarks are asked with: turns, missing programs."""

from __future__ import annotations

import pytest

from benchmarks import _setup
from benchmarks._setup import LeftOut, Setup


def test_sides_take_turns() -> None:
    """Every second round goes the other way round, so that neither side always comes first."""
    assert list(Setup(rounds=3).turns(["a", "b"])) == ["a", "b", "b", "a", "a", "b"]
    assert list(Setup(rounds=3).turns(["a", "b"], rounds=1)) == ["a", "b"]
    assert list(Setup(rounds=1).turns(["a", "b"], rounds=2)) == ["a", "b"]


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be done without it says so; a peer that is missing is left out by name, once."""
    monkeypatch.setattr(_setup.shutil, "which", lambda name: None)
    setup = Setup()
    with pytest.raises(LeftOut, match=r"needs nginx, openssl \(Debian: apt install nginx openssl\)"):
        setup.needs("nginx", "openssl")
    assert not setup.has("hey")
    assert not setup.has("hey")
    assert setup.autocannon() is None
    assert setup.left_out[0] == "hey (needs the Debian package hey)"
    assert len(setup.left_out) == len(set(setup.left_out))
    assert "left out: hey" in capsys.readouterr().err
