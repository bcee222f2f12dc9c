"""A run that begins meanwhile takes away no answer that a browser waits for."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from ui import answers


def waiting() -> ForwardMsgQueue:
    """A queue with the answer where to send a file, and a piece of a page."""
    queue = ForwardMsgQueue()
    answer, piece = ForwardMsg(), ForwardMsg()
    answer.file_urls_response.response_id = "which"
    piece.delta.new_element.text.body = "a word"
    queue.enqueue(answer)
    queue.enqueue(piece)
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
    answers.keep()


@pytest.mark.usefixtures("keeping")
def test_an_answer_outlasts_the_beginning_of_a_run() -> None:
    queue = waiting()
    queue.clear(retain_lifecycle_msgs=True)
    assert kinds(queue) == [answers.KIND]


@pytest.mark.usefixtures("keeping")
def test_an_answer_is_given_once_when_a_part_of_the_page_is_run() -> None:
    queue = waiting()
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["part"])
    assert kinds(queue).count(answers.KIND) == 1


@pytest.mark.usefixtures("keeping")
def test_what_is_sent_or_ended_is_gone() -> None:
    queue = waiting()
    queue.flush()
    assert queue.is_empty()
    queue = waiting()
    queue.clear()
    assert queue.is_empty()
