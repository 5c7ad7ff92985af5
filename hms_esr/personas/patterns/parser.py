r"""Owns reading HTML's ``pattern`` (JavaScript's syntax with the flag ``v``) into a tree.

What browsers refuse with ``v`` alone (``[()-]``) is read as people mean it: a value made for it is valid either way.
Knows nothing of texts that fit.
"""

from __future__ import annotations

import re
from functools import lru_cache

from hms_esr.personas.patterns import characters
from hms_esr.personas.patterns.characters import Ranges, common, complement, joined
from hms_esr.personas.patterns.nodes import Chain, Chars, Choice, Edge, Look, Node, Repeat


class NotSupported(ValueError):
    """A pattern that browsers read and we do not; the text says which part of it."""


_LONGEST = 2000
_DEEPEST = 30
_MOST_TIMES = 5000
_COUNT = re.compile(r"\{([0-9]{1,9})(,)?([0-9]{1,9})?\}")
_GROUP = re.compile(r"\((?:\?(?:(:)|(=|!)|<(=|!)|<[A-Za-z_$][\w$]{0,99}>))?")
_HEX = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}")
_PROPERTY = re.compile(r"([pP])\{([A-Za-z_=]{1,60})\}")
_CLASSES = {"d": characters.DIGITS, "w": characters.WORD, "s": characters.SPACE}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}


@lru_cache(maxsize=512)
def read_pattern(pattern: str) -> Node:
    """The tree of a pattern; NotSupported says what we cannot read, ValueError what is wrong (browsers ignore it)."""
    if len(pattern) > _LONGEST:
        raise NotSupported(f"longer than {_LONGEST} characters")
    try:
        return _Parser(pattern, sets=True).whole()
    except ValueError:
        return _Parser(pattern, sets=False).whole()


class _Parser:
    """One reading. ``sets``: ``[`` inside a class begins a class, ``--`` and ``&&`` combine classes (flag ``v``)."""

    def __init__(self, pattern: str, *, sets: bool) -> None:
        self.text = pattern
        self.sets = sets
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        node = self.choice()
        if self.at < len(self.text):
            raise ValueError(f"')' without '(' at character {self.at + 1}")
        return node

    def next(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def takes(self, text: str) -> bool:
        if not self.text.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise NotSupported(f"groups nested more than {_DEEPEST} deep")

    def choice(self) -> Node:
        options = [self.row()]
        while self.takes("|"):
            options.append(self.row())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def row(self) -> Node:
        parts: list[Node] = []
        while self.next() not in ("", "|", ")"):
            parts.append(self.counted(self.atom()))
        return parts[0] if len(parts) == 1 else Chain(tuple(parts))

    def counted(self, node: Node) -> Node:
        """``node`` with the quantifier after it; a lazy one allows the same texts."""
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(self.next())
        if simple is not None:
            self.at += 1
            least, most = simple
        else:
            found = _COUNT.match(self.text, self.at)
            if found is None:
                return node
            self.at = found.end()
            least = int(found[1])
            most = least if not found[2] else int(found[3]) if found[3] else None
        self.takes("?")
        if most is not None and most < least:
            raise ValueError(f"a count of {least} to {most} times")
        if least > _MOST_TIMES:
            raise NotSupported(f"a count of {least} times")
        return Repeat(node, least, most)

    def atom(self) -> Node:
        letter = self.next()
        if letter == "(":
            return self.group()
        self.at += 1
        if letter == "[":
            return Chars(self.klass())
        if letter == ".":
            return Chars(characters.ANY)
        if letter in "^$":
            return Edge(letter)
        if letter in "*+?":
            raise ValueError(f"'{letter}' without anything before it")
        if letter != "\\":
            return Chars(characters.of(letter))
        if self.next() in ("b", "B"):
            self.at += 1
            return Edge(self.text[self.at - 1])
        if (self.next().isdigit() and self.next() != "0") or self.text.startswith("k<", self.at):
            raise NotSupported("a backreference")
        return Chars(self.escape())

    def group(self) -> Node:
        found = _GROUP.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        if found[0] == "(" and self.next() == "?":
            raise NotSupported(f"'(?{self.text[self.at + 1 : self.at + 2]}'")
        self.deeper()
        node = self.choice()
        self.depth -= 1
        if not self.takes(")"):
            raise ValueError("'(' without ')'")
        sign = found[2] or found[3]
        return Look(node, sign == "=", found[3] is not None) if sign else node

    def escape(self) -> Ranges:
        """What stands behind a backslash: a class or one character."""
        letter = self.next()
        if not letter:
            raise ValueError("a backslash at the end")
        if letter.lower() in _CLASSES:
            self.at += 1
            found = _CLASSES[letter.lower()]
            return complement(found) if letter.isupper() else found
        named = _PROPERTY.match(self.text, self.at)
        if named is not None:
            self.at = named.end()
            found = self.property(named[2])
            return complement(found) if named[1] == "P" else found
        code = _HEX.match(self.text, self.at)
        if code is not None:
            self.at = code.end()
            return _one(int(code[1] or code[2] or code[3], 16))
        self.at += 1
        if letter == "c" and self.next().isascii() and self.next().isalpha():
            self.at += 1
            return _one(ord(self.text[self.at - 1]) % 32)
        return characters.of(_CONTROLS.get(letter, letter))

    def property(self, name: str) -> Ranges:
        try:
            return characters.property_ranges(name)
        except ValueError as error:
            raise NotSupported(str(error)) from None

    def klass(self) -> Ranges:
        """A class after its ``[``, up to and with its ``]``."""
        self.deeper()
        refused = self.takes("^")
        found: Ranges = ()
        while not self.takes("]"):
            if not self.next():
                raise ValueError("'[' without ']'")
            if self.sets and self.takes("--"):
                found = common(found, complement(self.operand()))
            elif self.sets and self.takes("&&"):
                found = common(found, self.operand())
            else:
                found = joined((*found, *self.operand()))
        self.depth -= 1
        return complement(found) if refused else found

    def operand(self) -> Ranges:
        """One member of a class: a nested class, a class, a character or a range of them."""
        if self.sets and self.takes("["):
            return self.klass()
        first = self.member()
        if self.next() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", "", "-" if self.sets else ""):
            return first
        before = self.at
        self.at += 1
        last = self.member()
        if not (_single(first) and _single(last)):
            self.at = before + 1
            return joined((*first, *characters.of("-")))
        if last[0][0] < first[0][0]:
            raise ValueError(f"the range {chr(first[0][0])}-{chr(last[0][0])} in a class")
        return ((first[0][0], last[0][0]),)

    def member(self) -> Ranges:
        letter = self.next()
        self.at += 1
        if letter != "\\":
            return characters.of(letter)
        if self.takes("b"):
            return characters.of("\b")
        return self.escape()


def _one(code: int) -> Ranges:
    if code > 0x10FFFF:
        raise ValueError(f"the character {code:x}, which does not exist")
    return ((code, code),)


def _single(ranges: Ranges) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]
