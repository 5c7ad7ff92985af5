"""Owns the step that attaches a file to the current form. Knows nothing of disks: the actor has the files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from hms_esr.schema.types import Number, Text, Texts
from hms_esr.steps.step import Step, StepActor


class AttachFile(Step):
    """``upload: {field: id_card, file: id.pdf, size_kb: 420}``; without ``field`` the only file input.

    ``file: [a.pdf, b.pdf]`` attaches several: to an input with ``multiple``, or to inputs of one name in page order.
    """

    verb: ClassVar[str] = "upload"
    sends: ClassVar[bool] = False
    file: Texts
    field: Text | None = None
    size_kb: Number | None = Field(None, gt=0, le=51_200)

    @classmethod
    def shorthand(cls, value: Any) -> Mapping[str, Any]:
        """The file's name itself, or fields (``path`` is read as ``file``)."""
        if not isinstance(value, Mapping):
            return {"file": value}
        if "path" in value and "file" not in value:
            return {("file" if key == "path" else key): inner for key, inner in value.items()}
        return value

    def model_post_init(self, context: Any) -> None:
        """Refuse an empty list."""
        if not self.sent_files():
            raise ValueError("upload needs at least one file")

    def perform(self, actor: StepActor) -> None:
        """Attach it."""
        made = tuple(actor.file(actor.render(name), self.size_kb) for name in self.sent_files())
        actor.uploads[self.field or ""] = made[0] if isinstance(self.file, str) else made

    def sent_files(self) -> tuple[str, ...]:
        """The files to attach."""
        return (self.file,) if isinstance(self.file, str) else self.file

    def written(self) -> Any:
        """All fields, several files as a list."""
        fields = super().written()
        return fields if isinstance(self.file, str) else fields | {"file": list(self.file)}
