"""Owns random pages of odd forms, the same for the same seed: misnested tags, tables, every kind of control.

Knows nothing of what reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

_TYPES = [
    "text",
    "hidden",
    "search",
    "tel",
    "url",
    "email",
    "password",
    "date",
    "month",
    "week",
    "time",
    "datetime-local",
    "number",
    "range",
    "color",
    "checkbox",
    "radio",
    "submit",
    "image",
    "reset",
    "button",
    "file",
    "TEXT",
    "CheckBox",
    "foo",
]
_VALUES = {
    "date": ("2026-02-28", "2026-02-30", "0001-01-01", "2026-2-8", "275760-09-13", "12026-01-01", "2024-02-29"),
    "month": ("2026-13", "2026-12", "26-01", "0000-01", " 2026-01"),
    "week": ("2026-W53", "2025-W53", "2026-W00", "2026-W1", "2020-W53"),
    "time": ("10:00", "10:00:00", "24:00", "10:00:00.5", "1:00", "23:59:59.999", "10:60"),
    "datetime-local": (
        "2026-02-28T10:00",
        "2026-02-28 10:00",
        "2026-02-28T10:00:00",
        "2026-02-28T10:00:30",
        "2026-02-28T10:00:00.500",
        "2026-02-28T10:00:30.05",
        "2026-02-28t10:00",
        "2026-02-28",
    ),
    "number": ("1", "1.50", "+1", "1.", ".5", "-.5", "1e3", "1E-2", "1,000", "abc", "-0", "1e999", " 1", "0x1"),
    "range": ("1", "55.5", "x", "-5", "1e1", "200", "10.0", ""),
    "color": ("red", "#ABC", "#AbCdEf", "#abcd", "rgb(1,2,3)", "rgb(10% 20% 30%)", "hsl(120 50% 50%)", "x", "#12"),
    "email": (" a@b.c ", "a @b", "a@b\n.c", " a@b , c@d "),
    "url": (" http://x/ ", "a\nb", "  "),
}
_TEXTS = (
    "",
    "a",
    " two  words ",
    "é",
    "日本",
    "a&amp;b",
    "a&lt;b",
    "&copy=1",
    "&copy;",
    "a&#10;b",
    "x\ny",
    "שלום",
    "123",
    "&nbsp;x",
)
_NAMES = ("a", "b", "a[]", "c.d", "é", " ", "", "_charset_", "isindex", "x y")
_WRAPS = (
    ("<div>", "</div>"),
    ("<p>", "</p>"),
    ("<table><tr><td>", "</td></tr></table>"),
    ("<table>", "</table>"),
    ("<tbody>", "</tbody>"),
    ("<tr>", "</tr>"),
    ("<td>", "</td>"),
    ("<fieldset>", "</fieldset>"),
    ("<fieldset disabled>", "</fieldset>"),
    ("<fieldset disabled><legend>", "</legend></fieldset>"),
    ("<template>", "</template>"),
    ("<noscript>", "</noscript>"),
    ("<svg>", "</svg>"),
    ("<svg><foreignObject>", "</foreignObject></svg>"),
    ("<b>", "</b>"),
    ("<label>", "</label>"),
    ("<span dir=rtl>", "</span>"),
    ("<div dir=auto>", "</div>"),
    ("<datalist>", "</datalist>"),
    ("<details>", "</details>"),
    ("<!-- <form> ", " </form> -->"),
    ("<script>'<form>", "</form>'</script>"),
    ("<style>/*", "*/</style>"),
    ("<dialog>", "</dialog>"),
)
_FORM_MARKS = (
    "method=post",
    "METHOD=POST",
    'method=" post"',
    "method=put",
    "enctype=multipart/form-data",
    "enctype=text/plain",
    "enctype=x",
    "action=/x?y=1",
    "action=''",
    "accept-charset=iso-8859-1",
    "id=f",
    "id=g",
    "dir=rtl",
    "method=post method=get",
)


class PageMaker:
    """One page from one seed."""

    def __init__(self, seed: int) -> None:
        self._draw = Random(seed)

    def page(self) -> str:
        """Body of the page."""
        return "".join(self._part(3) for _ in range(self._draw.randint(1, 5)))

    def _chance(self, share: float) -> bool:
        return self._draw.random() < share

    def _part(self, depth: int) -> str:
        inside: Callable[[], str] = lambda: "".join(  # noqa: E731 - drawn anew each time
            self._part(depth - 1) for _ in range(self._draw.randint(0, 3))
        )
        kind = self._draw.random()
        if depth and kind < 0.25:
            start = f"<form {' '.join(self._draw.sample(_FORM_MARKS, self._draw.randint(0, 3)))}>"
            return start + inside() + ("</form>" if self._chance(0.85) else "")
        if depth and kind < 0.5:
            before, after = self._draw.choice(_WRAPS)
            return before + inside() + (after if self._chance(0.85) else "")
        if kind < 0.53:
            return self._draw.choice(
                ("</form>", "</div>", "</table>", "</p>", "text", "<br>", "<legend>", "</fieldset>")
            )
        return self._draw.choice((self._input, self._input, self._input, self._select, self._textarea, self._button))()

    def _marks(self, *, most: int = 2) -> str:
        marks = [
            "disabled",
            "readonly",
            "form=f",
            "form=g",
            "form=''",
            "dirname=d",
            "dir=auto",
            "dir=rtl",
            "id=f",
            "multiple",
        ]
        weighted = self._draw.sample(marks, self._draw.randint(0, most)) if self._chance(0.4) else []
        return " ".join([f'name="{self._draw.choice(_NAMES)}"', *weighted])

    def _input(self) -> str:
        kind = self._draw.choice(_TYPES)
        marks = [self._marks(), f"type={kind}"]
        if self._chance(0.8):
            value = self._draw.choice(_VALUES.get(kind, _TEXTS) if self._chance(0.8) else _TEXTS)
            marks.append(f'value="{value}"')
        if kind.lower() in ("checkbox", "radio") and self._chance(0.5):
            marks.append("checked")
        if kind in ("range", "number") and self._chance(0.6):
            marks += [
                f"{name}={self._draw.choice(('0', '10', '-5', '0.1', '7', 'any', 'x'))}"
                for name in ("min", "max", "step")
            ]
        if kind in ("submit", "image"):
            marks += self._button_marks()
        self._draw.shuffle(marks)
        return f"<input {' '.join(marks)}>"

    def _button_marks(self) -> list[str]:
        every = [
            "formaction=/other",
            "formaction=''",
            "formmethod=post",
            "formmethod=''",
            "formmethod=x",
            "formenctype=text/plain",
            "formenctype=''",
        ]
        return self._draw.sample(every, self._draw.randint(0, 2)) if self._chance(0.4) else []

    def _button(self) -> str:
        marks = [self._marks(), *self._button_marks()]
        marks += self._draw.choice(
            ([], [], ["type=submit"], ["type=reset"], ["type=x"], ["command=show-modal"], ["commandfor=x"])
        )
        if self._chance(0.5):
            marks.append(f'value="{self._draw.choice(_TEXTS)}"')
        return f"<button {' '.join(marks)}>Go</button>"

    def _textarea(self) -> str:
        text = self._draw.choice((*_TEXTS, "\nx", "\n\nx", "<b>x</b>", "a\r\nb", "</form>", "<!-- x -->"))
        return f"<textarea {self._marks()}>{text}</textarea>"

    def _select(self) -> str:
        marks = [self._marks()]
        marks += self._draw.choice(
            ([], [], ["multiple"], ["size=1"], ["size=3"], ["size=0"], ["size=' 2x'"], ["size=+1"])
        )
        return f"<select {' '.join(marks)}>{''.join(self._option() for _ in range(self._draw.randint(0, 4)))}</select>"

    def _option(self) -> str:
        if self._chance(0.2):
            inside = "".join(self._option() for _ in range(self._draw.randint(0, 2)))
            return f"<optgroup label=x {'disabled' if self._chance(0.5) else ''}>{inside}</optgroup>"
        marks = [
            mark for mark, share in (("selected", 0.3), ("disabled", 0.2), ("label=L", 0.1)) if self._chance(share)
        ]
        if self._chance(0.5):
            marks.append(f'value="{self._draw.choice(_TEXTS)}"')
        text = self._draw.choice((*_TEXTS, "a<!-- c -->b", " x \n y ", "a<script>b</script>"))
        return f"<option {' '.join(marks)}>{text}{'</option>' if self._chance(0.7) else ''}"
