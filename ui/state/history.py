"""What was changed in the plans of a visit, to take it back and to do it again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ui.state.plan_book import PlanBook

MOST_EDITS = 100  # that can be taken back; the oldest go first


@dataclass(frozen=True)
class Edit:
    """One change: the plans before it and after it."""

    before: PlanBook
    after: PlanBook


@dataclass(frozen=True)
class History:
    """The plans as they are, and how they came to be so.

    Attributes:
        book: the plans as they are.
        past: edits that can be taken back, the last one last.
        future: edits that were taken back, the one to do again first.
    """

    book: PlanBook = field(default_factory=PlanBook)
    past: tuple[Edit, ...] = ()
    future: tuple[Edit, ...] = ()

    def edit(self, book: PlanBook) -> History:
        """Return the history with an edit; to look at another plan is none."""
        if book.drafts == self.book.drafts:
            return replace(self, book=book)
        return History(book, (*self.past, Edit(self.book, book))[-MOST_EDITS:])

    def undo(self) -> History:
        """Return the history with the last edit taken back, if there is one."""
        if not self.past:
            return self
        *past, last = self.past
        return History(last.before, tuple(past), (last, *self.future))

    def redo(self) -> History:
        """Return the history with the edit that was taken back last done again, if there is one."""
        if not self.future:
            return self
        first, *future = self.future
        return History(first.after, (*self.past, first), tuple(future))
