"""Owns the first scenario for a page somebody else made: its form read, written down as commented canonical YAML.

Knows nothing of command lines; the guard is asked before anything is fetched. Never loads the load engine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from hms_esr.errors import EnvironmentProblem, StepFailed
from hms_esr.formatting import brief, listed
from hms_esr.html.completion import Complete, Completion, typed_into
from hms_esr.html.form_submission import HtmlField, HtmlForm
from hms_esr.html.page import Page
from hms_esr.html.xhtml import as_html
from hms_esr.http.character_sets import decoded_text
from hms_esr.http.page_charset import page_charset
from hms_esr.http.response import XHTML
from hms_esr.http.setup_request import setup_http
from hms_esr.http.url import join
from hms_esr.personas.person import PeopleMaker
from hms_esr.personas.template import PersonaTemplate
from hms_esr.scenario.guard import Guard

MOST_REDIRECTS = 10
MOST_FIELDS = 100
WITH_ACCOUNT = "permit_applicant"
"""The persona of a first scenario whose page is behind a login."""
SAMPLES = 6
"""People whose answers tell which of a persona's fields a control takes."""
_REDIRECTS = (301, 302, 303, 307, 308)
_LOG_IN = re.compile(r"(log|sign)[\s-]?(in|on)", re.I)
_ENDINGS = (("image/png", "png"), (".png", "png"), ("image", "jpg"), (".jpg", "jpg"), ("text", "txt"), (".txt", "txt"))


_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_RESERVED = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n"])


def tame(text: str) -> bool:
    """Whether a page's text may stand in a scenario: printable, of sensible length, nothing like a template."""
    return text.isprintable() and len(text) <= 300 and "{{" not in text


def quoted(text: str) -> str:
    """``text`` as a double-quoted YAML scalar."""
    return json.dumps(text, ensure_ascii=False)


def key(name: str) -> str:
    """``name`` as a YAML key, quoted only when it must be."""
    plain = _PLAIN_KEY.fullmatch(name) and name.lower() not in _RESERVED
    return name if plain else quoted(name)


def comment(text: str, most: int = 60) -> str:
    """``text`` of a page as part of a comment: one line, printable, short."""
    return brief("".join(letter if letter.isprintable() else " " for letter in text), 40, most)


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page as a first visitor got it. ``asked`` is the address visited, ``page.url`` the one redirects led to."""

    asked: str
    page: Page
    is_html: bool


def see(url: str, guard: Guard) -> SeenPage:
    """Fetch ``url``, redirects followed. EnvironmentProblem: not there, an error status; TargetRefused: not allowed."""
    address = _onward("", url)
    for _ in range(MOST_REDIRECTS):
        answer = setup_http(guard, "GET", address, headers={"Accept": "text/html,*/*"})
        if answer.status not in _REDIRECTS or "location" not in answer.headers:
            break
        address = _onward(address, _utf8(answer.headers["location"]))
    else:
        raise EnvironmentProblem(f"{url} redirects more than {MOST_REDIRECTS} times")
    if answer.status >= 400:
        raise EnvironmentProblem(f"{address} answers {answer.status}; a first scenario needs a page that can be seen")
    media_type = answer.headers.get("content-type", "text/html")
    xml = media_type.partition(";")[0].strip().lower() == XHTML
    charset = page_charset(answer.body, media_type, xml=xml)
    html = decoded_text(answer.body, charset).removeprefix("\ufeff")
    is_html = "html" in media_type.lower()
    return SeenPage(url, Page((as_html(html) if xml else html) if is_html else "", address, charset), is_html)


def _onward(address: str, reference: str) -> str:
    """The absolute address meant, percent-encoded as it is sent; EnvironmentProblem when it cannot be carried."""
    try:
        return join(address, reference).url
    except StepFailed as error:
        whence = f"{address} redirects to {reference[:200]}" if address else f"cannot reach {reference[:200]}"
        raise EnvironmentProblem(f"{whence}: {error.message}") from None


def _utf8(header: str) -> str:
    """A header as servers mean it that write UTF-8 where the standard has bytes."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def first_scenario(seen: SeenPage, citizen: PersonaTemplate, file: str = "FILE") -> str:
    """Canonical YAML for ``seen``, commented; ``file`` is what the commands in its head name.

    It visits the page, fills and sends its form as a ``citizen``, and expects the answer 200; without a form it visits.
    A page behind a login is visited by somebody who has an account and logs in first.
    """
    form = seen.page.form() if seen.is_html else None
    if form is not None and _is_login(seen, form):
        return "\n".join([*_head(seen, None, file, WITH_ACCOUNT), *_behind_login(seen), *_CHECKS]) + "\n"
    return "\n".join([*_head(seen, form, file, "citizen"), *_journey(seen, form, citizen), *_CHECKS]) + "\n"


