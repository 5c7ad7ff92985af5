"""Owns the step that attaches a file to the current form. Knows nothing of disks: the actor has the files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from hms_esr.schema.types import Number, Text
from hms_esr.steps.step import Step, StepActor


class AttachFile(Step):
    """``upload: {field: id_card, file: id.pdf, size_kb: 420}``; without ``field`` the only file input."""

    verb: ClassVar[str] = "upload"
    sends: ClassVar[bool] = False
    file: Text
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

    def sent_file(self) -> str:
        """The file to attach."""
        return self.file

    def perform(self, actor: StepActor) -> None:
        """Attach it."""
        actor.uploads[self.field or ""] = actor.file(actor.render(self.file), self.size_kb)
