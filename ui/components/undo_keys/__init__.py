"""The keys that take back a change of the plans and do it again."""

from ui.components.undo_keys.undo_keys import listen as listen
