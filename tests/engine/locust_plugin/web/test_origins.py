"""Who may speak with the web UI."""

from __future__ import annotations

from hms_esr.engine.locust_plugin.web.origins import is_loopback, refusal
from tests.each import each

HERE = "127.0.0.1"


@each(
    ("host", "origin", "site", "method", "bound_to", "allowed"),
    [
        ("127.0.0.1:8089", None, None, "POST", HERE, True),
        ("localhost:8089", "http://localhost:8089", "same-origin", "POST", HERE, True),
        ("[::1]:8089", None, None, "GET", "::1", True),
        ("127.0.0.1:8089", "http://evil.example", "cross-site", "POST", HERE, False),
        ("127.0.0.1:8089", "http://127.0.0.1:9999", "same-site", "POST", HERE, False),
        ("127.0.0.1:8089", "null", None, "POST", HERE, False),
        ("127.0.0.1:8089", "http://evil.example", "cross-site", "GET", HERE, False),
        ("127.0.0.1:8089", None, "cross-site", "POST", HERE, False),
        ("127.0.0.1:8089", None, "cross-site", "GET", HERE, True),
        ("evil.example:8089", "http://evil.example:8089", "same-origin", "POST", HERE, False),
        ("127.evil.example", None, None, "GET", HERE, False),
        ("", None, None, "GET", HERE, False),
        ("load.example", "http://load.example", "same-origin", "POST", "0.0.0.0", True),
        ("load.example", "http://evil.example", "cross-site", "POST", "0.0.0.0", False),
    ],
)
def test_other_sites_are_refused(
    host: str, origin: str | None, site: str | None, method: str, bound_to: str, allowed: bool
) -> None:
    """Only its own pages, and programs; on this machine only under this machine's names."""
    assert (refusal(host, origin, site, method, bound_to=bound_to) == "") is allowed


def test_what_this_machine_alone_is() -> None:
    """Loopback names and addresses; everything else, and every address, is not."""
    assert all(is_loopback(host) for host in ("localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"))
    assert not any(is_loopback(host) for host in ("", "*", "0.0.0.0", "10.0.0.1", "127.evil.example", "example.org"))
