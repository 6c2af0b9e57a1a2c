"""Undo and redo of the document, on Qt's undo stack; a drag folds into one step."""

from __future__ import annotations

from PySide6.QtGui import QUndoCommand, QUndoStack

from tauscope.app.document import Content, Document

MERGE_ID = 1


class _Step(QUndoCommand):
    def __init__(self, document: Document, after: Content, text: str, merge: str) -> None:
        super().__init__(text)
        self.document = document
        self.before = document.content
        self.after = after
        self.merge = merge
        self.cancelled = False

    def redo(self) -> None:
        self.document.replace(self.after)

    def undo(self) -> None:
        self.document.replace(self.before)
        if self.cancelled:
            self.setObsolete(True)  # set here: Qt does not call undo on a step that is obsolete already

    def id(self) -> int:
        return MERGE_ID if self.merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Step) or other.merge != self.merge:
            return False
        self.after = other.after
        return True


class History:
    """Pushes edits of a document; edits with the same merge key that follow one another are one step.

    Parameters
    ----------
    document : Document
        What is edited.
    limit : int
        Steps kept.
    """

    def __init__(self, document: Document, limit: int = 500) -> None:
        self.stack = QUndoStack()
        self.stack.setUndoLimit(limit)
        self._document = document
        self._gesture = 0

    def push(self, after: Content, text: str, merge: str = "") -> None:
        """Apply an edit and keep it; nothing happens where it changes nothing."""
        if after != self._document.content:
            self.stack.push(_Step(self._document, after, text, f"{self._gesture}:{merge}" if merge else ""))

    def begin_gesture(self) -> None:
        """Start a drag: what follows does not fold into an older step."""
        self._gesture += 1

    def cancel_gesture(self) -> None:
        """Take back the step of the present drag without leaving it to redo."""
        index = self.stack.index() - 1
        step = self.stack.command(index) if index >= 0 else None
        if isinstance(step, _Step) and step.merge.startswith(f"{self._gesture}:"):
            step.cancelled = True
            self.stack.undo()
        self._gesture += 1

    def clear(self) -> None:
        """Forget all steps."""
        self.stack.clear()
