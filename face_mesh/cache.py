"""What is worked out once for a face: kept with it, shared by its sizes, and freed with it.

A function whose first argument is a face (or another keeper, as a view of it) is decorated with
`cached_per`. The key is made of the function and all of its arguments, so that none can be
forgotten, and of as much of the face as the value depends on: its `Scope`. What is kept is shared
and must not be written to.

No lock is held while a value is worked out: two threads that ask at once may both do it, and both
go on with the one that was kept first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from enum import Enum
from functools import wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar, cast

T = TypeVar("T")
P = ParamSpec("P")


class Scope(Enum):
    """What of a face a kept value depends on."""

    HEAD = "head"  # what all sizes of a photo share: mesh, pose, light. A repainted face keeps it
    SIZE = "size"  # its pixels' places too: one value for each size. A repainted face keeps it
    PIXELS = "pixels"  # what the photo shows too: one for each size. A repainted face drops it


class Key(NamedTuple):
    """What a value is kept under.

    Attributes:
        function: module and name of what works it out.
        arguments: all that it is given beside the face.
        scope: what of the face it depends on.
    """

    function: str
    arguments: tuple[Hashable, ...]
    scope: Scope


class Keeper(Protocol):
    """What values are kept with."""

    def cached(self, key: Key, build: Callable[[], T]) -> T:
        """Return the value of a key, worked out by `build` the first time."""


K = TypeVar("K", bound=Keeper)


def cached_per(
    scope: Scope,
) -> Callable[[Callable[Concatenate[K, P], T]], Callable[Concatenate[K, P], T]]:
    """Keep what a function returns with its first argument, by all of its other arguments.

    The other arguments must be hashable, and equal ones must give equal values.

    Raises:
        TypeError: the function is defined inside another and may read what is no argument of it.
    """

    def decorate(function: Callable[Concatenate[K, P], T]) -> Callable[Concatenate[K, P], T]:
        name = name_of(function)
        if getattr(function, "__closure__", None):
            raise TypeError(f"{name} reads variables that are no arguments of it")

        @wraps(function)
        def kept(keeper: K, /, *args: P.args, **kwargs: P.kwargs) -> T:
            key = Key(name, (*args, *sorted(kwargs.items())), scope)
            return keeper.cached(key, lambda: function(keeper, *args, **kwargs))

        return kept

    return decorate


def name_of(function: Callable[..., object]) -> str:
    """Return the module and the name of a function."""
    return f"{function.__module__}.{function.__qualname__}"


def get_or_build(values: dict[Any, Any], key: Hashable, build: Callable[[], T]) -> T:
    """Return the value of a key, put there by `build` the first time, and never replaced."""
    if key not in values:
        built = build()  # first, for it may keep values of its own
        values.setdefault(key, built)
    return cast(T, values[key])
