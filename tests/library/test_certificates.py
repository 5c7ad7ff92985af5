"""Certificate files a scenario names: found beside it, refused with their place, never for strangers."""

from __future__ import annotations

from pathlib import Path

import pytest

from hms_esr.errors import BadInput
from hms_esr.library import load_scenario
from hms_esr.library.folders import document
from hms_esr.library.loading import read_scenario

REST = "name: x\nload: {people: 5, over: 1m}\njourneys: [{name: a, steps: [{visit: /}]}]\n"


def test_certificate_files_lie_beside_the_scenario_or_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scenario's folder comes first, then the working directory; whole paths are taken as they are."""
    for name in ("there/ca.pem", "there/s.yml", "ca.pem", "me.crt", "elsewhere/me.key"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    key = tmp_path / "elsewhere" / "me.key"
    (tmp_path / "there/s.yml").write_text(f"http: {{ca: ca.pem, cert: me.crt, key: {key}}}\n{REST}")
    http = load_scenario("there/s.yml").scenario.http
    assert (http.ca, http.cert, http.key) == (str(tmp_path / "there/ca.pem"), str(tmp_path / "me.crt"), str(key))


@pytest.mark.parametrize(
    ("http", "expected"),
    [
        ("{ca: gone.pem}", "s.yml:1:12  no file 'gone.pem' in the scenario's folder or here"),
        ("{cert: s.yml, key: ..}", "s.yml:1:26  no file '..' in the scenario's folder or here"),
        ("{key: s.yml}", "s.yml:1:13  a key belongs to a certificate; name it too, as cert"),
    ],
)
def test_wrong_certificate_files_are_told_with_their_place(
    http: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is started."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yml").write_text(f"http: {http}\n{REST}")
    with pytest.raises(BadInput) as caught:
        load_scenario("s.yml")
    assert str(caught.value).strip() == expected


def test_scenarios_that_were_sent_in_use_no_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They would go out with the authority of whoever runs the server."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "me.pem").touch()
    (tmp_path / "s.yml").write_text(f"http: {{cert: me.pem}}\n{REST}")
    with pytest.raises(BadInput, match="certificate files cannot be used by scenarios that were sent in"):
        read_scenario(document(tmp_path / "s.yml"), trusted=False)
