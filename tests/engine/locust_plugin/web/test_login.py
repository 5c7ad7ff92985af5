"""The file with the web UI's name and password."""

from __future__ import annotations

import pytest

from hms_esr.engine.locust_plugin.web.login import read_login
from hms_esr.errors import BadInput


def test_one_line_with_a_colon() -> None:
    """The first colon parts name and password; the password may hold more of them."""
    assert read_login("\nann: correct:horse:battery\n", "login") == ("ann", "correct:horse:battery")


@pytest.mark.parametrize(
    "text", ["", "ann", "ann:short", ":correct horse battery", "a:correct horse 1\nb:correct horse 2"]
)
def test_what_is_no_login(text: str) -> None:
    """Nothing, no name, a short password, two lines: refused, and the password is not repeated."""
    with pytest.raises(BadInput, match="one line name:password") as refused:
        read_login(text, "--web-login login")
    assert "short" not in str(refused.value)
