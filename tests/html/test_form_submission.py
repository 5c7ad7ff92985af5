"""What a browser would send for a form, and how forms, buttons, links and messages of a page are read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hms_esr.errors import StepFailed
from hms_esr.html.error_messages import error_text, status_link
from hms_esr.html.form_submission import HtmlField, HtmlForm, Submission, submission
from hms_esr.html.page import Page
from hms_esr.http.response import HttpAnswer
from hms_esr.http.url import parse
from hms_esr.steps.step import Upload
from tests.each import each

URL = "http://h.test/dir/page?q=1"
PDF = Upload("a.pdf", "application/pdf", b"%PDF")


def form(inside: str, marks: str = 'method="post"', outside: str = "", url: str = URL) -> HtmlForm:
    found = Page(f"<html><body>{outside}<form {marks}>{inside}</form></body></html>", url).form()
    assert found is not None
    return found


def sent(inside: str, filled: dict[str, str] | None = None, **options: Any) -> str:
    return submission(form(inside), filled or {}, options.pop("uploads", {}), **options).body.decode()


@each(
    ("inside", "filled", "expected"),
    [
        ("<input name=a value=1><input name=b>", {}, "a=1&b="),
        ("<input name=a value='x y&z=~*'>", {}, "a=x+y%26z%3D%7E*"),
        ("<input name=a>", {"a": "é\nü"}, "a=%C3%A9+%C3%BC"),
        ("<textarea name=t>\nline\nmore</textarea>", {}, "t=line%0D%0Amore"),
        ("<input value=noname><input name=a disabled value=1><input name=b value=2>", {}, "b=2"),
        ("<fieldset disabled><legend><input name=in value=1></legend><input name=out></fieldset>", {}, "in=1"),
        ("<input type=hidden name=csrf value=tok><input type=hidden name=_charset_>", {}, "csrf=tok&_charset_=UTF-8"),
        ("<input type=checkbox name=a><input type=checkbox name=b checked>", {}, "b=on"),
        ("<input type=checkbox name=a value=v><input type=checkbox name=b checked>", {"a": "yes", "b": "no"}, "a=v"),
        ("<input type=checkbox name=c value=1><input type=checkbox name=c value=2>", {"c": "2"}, "c=2"),
        ("<input type=checkbox name=c value=1><input type=checkbox name=c value=2>", {"c": "1, 2"}, "c=1&c=2"),
        ("<label><input type=checkbox name=agree required> I agree</label>", {}, "agree=on"),
        ("<input type=radio name=r value=1><input type=radio name=r value=2 checked>", {}, "r=2"),
        ("<input type=radio name=r value=1><input type=radio name=r value=2>", {}, ""),
        ("<input type=radio name=r value=1 required><input type=radio name=r value=2>", {}, "r=1"),
        ("<label><input type=radio name=r value=1>One</label><input type=radio name=r checked>", {"r": "ONE"}, "r=1"),
        ("<select name=s><option value=1>One<option>Two</select>", {}, "s=1"),
        ("<select name=s><option value=1>One<option selected>Two</select>", {}, "s=Two"),
        ("<select name=s><option value=1>One<option>Two</select>", {"s": " two "}, "s=Two"),
        ("<select name=s><option disabled>A<optgroup disabled><option>B</optgroup><option>C</select>", {}, "s=C"),
        ("<select name=s multiple><option selected>1<option selected>2<option>3</select>", {}, "s=1&s=2"),
        ("<select name=s multiple><option selected>1<option>2<option>3</select>", {"s": "2,3"}, "s=2&s=3"),
        ("<select name=s required><option value=''>Choose<option>x</select>", {}, "s=x"),
        ("<input name=a><input type=file name=f>", {"a": "1"}, "a=1&f="),
        ("<input name=a value=1><button name=b value=2>Go</button><button name=c>No</button>", {}, "a=1&b=2"),
        ("<input type=button name=x value=1><input type=reset name=y><input type=image name=i>", {}, "i.x=1&i.y=1"),
        ("<label for=x>Your <b>name</b>:</label><input id=x name=n>", {"your  NAME": "Al"}, "n=Al"),
        ("<label>Kind <select name=k><option>a<option>b</select></label>", {"Kind": "b"}, "k=b"),
        ("<input name=n aria-label='Full name'>", {"full name": "Al"}, "n=Al"),
        ("<fieldset><legend>Color</legend><input type=radio name=c value=g></fieldset>", {"color": "g"}, "c=g"),
    ],
)  # fmt: skip
def test_a_form_is_sent_as_browsers_do(inside: str, filled: dict[str, str], expected: str) -> None:
    """urlencoded: entries in page order, defaults, choices, labels."""
    assert sent(inside, filled) == expected


def test_empty_required_fields_are_completed_and_others_are_not() -> None:
    """The completion is asked for empty, required, unfilled fields alone, with what the page says of them."""
    asked: list[HtmlField] = []

    def complete(field: HtmlField) -> str | None:
        asked.append(field)
        return {"mail": "a@x.test", "state": "IA"}.get(field.name)

    inside = (
        "<label for=m>E-mail *</label><input id=m name=mail type=email required autocomplete=email maxlength=50>"
        "<input name=free><input name=set required value=1><input name=given required>"
        "<select name=state required><option value=''>-<option>NE<option>IA</select><input name=none required>"
        "<input type=file name=f required>"
    )
    assert sent(inside, {"given": ""}, complete=complete) == "mail=a%40x.test&free=&set=1&given=&state=IA&none=&f="
    assert [field.name for field in asked] == ["mail", "state", "none"]
    assert (asked[0].label, asked[0].kind, asked[0].autocomplete, asked[0].maxlength) == (
        "E-mail *",
        "email",
        "email",
        "50",
    )
    assert asked[1].options == ("", "NE", "IA")


def test_multipart_bodies_are_those_of_browsers() -> None:
    """Names escaped, files with their type, an empty file input sent empty, the boundary never inside."""
    inside = '<input name=\'a"b\' value="1\n2"><input type=file name=f><input type=file name=g><button>x</button>'
    upload = Upload('q"\n.pdf', "application/pdf", b"bin--B\x00")
    made = submission(form(inside, 'method=post enctype="multipart/form-data"'), {}, {"f": upload}, boundary="B")
    assert made.media_type == "multipart/form-data; boundary=Bx"
    assert made.body == (
        b'--Bx\r\nContent-Disposition: form-data; name="a%22b"\r\n\r\n12\r\n'
        b'--Bx\r\nContent-Disposition: form-data; name="f"; filename="q%22%0A.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\nbin--B\x00\r\n"
        b'--Bx\r\nContent-Disposition: form-data; name="g"; filename=""\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\r\n--Bx--\r\n"
    )
    assert made.sent == (('a"b', "12"), ("f", 'q"\n.pdf'), ("g", ""))


@each(
    ("marks", "button", "method", "url", "media_type", "body"),
    [
        ("", "", "GET", "http://h.test/dir/page?a=1&b=2", "", b""),
        ("action=/x?old=1#f", "", "GET", "http://h.test/x?a=1&b=2", "", b""),
        (
            "action=next method=POST",
            "",
            "POST",
            "http://h.test/dir/next",
            "application/x-www-form-urlencoded",
            b"a=1&b=2",
        ),
        ("method=post", "", "POST", URL, "application/x-www-form-urlencoded", b"a=1&b=2"),
        ("method=post enctype=text/plain", "", "POST", URL, "text/plain", b"a=1\r\nb=2\r\n"),
        ("method=post", "save", "POST", "http://h.test/save", "text/plain", b"a=1\r\n"),
        ("method=post", "LOOK", "GET", URL.partition("?")[0] + "?a=1", "", b""),
    ],
)
def test_method_address_and_encoding(
    marks: str, button: str, method: str, url: str, media_type: str, body: bytes
) -> None:
    """From the form, or from the pressed button that says otherwise."""
    inside = (
        "<input name=a value=1><button name=b value=2>Go</button>"
        "<button formaction=/save formenctype=text/plain>Save</button><input type=submit formmethod=get value=' Look '>"
    )
    made = submission(form(inside, marks), {}, {}, button=button)
    assert (made.method, made.url, made.media_type, made.body) == (method, url, media_type, body)


def test_other_charsets_are_sent_as_the_page_is_written() -> None:
    """Latin-1 pages get Latin-1; what it lacks becomes a character reference."""
    made = submission(form("<input name=a>", "method=post accept-charset=windows-1252"), {"a": "é€字"}, {})
    assert made.body == b"a=%E9%80%26%2323383%3B"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"filled": {"x": "1"}}, "no field 'x' in the form on /dir/page; fields: a, s, t, r"),
        ({"filled": {"s": "9"}}, "'9' is no choice of 's' in the form on /dir/page; choices: 1, 2"),
        ({"filled": {"t": "9"}}, "'9' is no choice of 't' in the form on /dir/page; choices: One, Two"),
        ({"filled": {"r": "9"}}, "'9' is no choice of 'r' in the form on /dir/page; choices: Yes please, n"),
        ({"button": "Fly"}, "no button 'Fly' in the form on /dir/page; buttons: Go"),
        ({"uploads": {"": PDF}}, "no file field in the form on /dir/page; file fields: none"),
        ({"uploads": {"f": PDF}}, "no file field 'f' in the form on /dir/page; file fields: none"),
    ],
)
def test_what_a_form_lacks_is_said_with_what_it_has(options: dict[str, Any], words: str) -> None:
    """no_form, with the path and the names there are; of choices what a person reads."""
    found = form(
        "<input name=a><select name=s><option>1<option>2</select><input type=hidden name=h><button>Go</button>"
        "<select name=t multiple><option value=1>One<option value=2>Two</select>"
        "<label><input type=radio name=r value=y>Yes please</label><input type=radio name=r value=n>"
    )
    with pytest.raises(StepFailed) as caught:
        submission(found, options.get("filled", {}), options.get("uploads", {}), button=options.get("button", ""))
    assert (caught.value.kind, caught.value.message) == ("no_form", words)


def test_several_choices_or_none() -> None:
    """A list of several may be given with commas; nothing at all takes back what was chosen."""
    several = "<select name=t multiple><option value=1 selected>One<option value=2>Two</select>"
    assert sent(several, {"t": "one, 2"}) == sent("<input name=t value=1><input name=t value=2>")
    assert sent(several, {"t": ""}) == sent("")


def test_the_only_file_input_takes_an_upload_without_a_name() -> None:
    """Two of them need a name, an id or a label."""
    one = "<input type=file name=f id=doc>"
    assert "f=a.pdf" in sent(one, uploads={"": PDF})
    assert "f=a.pdf" in sent(one, uploads={"doc": PDF})
    with pytest.raises(StepFailed, match="more than one file field"):
        sent(one + "<input type=file name=g>", uploads={"": PDF})


def test_controls_outside_belong_to_the_form_they_name() -> None:
    """form= wins over nesting; rows of a table that lost its form keep it."""
    outside = "<input name=o value=1 form=f>"
    assert submission(form("<input name=i form=other value=2>", "id=f", outside), {}, {}).url.endswith("?o=1")
    page = Page("<table><form action=/t><tr><td><input name=a value=1></td></tr></form></table>", URL)
    assert submission(page.forms[0], {}, {}).url == "http://h.test/t?a=1"


def test_the_base_of_a_page_moves_its_addresses() -> None:
    """Action, links and formaction are relative to <base>; an empty action is the page itself."""
    page = Page("<base href=/other/><form action=x></form><form></form><a href=y>Why</a>", URL)
    assert [one.action for one in page.forms] == ["http://h.test/other/x", URL]
    assert page.find("why") == ("link", "http://h.test/other/y")


def test_the_form_a_person_looks_at_is_not_the_search() -> None:
    """Navigation and search come last; a wanted control or filled fields decide first."""
    page = Page(
        "<nav><form action=/search><input name=q></form></nav><form action=/logout><button>Out</button></form>"
        "<form action=/login><input name=u><input type=password name=p></form>"
        "<form action=/up><input type=file name=f></form><form action=/pay><input name=card_number></form>",
        URL,
    )
    actions = [
        page.form(kind, names) for kind, names in (("", ()), ("file", ()), ("card", ()), ("password", ()), ("", ["q"]))
    ]
    expected = ["login", "up", "pay", "login", "search"]
    assert [one.action.rpartition("/")[2] for one in actions if one is not None] == expected
    assert page.form("date") is None
    assert Page("no html at all", URL).form() is None


def test_buttons_and_links_are_found_by_what_a_person_reads() -> None:
    """Text, value, aria-label, alt; case and spaces do not matter."""
    page = Page(
        "<form action=/f><button>Send <i>now</i></button></form>"
        "<form action=/g><input type=submit value='Pay  it'></form>"
        "<a href='/l'> A\nlink </a><a href=/i><img alt=Picture></a>"
        "<a href=/x aria-label=Close>×</a><button>Alone</button>"
        "<a href='javascript:go()'>Script</a>",
        URL,
    )
    for text, action in (("SEND NOW", "/f"), ("pay it", "/g")):
        found = page.find(text)
        assert found is not None and isinstance(found[1], HtmlForm) and found[1].action == "http://h.test" + action
    assert [page.find(text) for text in ("a link", "picture", "close", "alone", "nothing")] == [
        ("link", "http://h.test/l"), ("link", "http://h.test/i"), ("link", "http://h.test/x"), None, None
    ]  # fmt: skip
    with pytest.raises(StepFailed, match="not an http or https address"):
        page.find("script")


def test_values_are_read_by_selector() -> None:
    """Value of a control, content of a meta, else text; None when nothing matches."""
    page = Page(
        "<title>The  title</title><meta name=token content=t><input id=i value=v><p id=case> A-1 </p>"
        "<select id=s><option value=1>x<option value=2 selected>y</select>",
        URL,
    )
    selectors = ("#i", "meta[name=token]", "#case", "#s", "#gone")
    assert [page.css(one) for one in selectors] == ["v", "t", "A-1", "2", None]
    assert page.title == "The title"
    with pytest.raises(StepFailed, match="not a CSS selector"):
        page.css("a[")


def answer(body: bytes, media_type: str, status: int = 400, **headers: str) -> HttpAnswer:
    made = HttpAnswer("GET", parse(URL), 0.0, 0.0)
    made.status = status
    made.headers = [(b"Content-Type", media_type.encode()), *((k.encode(), v.encode()) for k, v in headers.items())]
    made.parts = [body]
    return made


@each(
    ("body", "media_type", "expected"),
    [
        (b"<h1>Error</h1><p role=alert> Schedule F  missing</p>", "text/html", "Schedule F missing"),
        (b"<h1>Not found</h1><p>x", "text/html; charset=utf-8", "Not found"),
        (b"<title>502 Bad Gateway</title>", "text/html", "502 Bad Gateway"),
        (b'<ul class="errorlist"><li>Enter a date.</li></ul>', "text/html", "Enter a date."),
        (b'{"detail": "closed"}', "application/json", "closed"),
        (b'{"error": {"code": 7, "message": "no money"}}', "application/problem+json", "no money"),
        (b'{"errors": [{"title": "first"}, {"title": "second"}]}', "application/json", "first"),
        (b'{"title": 5}', "application/json", ""),
        (b"{", "application/json", ""),
        (b"plain\nmore", "text/plain", "plain"),
        (b"\x00\x1b[31mred", "text/plain", "[31mred"),
        (b"%PDF", "application/pdf", ""),
        (b"x" * 500, "text/plain", "x" * 199 + "…"),
    ],
)
def test_the_message_of_an_answer_is_what_a_person_reads(body: bytes, media_type: str, expected: str) -> None:
    """An alert, a heading, a field of JSON; bounded, printable."""
    assert error_text(answer(body, media_type)) == expected


@pytest.mark.parametrize(
    ("body", "media_type", "headers", "expected"),
    [
        (b"<a rel='nofollow status' href=/s/1>x</a>", "text/html", {}, "http://h.test/s/1"),
        (b"<link rel=status href=s>", "text/html", {}, "http://h.test/dir/s"),
        (b"", "text/html", {"Link": '</a>; rel="next", </s?x=1,2>; rel="status"'}, "http://h.test/s?x=1,2"),
        (b'{"status_url": "/j"}', "application/json", {}, "http://h.test/j"),
        (b'{"status_url": 4}', "application/json", {}, None),
        (b"<p>status", "text/html", {}, None),
        (b"", "text/html", {}, None),
    ],
)
def test_the_way_to_an_outcome_is_found(body: bytes, media_type: str, headers: dict[str, str], expected: str) -> None:
    """rel=status in HTML, a Link header, status_url in JSON."""
    assert status_link(answer(body, media_type, 200, **headers)) == expected


def test_passwords_are_marked_as_secret() -> None:
    """Who shows what was sent knows what to mask."""
    made: Submission = submission(form("<input name=u><input type=password name=p>"), {"p": "x"}, {})
    assert made.secret == {"p"}


CONTROLS = st.sampled_from(
    [
        "<input name=a value={v}>",
        "<input name=b required>",
        "<input type=hidden name=t value={v}>",
        "<input type=hidden name=_charset_>",
        "<textarea name=c>{v}\nmore</textarea>",
        "<input type=checkbox name=d checked>",
        "<input type=checkbox>",
        "<input type=radio name=e value=1><input type=radio name=e value=2 checked>",
        "<input type=radio name=g value=1 required><input type=radio name=g value=2>",
        "<select name=f><option>1<option selected>2</select>",
        "<select name=h required><option value=''>-<option>2</select>",
        "<input type=file name=i>",
        "<input type=image name=j>",
        "<button name=k value=1>Go</button>",
        "<input disabled name=l value=1>",
    ]
)


@given(
    st.lists(CONTROLS, max_size=6, unique=True),
    st.dictionaries(st.sampled_from("abcdefghl"), st.sampled_from(["1", "2", "yes", "x\ny", ""]), max_size=3),
    st.booleans(),
    st.sampled_from(["", "Go", "Stop"]),
)
def test_what_is_known_of_a_form_changes_nothing_that_is_sent(
    controls: list[str], filled: dict[str, str], upload: bool, button: str
) -> None:
    """The first time and again, for other values of the same form: as for a form nobody has sent."""
    uploads = {"": Upload("f.txt", "text/plain", b"x")} if upload else {}

    def send(form: HtmlForm) -> Any:
        numbers = iter(range(100))
        try:
            made = submission(
                form, filled, uploads, button=button, complete=lambda field: f"{field.name}{next(numbers)}"
            )
        except StepFailed as failure:
            return failure.message
        return (made, made.sent)

    first = Page(f"<form method=post>{''.join(controls).format(v='one')}</form>", URL).form()
    other = Page(f"<form method=post>{''.join(controls).format(v='two')}</form>", URL).form()
    assert first is not None
    assert other is not None
    known = first.with_fields(other.fields)
    assert send(first) == send(first)
    assert send(known) == send(other)
