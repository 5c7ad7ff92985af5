"""Owns what an answer says for itself: the message of one that says no, the words for a status, the way to an outcome.

Knows nothing of what is done about it.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from hms_esr.errors import StepFailed
from hms_esr.html.page import page_of
from hms_esr.http.json_text import read_json
from hms_esr.http.response import HttpAnswer
from hms_esr.http.url import join

_LONGEST_ERROR = 200
_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.I)
_JSON_MESSAGES = ("error", "message", "detail", "title", "errors", "error_description", "msg")


def status_link(answer: HttpAnswer) -> str | None:
    """Where the outcome can be looked up: ``Link: …; rel=status``, ``status_url`` in JSON, ``rel="status"`` in HTML."""
    for value in answer.header_all("link"):
        for match in _LINK.finditer(value):
            rel = _REL.search(match[2])
            if rel and "status" in (rel[1] or rel[2] or "").lower().split():
                return join(answer.url, match[1].strip()).url
    if answer.media_type.endswith("json"):
        found = _parsed(answer)
        address = found.get("status_url") if isinstance(found, dict) else None
        return join(answer.url, address).url if isinstance(address, str) and address else None
    if b"status" not in answer.body:
        return None
    return page_of(answer).link("status")


def error_text(answer: HttpAnswer) -> str:
    """What a person would read of an answer that says no, at most 200 characters; empty when it says nothing."""
    try:
        if answer.media_type.endswith("json"):
            text = _json_message(_parsed(answer), 3)
        elif answer.media_type in ("text/html", "application/xhtml+xml"):
            text = page_of(answer).message()
        elif answer.media_type in ("text/plain", ""):
            text = answer.text.strip().partition("\n")[0]
        else:
            text = ""
    except StepFailed:
        return ""
    return _one_line(text)


def alert_text(answer: HttpAnswer) -> str:
    """What an answer's page says went wrong, whatever its status, at most 200 characters; empty when nothing."""
    if answer.media_type not in ("text/html", "application/xhtml+xml"):
        return ""
    try:
        return _one_line(page_of(answer).alert())
    except StepFailed:
        return ""


def _one_line(text: str) -> str:
    text = " ".join("".join(c if c.isprintable() else " " for c in text[:2000]).split())
    return text if len(text) <= _LONGEST_ERROR else text[: _LONGEST_ERROR - 1].rstrip() + "…"


def _parsed(answer: HttpAnswer) -> Any:
    try:
        return read_json(answer.body)
    except (ValueError, RecursionError):
        return None


def _json_message(found: Any, depth: int) -> str:
    if isinstance(found, str):
        return found
    if depth and isinstance(found, dict):
        for key in _JSON_MESSAGES:
            text = _json_message(found.get(key), depth - 1)
            if text:
                return text
    if depth and isinstance(found, list) and found:
        return _json_message(found[0], depth - 1)
    return ""


def phrase(status: int) -> str:
    """The usual words for an HTTP status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"status {status}"