def _is_login(seen: SeenPage, form: HtmlForm) -> bool:
    """Whether who asked for the page was sent to another one to log in, or it is where people log in itself."""
    asked, met = urlsplit(_onward("", seen.asked)), urlsplit(seen.page.url)
    kinds = [field.kind for field in form.inputs]
    sent_on = (asked.netloc, asked.path) != (met.netloc, met.path)
    known = any(field.autocomplete == "current-password" for field in form.inputs)
    named = any(_LOG_IN.fullmatch(button.label) for button in form.buttons)
    return (sent_on or known or named) and kinds.count("password") == 1 and len(kinds) <= 4


def _behind_login(seen: SeenPage) -> Iterator[str]:
    asked, met = urlsplit(_onward("", seen.asked)), urlsplit(seen.page.url)
    place = met.path if met.netloc == asked.netloc else f"{met.scheme}://{met.netloc}{met.path}"
    login = "      - login" if place == "/login" else f"      - login: {quoted(place)}"
    sent = f"{comment(asked.path, 40)} sends who is not logged in to {comment(met.path, 40)}"
    itself = place == asked.path
    yield f"      # {'This is a log-in' if itself else sent}; what is behind it was not seen."
    yield f"      # The accounts must exist there: `hms-esr people {WITH_ACCOUNT}` shows their e-mails and passwords."
    yield f"{login:<38} # the persona's e-mail and password"
    yield "      # - visit: /what/is/behind/it" if itself else f"      - visit: {quoted(_path(seen))}"
    yield "      # Its form, if it has one: name what matters; required fields left empty are completed."
    yield '      # - fill: {full_name: "{{ persona.name }}"}'
    yield "      # - submit"
    yield "      - expect: {status: 200}          # better: a text of the page that says it worked"


def _path(seen: SeenPage) -> str:
    """Path and query visited, percent-encoded."""
    parts = urlsplit(seen.asked)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (f"?{parts.query}" if parts.query else "")
    return quote(path, safe="/%:@!$&()*+,;=~-._?")


_CHECKS = (
    "",
    "checks:                                # promises; the first one broken makes the verdict FAIL",
    "  - success_rate > 0.95                # of the people who came, this share finished",
    '  - {check: "latency_p95_ms < 2000", warn: "< 1000"}     # 95 of 100 requests; real milliseconds',
    "  - error_rate < 0.05                  # of all requests",
)


