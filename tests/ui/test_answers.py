"""A run that begins meanwhile takes away no answer that a browser waits for."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from ui.server import streamlit_patches


def waiting() -> ForwardMsgQueue:
    """A queue with where to send a file, what was made to be downloaded, and a piece of a page."""
    queue = ForwardMsgQueue()
    address, download, piece = ForwardMsg(), ForwardMsg(), ForwardMsg()
    address.file_urls_response.response_id = "which"
    download.backend_operation_response.request_id = "which"
    piece.delta.new_element.text.body = "a word"
    for message in (address, download, piece):
        queue.enqueue(message)
    return queue


def kinds(queue: ForwardMsgQueue) -> list[str | None]:
    return [one.WhichOneof("type") for one in queue.flush()]


def test_streamlit_itself_still_drops_them() -> None:
    queue = waiting()
    queue.clear(retain_lifecycle_msgs=True)
    assert kinds(queue) == []


@pytest.fixture
def keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForwardMsgQueue, "clear", ForwardMsgQueue.clear)  # put back afterwards
    streamlit_patches.keep()


@pytest.mark.usefixtures("keeping")
def test_answers_outlast_the_beginning_of_a_run() -> None:
    queue = waiting()
    queue.clear(retain_lifecycle_msgs=True)
    assert kinds(queue) == list(streamlit_patches.KINDS)


@pytest.mark.usefixtures("keeping")
def test_answers_are_given_once_when_a_part_of_the_page_is_run() -> None:
    queue = waiting()
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["part"])
    assert [one for one in kinds(queue) if one in streamlit_patches.KINDS] == list(
        streamlit_patches.KINDS
    )


@pytest.mark.usefixtures("keeping")
def test_what_is_sent_or_ended_is_gone() -> None:
    queue = waiting()
    queue.flush()
    assert queue.is_empty()
    queue = waiting()
    queue.clear()
    assert queue.is_empty()
