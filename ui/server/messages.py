"""What a message of Streamlit is about, without reading what it carries.

A message to the browser may hold several pictures. Only the numbers and lengths of its outermost
fields are read, some microseconds however large it is; a field is decoded where it is looked into.
"""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

VARINT, FIXED_64, LENGTH, FIXED_32 = 0, 1, 2, 5
WIDTHS = {FIXED_64: 8, FIXED_32: 4}
MOST_FIELDS = 64  # of a message; Streamlit's have three
TO_BROWSER = {field.number: field.name for field in ForwardMsg.DESCRIPTOR.fields}
TO_SERVER = {field.number: field.name for field in BackMsg.DESCRIPTOR.fields}


class MalformedError(ValueError):
    """The bytes are no message."""


def to_browser(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each field of a message to the browser that is not large.

    Raises:
        MalformedError: the bytes are no such message.
    """
    yield from _named(data, TO_BROWSER, skipped=("delta",))


def to_server(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each field of a message to the server; "" is a field unknown.

    Raises:
        MalformedError: the bytes are no such message.
    """
    yield from _named(data, TO_SERVER, skipped=("rerun_script",))


def _named(
    data: bytes, names: dict[int, str], skipped: tuple[str, ...]
) -> Iterator[tuple[str, bytes]]:
    for number, start, end in _fields(data):
        name = names.get(number, "")
        yield name, b"" if name in skipped else data[start:end]


def _fields(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield number, start and end of the content of each outermost field."""
    at = 0
    for _ in range(MOST_FIELDS):
        if at == len(data):
            return
        tag, at = varint(data, at)
        kind, start = tag & 7, at
        if kind == VARINT:
            _, end = varint(data, at)
        elif kind == LENGTH:
            length, start = varint(data, at)
            end = start + length
        elif kind in WIDTHS:
            end = start + WIDTHS[kind]
        else:
            raise MalformedError("no kind of field")
        if end > len(data):
            raise MalformedError("a field ends after the message")
        yield tag >> 3, start, end
        at = end
    raise MalformedError("too many fields")


def varint(data: bytes, at: int = 0) -> tuple[int, int]:
    """Return a number of variable length and where it ends.

    Raises:
        MalformedError: there is none.
    """
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise MalformedError("no number")


def session_of(new_session: bytes) -> str:
    """Return the id of the session that a run belongs to, from a `new_session`."""
    found = ForwardMsg().new_session
    found.ParseFromString(new_session)
    return str(found.initialize.session_id)


def uploads_of(file_urls_response: bytes) -> list[str]:
    """Return the addresses that uploads were told to go to."""
    found = ForwardMsg().file_urls_response
    found.ParseFromString(file_urls_response)
    return [url.upload_url for url in found.file_urls]


def download_of(backend_operation_response: bytes) -> str:
    """Return the address of a download that was made, empty if none was."""
    found = ForwardMsg().backend_operation_response
    found.ParseFromString(backend_operation_response)
    return str(found.deferred_file.url)


def names_in(file_urls_request: bytes) -> int:
    """Return for how many files an address is asked for.

    Raises:
        MalformedError: the bytes are no such message.
    """
    return len(_parsed("file_urls_request", file_urls_request).file_urls_request.file_names)


def asks_for_download(backend_operation_request: bytes) -> bool:
    """Whether a download is to be made, and nothing else done.

    Raises:
        MalformedError: the bytes are no such message.
    """
    asked = _parsed("backend_operation_request", backend_operation_request)
    kinds = [field.name for field, _ in asked.backend_operation_request.ListFields()]
    return set(kinds) <= {"request_id", "session_id", "deferred_file"} and "deferred_file" in kinds


def _parsed(field: str, content: bytes) -> BackMsg:
    message = BackMsg()
    try:
        getattr(message, field).ParseFromString(content)
    except DecodeError as error:
        raise MalformedError(field) from error
    return message
