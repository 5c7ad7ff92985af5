"""Owns the city's HTML: the page around everything, forms from their definition, messages. All text is escaped.

Knows nothing of services or sessions; tokens and values are handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape

from hms_esr.city.uploads import ACCEPT, problem
from hms_esr.city.wire import CityRequest, UploadedFile

TOKEN = "csrf_token"

STYLE = b"""body{font:1rem/1.5 system-ui,sans-serif;margin:0;color:#1b1b1b;background:#fff}
main,nav,.sim,footer{max-width:44rem;margin:0 auto;padding:.5rem 1rem}
.sim{background:#faf3d1;border-bottom:2px solid #e5a000}
nav a{margin-right:1rem}label{display:block;margin-top:1rem;font-weight:600}
input,select,button{font:inherit;padding:.4rem}button{margin-top:1rem}
.error{border-left:.4rem solid #b50909;padding:.5rem 1rem;background:#f4e3db}fieldset{margin-top:1rem}
fieldset label{font-weight:400;margin:0}
"""

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="esr-sim" content="true"><title>"""
_TOP = """ - Mock City (simulation)</title><link rel="stylesheet" href="/style.css"></head><body>
<p class="sim" role="note">This is a simulation. Made-up people only: nothing here is real, no money moves.</p>
<nav aria-label="Services"><a href="/">Home</a> <a href="/apply-subsidy">Farm subsidy</a> \
<a href="/claims/new">Unemployment claim</a> <a href="/start">Passport renewal</a> \
<a href="/apply">Tuition grant</a> <a href="/permits/new">Building permit</a> """
_BOTTOM = "</main><footer><small>Mock City, part of HMS-ESR. Simulated.</small></footer></body></html>\n"


def page(title: str, body: str, person: str = "") -> bytes:
    """A whole page; ``body`` is HTML, ``title`` and ``person`` (who is logged in) are text."""
    who = f'<a href="/account">{escape(person)}</a>' if person else '<a href="/login">Log in</a>'
    heading = escape(title)
    return "".join((_HEAD, heading, _TOP, who, "</nav><main><h1>", heading, "</h1>", body, _BOTTOM)).encode()


def alert(message: str) -> str:
    """An error message people and screen readers notice."""
    return f'<p role="alert" class="error">{escape(message)}</p>' if message else ""


@dataclass(frozen=True, slots=True)
class CityField:
    """One input. ``kind``: text, email, tel, number, password, select, radio, checkbox, date, file, hidden.

    ``accept`` is the kind of file (see uploads); ``options`` are values of a select or radio, the first is preset for
    a radio; ``required_here`` is asked by the server too.
    """

    name: str
    label: str = ""
    kind: str = "text"
    required: bool = False
    autocomplete: str = ""
    options: tuple[str, ...] = ()
    accept: str = ""
    value: str = ""
    extra: str = ""

    def html(self, value: str = "") -> str:
        """The label and the input, holding ``value``."""
        value = value or self.value
        name = escape(self.name)
        if self.kind == "hidden":
            return f'<input type="hidden" name="{name}" value="{escape(value)}">'
        marks = f' autocomplete="{self.autocomplete}"' if self.autocomplete else ""
        marks += (" required" if self.required else "") + (f" {self.extra}" if self.extra else "")
        label = f'<label for="{name}">{escape(self.label)}</label>'
        if self.kind == "select":
            return f'{label}<select id="{name}" name="{name}"{marks}>{self._options(value)}</select>'
        if self.kind == "radio":
            return f"<fieldset><legend>{escape(self.label)}</legend>{self._radios(value)}</fieldset>"
        if self.kind == "checkbox":
            return f'<label><input type="checkbox" name="{name}" value="yes"{marks}> {escape(self.label)}</label>'
        if self.kind == "file":
            return f'{label}<input type="file" id="{name}" name="{name}" accept="{ACCEPT[self.accept]}"{marks}>'
        held = f' value="{escape(value)}"' if value else ""
        return f'{label}<input type="{self.kind}" id="{name}" name="{name}"{held}{marks}>'

    def _options(self, value: str) -> str:
        made = ['<option value="">Choose one</option>']
        for option in self.options:
            chosen = " selected" if option == value else ""
            made.append(f'<option value="{escape(option)}"{chosen}>{escape(option)}</option>')
        return "".join(made)

    def _radios(self, value: str) -> str:
        chosen = value or self.options[0]
        return "".join(
            f'<label><input type="radio" name="{self.name}" value="{escape(option)}"'
            f"{' checked' if option == chosen else ''}> {escape(option)}</label>"
            for option in self.options
        )


@dataclass(frozen=True)
class CityForm:
    """A form as data: its HTML and the check of what comes back are both made from it."""

    action: str
    fields: tuple[CityField, ...]
    button: str = "Submit"
    token_field: str = TOKEN

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Names of hidden inputs: what the page, not the person, says."""
        return frozenset({self.token_field, *(one.name for one in self.fields if one.kind == "hidden")})

    @cached_property
    def has_file(self) -> bool:
        """Whether it is sent as multipart/form-data."""
        return any(one.kind == "file" for one in self.fields)

    @cached_property
    def _plain(self) -> tuple[str, str]:
        encoding = ' enctype="multipart/form-data"' if self.has_file else ""
        before = f'<form action="{self.action}" method="post"{encoding}><input type="hidden" name="{TOKEN}" value="'
        return before, '">' + "".join(one.html() for one in self.fields) + self._end

    @property
    def _end(self) -> str:
        return f'<button type="submit">{escape(self.button)}</button></form>'

    def html(self, token: str, values: dict[str, str] | None = None) -> str:
        """The form with its token; ``values`` fill inputs (passwords and files never)."""
        before, after = self._plain
        if values:
            inputs = [
                one.html("" if one.kind in ("password", "file") else values.get(one.name, "")) for one in self.fields
            ]
            after = '">' + "".join(inputs) + self._end
        return before + token + after

    def problem(self, request: CityRequest) -> tuple[int, str] | None:
        """Status and message of what is wrong with what came back; None when nothing is.

        A missing value is 400 ``Schedule F missing`` (several are joined), a wrong one 422, a large file 413.
        """
        values, files = request.fields(), request.files()
        missing, wrong = [], None
        for one in self.fields:
            if one.kind == "file":
                upload = files.get(one.name)
                if upload is None or not (upload.filename or upload.data):
                    missing += [one.label] if one.required else []
                else:
                    wrong = wrong or problem(one.accept, one.label, upload.data)
            elif not values.get(one.name, "").strip():
                missing += [one.label or one.name] if one.required else []
            elif len(values[one.name]) > 2000:
                wrong = wrong or (422, f"{one.label or one.name} is too long: at most 2000 characters")
        if missing:
            return 400, "; ".join(f"{label} missing" for label in missing)
        return wrong


def file_of(request: CityRequest, name: str) -> UploadedFile | None:
    """The file of the input ``name``; None when it was left empty."""
    upload = request.files().get(name)
    return upload if upload is not None and (upload.filename or upload.data) else None