def _head(seen: SeenPage, form: HtmlForm | None, file: str, persona: str) -> list[str]:
    parts = urlsplit(seen.asked)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", parts.path).strip("-_.")[:60] or "first"
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    others = _other_hosts(seen, form)
    target = f"{{url: {quoted(origin)}, also: [{', '.join(map(quoted, others))}]}}" if others else quoted(origin)
    what = comment(seen.page.title) or "no title"
    return [
        f"# A first scenario for {comment(origin + parts.path, 200)} ({what}).",
        "# Change what does not fit, then:",
        f"#   hms-esr validate {file}",
        f"#   hms-esr try {file}        one person, each step printed",
        f"#   hms-esr run {file}        everybody, with a verdict and a report",
        f"name: {key(name)}",
        "seed: 1                                # same seed, same people",
        *(
            []
            if persona == "citizen"
            else ["identity: fixed                        # and the same e-mails in each run"]
        ),
        f"target: {target}",
        *(["# `also` names hosts the page leads to; they are loaded too, so be sure you may."] if others else []),
        "load: {people: 10, over: 30s}          # ten people, spread over 30 seconds",
        "",
        "journeys:",
        f"  - name: {key(name)}",
        f"    {f'persona: {persona}':<34} # or one of: hms-esr list personas",
        "    steps:",
    ]


def _other_hosts(seen: SeenPage, form: HtmlForm | None) -> list[str]:
    own = urlsplit(seen.asked).netloc.rpartition("@")[2]
    led_to = [seen.page.url, form.action if form else ""]
    hosts = (urlsplit(url).netloc.rpartition("@")[2] for url in led_to if url)
    return [host for host in dict.fromkeys(hosts) if host and host != own and tame(host)]


def _journey(seen: SeenPage, form: HtmlForm | None, citizen: PersonaTemplate) -> Iterator[str]:
    yield f"      - visit: {quoted(_path(seen))}"
    if form is None:
        why = "The page has no form." if seen.is_html else "This is no HTML page."
        yield f"      # {why} If JavaScript draws one, send what it would send:"
        yield '      # - request: {method: POST, path: /api/apply, json: {email: "{{ persona.email }}"}}'
        yield "      - expect: {status: 200}"
        return
    others = [one for one in seen.page.forms if one is not form]
    if others:
        names = listed(comment(urlsplit(one.action).path, 40) or "/" for one in others[:3])
        yield f"      # The page also has {len(others)} other form{'s' if len(others) > 1 else ''}, sent to {names}."
    if any(field.kind == "password" for field in form.inputs):
        yield "      # It asks for a password: `- login` as first step logs in a persona that has an account."
    yield from _fill(form, citizen)
    yield from _uploads(form)
    button = form.buttons[0].label if form.buttons else ""
    shown = comment(button, 40)
    yield f"      - submit                         # {f'“{shown}”' if shown else 'the form'}; hidden fields go along"
    yield "      - expect: {status: 200}          # after redirects; better: a text of the page that says it worked"


def _fill(form: HtmlForm, citizen: PersonaTemplate) -> Iterator[str]:
    """The ``fill`` step: a line for each control, with what a person types or how to choose something else."""
    people = [dict(person.fields) for person in map(PeopleMaker(citizen, 1).person, range(SAMPLES))]
    answers = [Completion(form, {}, _asked(person, at), everything=True) for at, person in enumerate(people)]
    lines = [line for field in _typed(form) for line in _field_lines(field, people, answers)]
    given = [line for line in lines if not line.lstrip().startswith("#")]
    if not given:
        yield from lines
        return
    yield "      - fill:"
    if {line.partition(":")[0].strip() for line in given} in ({"field", "value"}, {"values"}):
        yield "          values:                      # the names below are the form's own"
        lines = [f"  {line}" for line in lines]
    yield from lines


def _typed(form: HtmlForm) -> list[HtmlField]:
    """Controls to be filled in, each name once, as far as a scenario can name them."""
    by_name: dict[str, HtmlField] = {}
    for field in form.inputs:
        if field.kind != "file" and field.name and tame(field.name):
            by_name.setdefault(field.name, field)
    return list(by_name.values())[:MOST_FIELDS]


Answers = Sequence[Completion]


