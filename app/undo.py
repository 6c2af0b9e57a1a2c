"""Undo and redo of the document, on Qt's undo stack; a drag folds into one step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeVar, get_args

from pydantic import BaseModel
from PySide6.QtGui import QUndoCommand, QUndoStack

from tauscope.app.document import Content, Document
from tauscope.engine.arrays import FrozenArray

MERGE_ID = 1
MOST_BYTES = 512 << 20
"""Bytes of painted maps that the steps may keep; a map of noise on 2048 x 2048 packs to about 30 MB."""

Put = Callable[[Content], None]


class _Step(QUndoCommand):
    def __init__(
        self, before: Content, after: Content, text: str, merge: str, put: Put, applied: bool = False
    ) -> None:
        super().__init__(text)
        self.before = before
        self.after = after
        self.merge = merge
        self.put = put
        self.applied = applied
        """Whether the document holds ``after`` already: Qt does every step that it is given."""
        self.cancelled = False
        self.bytes = _new_bytes(before, after)

    def redo(self) -> None:
        if self.applied:
            self.applied = False
        else:
            self.put(self.after)

    def undo(self) -> None:
        self.put(self.before)
        if self.cancelled:
            self.setObsolete(True)  # set here: Qt does not call undo on a step that is obsolete already

    def id(self) -> int:
        return MERGE_ID if self.merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Step) or other.merge != self.merge:
            return False
        self.fold(other.after)
        return True

    def fold(self, after: Content) -> None:
        """Lead to another content from now on."""
        self.after = after
        self.bytes = _new_bytes(self.before, after)


class History:
    """Pushes edits of a document; edits with the same merge key that follow one another are one step.

    Parameters
    ----------
    document : Document
        What is edited.
    limit : int
        Steps kept.
    most_bytes : int
        Bytes of painted maps kept; beyond them the oldest steps are forgotten, but never the newest.
    """

    def __init__(self, document: Document, limit: int = 500, most_bytes: int = MOST_BYTES) -> None:
        self.stack = QUndoStack()
        self.stack.setUndoLimit(limit)
        self.most_bytes = most_bytes
        self._document = document
        self._gesture = 0

    def push(self, after: Content, text: str, merge: str = "", put: Put | None = None) -> None:
        """Apply an edit and keep it; nothing happens where it changes nothing.

        Parameters
        ----------
        after : Content
            What it leads to.
        text : str
            Its name in the menu.
        merge : str
            Steps of one gesture with the same key are one.
        put : callable, optional
            Puts the content of the step, or that before it, in place, where that is more than to replace the
            document; such a step is kept even where both are the same.
        """
        before, after = self._document.content, self._document.aligned(after)
        if put is None and after == before:
            return
        key = f"{self._gesture}:{merge}" if merge else ""
        newest = self._newest() if key else None
        if newest is not None and newest.merge == key:
            # Not left to Qt: PySide (6.11) never lets a command go that went into another.
            (put or self._document.replace)(after)
            newest.fold(after)
            self._limit()
            return
        self._push(_Step(before, after, text, key, put or self._document.replace))

    def note(self, before: Content, text: str) -> None:
        """Keep a step for what the document has become by itself, as where the run went back in time."""
        after = self._document.content
        before = self._document.aligned(before)
        if before != after:
            self._push(_Step(before, after, text, "", self._document.replace, applied=True))

    def correct(self, content: Content, put: Put) -> None:
        """Put in place what the document should have been after an edit that was refused in part or whole.

        The step of the edit holds it from then on, or goes where nothing of it is left; a step that was
        undone or done again in vain returns to where it was. Otherwise it becomes a step of its own.

        Parameters
        ----------
        content : Content
            What the engines run.
        put : callable
            Puts a content in place of which the engines need not be told.
        """
        before, content = self._document.content, self._document.aligned(content)
        if before == content:
            return
        index = self.stack.index()
        done, undone = self._plain_step_at(index - 1), self._plain_step_at(index)
        if undone is not None and undone.before == before and undone.after == content:
            self._quietly(undone, self.stack.redo, put)
        elif done is not None and done.after == before and done.before == content:
            done.cancelled = True
            self._quietly(done, self.stack.undo, put)
        elif done is not None and done.after == before and index == self.stack.count():
            done.after = content
            put(content)
        else:
            put(content)
            self.note(before, "Take back what was refused")

    def _plain_step_at(self, index: int) -> _Step | None:
        """Step that does no more than to replace the document."""
        step = self.stack.command(index) if index >= 0 else None
        return step if isinstance(step, _Step) and step.put == self._document.replace else None

    @staticmethod
    def _quietly(step: _Step, move: Callable[[], None], put: Put) -> None:
        usual, step.put = step.put, put
        try:
            move()
        finally:
            if not step.cancelled:
                step.put = usual

    def _newest(self) -> _Step | None:
        """Newest step, where nothing is left to redo."""
        index = self.stack.index()
        step = self.stack.command(index - 1) if 0 < index == self.stack.count() else None
        return step if isinstance(step, _Step) else None

    def _push(self, step: _Step) -> None:
        self.stack.push(step)
        self._limit()

    def _limit(self) -> None:
        if self.bytes > self.most_bytes:
            self._forget_oldest()

    @property
    def bytes(self) -> int:
        """Bytes of the maps that the steps keep beside the oldest document's, packed as they stand idle."""
        return sum(step.bytes for step in self._steps())

    def _steps(self) -> list[_Step]:
        commands = (self.stack.command(index) for index in range(self.stack.count()))
        return [command for command in commands if isinstance(command, _Step)]

    def _forget_oldest(self) -> None:
        """Keep the newest steps that fit; called after a push, when nothing is left to redo."""
        steps, room, kept = self._steps(), self.most_bytes, 0
        for step in reversed(steps):
            room -= step.bytes
            if kept and room < 0:
                break
            kept += 1
        # Qt drops old steps by their number only: those that stay are put on an empty stack once more.
        again = [_Step(s.before, s.after, s.text(), s.merge, s.put, applied=True) for s in steps[-kept:]]
        self.stack.clear()
        for step in again:
            self.stack.push(step)

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


