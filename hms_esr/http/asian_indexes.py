"""Owns what the indexes of WHATWG Encoding for Chinese, Japanese and Korean have that Python's codecs have not.

Knows nothing of answers or forms. Indexes are made from Python's codecs when first needed (some 20 ms).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

GB18030 = "gb18030"
_JAPANESE = frozenset(("shift_jis", "euc-jp", "iso-2022-jp"))
_BIG5_LAST = frozenset("═╞╪╡十卅")
"""Written with the last pair of bytes that means them; all else with the first."""
_BIG5_FROM = 0xA1
"""Lead byte from which pairs of Big5 are written; those before it (HKSCS) are only read."""
_BIG5_TRAILS = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
_BIG5_EXTRA = (
    "877a㡵𡵓𣚞𦀡㻬𥣞㫵竼龗𤅡𨤍𣇪𠪊𣉞䌊蒄龖鐯䤰蘓墖靊鈘秐稲晠権袝瑌篅枂稬剏遆㓦珄𥶹瓆鿇垳䤯呌䄱𣚎堘穲𧭥讏䚮𦺈䆁𥶙箮"
    "𢒼鿈𢓁𢓉𢓌鿉蔄𣖻䂴鿊䓡𪷿拁灮鿋 8e69箸 8e6f簆 8e7e糎 8eab緒 8eb4縝 8ecd者 8ed0耨 8f57菁 8f69蒨 8f6e萏 8fcb覦覩 "
    "8ffe起 906d都 907a銹 90dc靜 90f1響 91bf鼖 9244蔃 92af兙兛兝兞 92c8鍮 92d1瑹 9447浧 94ca禛 95d9邗 9644靝 96ed瀞"
    " 96fc嬨 9b76爁 9b78矗 9b7b纇 9bc6駖 9bde釔 9bec惞 9bf6澶 9c42輶 9c53侻 9c62營 9c68鄄 9c6b鷰 9c77菏 9cbc尐秣 9c"
    "d0婧 9d57輋 9d5a筑 9dc4拐 9ea9恢 9eef痹 9efd汊 9f60鬮 9f66鼗 9fcb僭 9fd8弌 a063蠏 a077拎 a0d5瑨 a0df煢 a0e4牐 "
    "a3c0␀␁␂␃␄␅␆␇␈␉␊␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟␡€ c6cf廴 c6d3无 c6d5癶 c6d7隶 c6de〃仝 fa5f倩 fa66偽 fabd包 fac5卄 fad5卿"
    " fb48嘅 fbb8婷 fbf3幵 fbf9廐 fc4f彘 fc6c悤 fcb9撐 fce2晴 fcf1杞 fdb7沜渝 fdbb港 fdf1煮 fe52猪 fe6f瑜 feaa瓩 fe"
    "dd砉"
)
_SUBSTITUTES = {
    "koi8-u": ("╝╬", "ўЎ"),
    "big5": ("•､‾∼♁☉¥¢£", "‧﹑¯～⊕⊙￥￠￡"),
    "euc-jp": ("〜‖−¢£¬", "～∥－￠￡￢"),
    "iso-2022-jp": ("〜‖−¢£¬", "～∥－￠￡￢"),
    "gbk": (
        "\ue5e5\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
        "\u3000\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u1e3f\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
    ),
    "shift_jis": ("\uf8f0\uf8f1\uf8f2\uf8f3", "\ufffd\ufffd\ufffd\ufffd"),
}
_SUBSTITUTES[GB18030] = _SUBSTITUTES["gbk"]
_HALF_WIDTH = (
    "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネ"
    "ノハヒフヘホマミムメモヤユヨラリルレロワン゛゜"
)
"""What ISO-2022-JP writes for U+FF61 to U+FF9F."""


def substitutes(name: str) -> dict[int, str]:
    """What Python's codec reads (by code point), and what the standard reads instead."""
    ours, theirs = _SUBSTITUTES.get(name, ("", ""))
    return {ord(letter): instead for letter, instead in zip(ours, theirs, strict=True)}


def extra_characters(name: str) -> dict[bytes, str] | None:
    """Bytes that Python's codec cannot read, and what they mean; None for encodings that need none."""
    if name == "big5":
        return dict(_big5_extra())
    if name == "euc-jp":
        return {pair: letter for letter, pair in _euc_pairs().items()}
    if name in ("gbk", GB18030):
        return {b"\x80": "€"}
    return {} if name in ("shift_jis", "euc-kr") else None


def encoder(name: str) -> Callable[[str], bytes] | None:
    """What writes text in a Chinese, Japanese or Korean encoding, other letters as character references; else None."""
    if name == "iso-2022-jp":
        return _iso_2022_jp
    made = {
        "big5": _big5_letters,
        "euc-kr": lambda: _by_codec("cp949"),
        "euc-jp": lambda: _japanese(_euc_pairs()) | {letter: b"\x8e" + byte for letter, byte in _half_width().items()},
        "shift_jis": lambda: _japanese(_shift_jis_pairs()) | _half_width() | {"\x80": b"\x80"},
        "gbk": lambda: _gb(two_bytes=True),
        GB18030: lambda: _gb(two_bytes=False),
    }.get(name)
    if made is None:
        return None
    known = _letters(made)
    whole = name == GB18030

    def write(text: str) -> bytes:
        return b"".join([known(letter) or (letter.encode(GB18030) if whole else _reference(letter)) for letter in text])

    return write


