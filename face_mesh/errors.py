"""Everything this product refuses, as one tree.

    BeforehandError
    ├── PlanError      the plan or the command is wrong            exit status 2
    ├── PhotoError     the photo cannot be used                    exit status 3
    └── EngineError    a model is missing, broken or out of memory exit status 4

Each message is one sentence a patient can act on: what is wrong, and what to do. Nothing personal
(no path, no file name, no coordinates of a face) is put into a message.
"""

from __future__ import annotations


class BeforehandError(Exception):
    """Base of every refusal; `exit_status` is what the command line returns for it."""

    exit_status = 1


class PlanError(BeforehandError):
    """Unknown procedure, dose out of range, forbidden combination, wrong option."""

    exit_status = 2


class PhotoError(BeforehandError):
    """The photo cannot be read, or a simulation made from it would be wrong."""

    exit_status = 3


class EngineError(BeforehandError):
    """A model is missing, damaged, of the wrong kind, or does not fit in memory."""

    exit_status = 4