def _new_bytes(before: Content, after: Content) -> int:
    """Packed bytes of the arrays of a content that the one before it does not have."""
    known = {id(config) for config in before.configs.values()}
    changed = [config for config in after.configs.values() if id(config) not in known]
    if not changed:
        return 0
    new = [array for config in changed for array in _arrays(config)]
    if not new:
        return 0
    old = {id(array) for config in before.configs.values() for array in _arrays(config)}
    return sum({id(array): array.packed_bytes for array in new if id(array) not in old}.values())


def _arrays(value: Any) -> Iterator[FrozenArray]:
    """Arrays in a configuration; lists of plain numbers, which may be long, are passed over."""
    if isinstance(value, FrozenArray):
        yield value
    elif isinstance(value, BaseModel):
        for name in _places(type(value)):
            yield from _arrays(getattr(value, name))
    elif isinstance(value, list | tuple) and value and isinstance(value[0], BaseModel | FrozenArray):
        for item in value:
            yield from _arrays(item)


@cache
def _places(model: type[BaseModel]) -> tuple[str, ...]:
    """Entries of a configuration that may hold arrays: every step of a drag looks for them."""
    return tuple(name for name, info in model.model_fields.items() if _may_hold(info.annotation))


def _may_hold(annotation: Any) -> bool:
    if isinstance(annotation, type) and not get_args(annotation):
        if issubclass(annotation, BaseModel):
            return bool(_places(annotation))
        return annotation is object or issubclass(annotation, FrozenArray | list | tuple)
    if annotation is Any or isinstance(annotation, TypeVar):
        return True
    return any(_may_hold(part) for part in get_args(annotation))