def _letters(made: Callable[[], dict[str, bytes]]) -> Callable[[str], bytes | None]:
    table: dict[str, bytes] = made()
    return lambda letter: letter.encode() if letter < "\x80" else table.get(letter)


def _reference(letter: str) -> bytes:
    return b"&#%d;" % ord(letter)


def _pairs(codec: str, leads: range, trails: tuple[int, ...] | range) -> Iterator[tuple[bytes, str]]:
    """Every pair of bytes that a codec reads as one letter."""
    for lead in leads:
        for trail in trails:
            pair = bytes((lead, trail))
            try:
                letter = pair.decode(codec)
            except UnicodeDecodeError:
                continue
            if len(letter) == 1:
                yield pair, letter


def _by_codec(codec: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for pair, letter in _pairs(codec, range(0x81, 0xFF), range(0x41, 0xFF)):
        found.setdefault(letter, pair)
    return found


def _gb(*, two_bytes: bool) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    changed = substitutes("gbk")
    for pair, letter in _pairs(GB18030, range(0x81, 0xFF), range(0x40, 0xFF)):
        found.setdefault(letter.translate(changed), pair)
        found.setdefault(letter, pair)
    del found["\ue5e5"], found["\ue7c7"]
    return found | {"€": b"\x80"} if two_bytes else found


def _big5_extra() -> Iterator[tuple[bytes, str]]:
    for run in _BIG5_EXTRA.split(" "):
        lead, at = int(run[:2], 16), _BIG5_TRAILS.index(int(run[2:4], 16))
        for letter in run[4:]:
            yield bytes((lead, _BIG5_TRAILS[at])), letter
            lead, at = (lead, at + 1) if at + 1 < len(_BIG5_TRAILS) else (lead + 1, 0)


def _big5_letters() -> dict[str, bytes]:
    changed = substitutes("big5")
    found: dict[str, bytes] = {}
    extra = [(pair, letter) for pair, letter in _big5_extra() if pair[0] >= _BIG5_FROM]
    read = [
        (pair, letter.translate(changed))
        for pair, letter in _pairs("big5hkscs", range(_BIG5_FROM, 0xFF), range(0x40, 0xFF))
    ]
    for pair, letter in sorted(extra + read):
        if letter in _BIG5_LAST:
            found[letter] = pair
        else:
            found.setdefault(letter, pair)
    return found | {"∕": b"\xa2\x41", "﹨": b"\xa2\x42"}


@lru_cache(maxsize=1)
def _jis_0208() -> list[tuple[int, str]]:
    """Pointers of index jis0208 and their letters, in order (lead bytes of Shift_JIS up to 0xFC)."""
    made = []
    for lead in (*range(0x81, 0xA0), *range(0xE0, 0xFD)):
        for pair, letter in _pairs("cp932", range(lead, lead + 1), (*range(0x40, 0x7F), *range(0x80, 0xFD))):
            row = lead - (0x81 if lead < 0xA0 else 0xC1)
            made.append((row * 188 + pair[1] - (0x40 if pair[1] < 0x7F else 0x41), letter))
    return [(pointer, letter) for pointer, letter in made if not 0xE000 <= ord(letter) < 0xF900]


def _euc_pairs() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for pointer, letter in _jis_0208():
        if pointer < 94 * 94:
            found.setdefault(letter, bytes((pointer // 94 + 0xA1, pointer % 94 + 0xA1)))
    return found


def _shift_jis_pairs() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for pointer, letter in _jis_0208():
        if not 8272 <= pointer <= 8835:
            lead, trail = divmod(pointer, 188)
            pair = bytes((lead + (0x81 if lead < 0x1F else 0xC1), trail + (0x40 if trail < 0x3F else 0x41)))
            found.setdefault(letter, pair)
    return found


def _japanese(pairs: dict[str, bytes]) -> dict[str, bytes]:
    return pairs | {"¥": b"\\", "‾": b"~", "−": pairs["－"]}


def _half_width() -> dict[str, bytes]:
    return {chr(0xFF61 + at): bytes((0xA1 + at,)) for at in range(0x3F)}


@lru_cache(maxsize=1)
def _iso_2022_jp_pairs() -> dict[str, bytes]:
    pairs = _euc_pairs()
    pairs["−"] = pairs["－"]
    for at, letter in enumerate(_HALF_WIDTH):
        pairs[chr(0xFF61 + at)] = pairs[letter]
    return {letter: bytes((pair[0] & 0x7F, pair[1] & 0x7F)) for letter, pair in pairs.items()}


def _iso_2022_jp(text: str) -> bytes:
    """With escapes between ASCII, JIS X 0201 (yen and overline alone) and JIS X 0208."""
    pairs = _iso_2022_jp_pairs()
    out: list[bytes] = []
    state = b"B"
    for letter in text:
        roman = letter in "¥‾"
        pair = None if roman or letter < "\x80" else pairs.get(letter)
        wanted = (
            b"J" if roman else b"$" if pair is not None else b"J" if state == b"J" and letter not in "\\~" else b"B"
        )
        if pair is None and not roman and letter >= "\x80" and state == b"J":
            wanted = b"J"
        if wanted != state:
            out.append(b"\x1b$B" if wanted == b"$" else b"\x1b(" + wanted)
            state = wanted
        if roman:
            out.append(b"\\" if letter == "¥" else b"~")
        else:
            out.append(pair if pair is not None else letter.encode() if letter < "\x80" else _reference(letter))
    return b"".join(out) + (b"" if state == b"B" else b"\x1b(B")