def _field_lines(field: HtmlField, people: Sequence[Mapping[str, str]], answers: Answers) -> list[str]:
    labels = (field.group, field.label) if field.kind == "radio" else (field.label, field.group)
    label = comment(next((text for text in (*labels, field.placeholder) if text), ""))
    told = ", ".join(part for part in (label, _kind(field)) if part)
    if field.kind == "checkbox":
        mark = "" if field.required or field.checked else "# "
        return [_line(field.name, quoted("yes"), f'{told}; "no" leaves it empty', mark)]
    try:
        value, note = _value(field, people, answers)
    except StepFailed as refused:
        return [f"          # {key(field.name)}: {comment(refused.message, 200)}; write one ({told})"]
    if value is None:
        return [f"          # {key(field.name)}: left as it is ({told})"]
    return [_line(field.name, value, f"{told}{note}")]


def _line(name: str, value: str, told: str, mark: str = "") -> str:
    start = f"          {mark}{key(name)}: {value}"
    return f"{start:<46} # {told}" if told else start


def _kind(field: HtmlField) -> str:
    plain = {"select": "a choice", "radio": "a choice", "checkbox": "a box", "textarea": "long text"}
    kind = "" if field.kind in ("text", "email", "password") else plain.get(field.kind, field.kind)
    return ", ".join(part for part in (kind, "required" if field.required else "optional") if part)


def _value(field: HtmlField, people: Sequence[Mapping[str, str]], answers: Answers) -> tuple[str | None, str]:
    """What is written for a control, quoted, and what a reader is told of it; None when nothing fits.

    StepFailed when nothing can be made for it.
    """
    texts = [one.answer(field) or "" for one in answers]
    if not all(text and tame(text) for text in texts):
        return None, ""
    note = _choices(field) if field.options else _ends(field)
    for name in people[0]:
        if all(text == person[name] for text, person in zip(texts, people, strict=True)):
            return quoted(f"{{{{ persona.{name} }}}}"), note
    if answers[0].part_of(field) is not None:
        return quoted(texts[0]), f"{note}; a part of one date or time"
    limited = field.options or field.pattern or field.maxlength or field.kind not in ("text", "textarea", "search")
    if not limited and not answers[0].repeats(field) and len(set(texts)) > 1:
        made = "digits" if texts[0].isdecimal() else "sentence" if texts[0].endswith(".") else "words"
        return quoted(f"{{{{ random.{made} }}}}"), note
    return quoted(texts[0]), note


def _asked(person: Mapping[str, str], number: int) -> Complete:
    """Who is asked for the answers of one of the samples."""

    def draw(at: int) -> int:
        return (number * 0x9E3779B97F4A7C15 + at * 0xD1B54A32D192ED03 + 0x2545F4914F6CDD1D) % 2**64

    return lambda field, least="", most="", /: typed_into(field, person, draw, least, most)


def _choices(field: HtmlField) -> str:
    shown = [comment(value, 24) for value in field.options if value][:6]
    more = ", …" if len([value for value in field.options if value]) > len(shown) else ""
    return f"; one of: {', '.join(shown)}{more}"


def _ends(field: HtmlField) -> str:
    least, most = comment(field.min, 20), comment(field.max, 20)
    parts = [f"at least {least}" if least else "", f"at most {most}" if most else ""]
    parts += [f"at most {field.maxlength} characters" if field.maxlength.isdecimal() else ""]
    parts += [f"pattern {comment(field.pattern, 30)}" if field.pattern else ""]
    told = ", ".join(part for part in parts if part)
    return f"; {told}" if told else ""


def _uploads(form: HtmlForm) -> Iterator[str]:
    files = [field for field in form.inputs if field.kind == "file" and field.name and tame(field.name)]
    for field in {field.name: field for field in files}.values():
        stem = re.sub(r"[^A-Za-z0-9_-]+", "_", field.name).strip("_")[:40] or "document"
        accept = field.accept.lower()
        ending = next((ending for mark, ending in _ENDINGS if mark in accept and "pdf" not in accept), "pdf")
        told = brief(comment(field.label), 6, 40) or "a file"
        line = f"      - upload: {{field: {quoted(field.name)}, file: {stem}.{ending}, size_kb: 200}}"
        yield f"{line}   # {told}; made up if there is no such file"
