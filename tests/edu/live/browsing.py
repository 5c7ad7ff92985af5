"""Owns opening a run's page in a browser such that its connection stands. Knows nothing of what pages show."""

from __future__ import annotations

from typing import Any


def open_connected(page: Any, url: str) -> Any:
    """Go there, and wait until the page has asked for news: cut or closed before, it says so on its console.

    The answer is that of the page itself.
    """
    asked: list[Any] = []
    page.on("websocket", lambda one: one.on("framesent", lambda frame: asked.append(frame)))
    with page.expect_websocket() as connection:
        answer = page.goto(url)
    if not asked:
        connection.value.wait_for_event("framesent")
    return answer
