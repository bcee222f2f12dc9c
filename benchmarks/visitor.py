"""One visitor of the page without a browser: speaks Streamlit's protocol over a real connection.

Twenty browsers would measure the browsers. A visitor does what a browser does for the server: loads
the page (and keeps its cookies), opens the websocket, sends what is clicked and moved, uploads by
PUT, fetches downloads. It keeps whatever it is sent, so that it can be asked whose pictures these
are.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from collections.abc import Callable
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.FileUploader_pb2 import FileUploader
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

PATIENCE_SECONDS = 120.0
LARGE = 2**30  # a message may hold several pictures


class Visitor:
    """A tab of a browser, by itself.

    Attributes:
        received: every message that came, as bytes, in order; emptied by whoever has looked.
        fetched: addresses this visitor was told of: of downloads and of uploads.
        runs: how many runs of the page have ended.
    """

    def __init__(self, url: str, locale: str = "en") -> None:
        """Load the page at `url` and wait until its first run has ended."""
        self.url, self.locale = url, locale
        self.host = urlsplit(url).netloc
        self.cookies: dict[str, str] = {}
        self.received: list[bytes] = []
        self.fetched: list[str] = []
        self.runs = 0
        self.session_id = ""
        self._elements: dict[tuple[int, ...], Element] = {}
        self._fragments: dict[tuple[int, ...], str] = {}
        self._seen: set[tuple[int, ...]] = set()
        self._states: dict[str, WidgetState] = {}
        self._messages: dict[str, ForwardMsg] = {}
        self._answers: dict[str, ForwardMsg] = {}
        self._page = ""
        self._failed: Exception | None = None
        self._changed = threading.Condition()
        for path in ("/", "/_stcore/health", "/_stcore/host-config"):
            self.request("GET", path)
        self._socket: ClientConnection | None = None
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.wait(lambda: self._socket is not None, "a connection")
        self.run()

    # --- what a person does

    def click(self, key: str) -> None:
        """Click the button `key` and wait for the run that follows."""
        self._set(key, trigger_value=True)

    def check(self, key: str, on: bool = True) -> None:
        """Tick a checkbox."""
        self._set(key, bool_value=on)

    def slide(self, key: str, value: float) -> None:
        """Release a slider at `value`."""
        self._set(key, double_array_value=[value])

    def select(self, key: str, option: str) -> None:
        """Pick an option of a list."""
        self._set(key, string_value=option)

    def tell(self, key: str, **state: object) -> None:
        """Let a component report its state."""
        self._set(key, json_value=json.dumps(state))

    def upload(self, name: str, data: bytes) -> None:
        """Give a file to the first upload field, as a browser does: ask where to, send it, say so.

        Raises:
            LookupError: the page has none.
        """
        asked = BackMsg()
        asked.file_urls_request.request_id = uuid.uuid4().hex
        asked.file_urls_request.session_id = self.session_id
        asked.file_urls_request.file_names.append(name)
        urls = self._ask(asked, asked.file_urls_request.request_id).file_urls_response.file_urls[0]
        self.fetched.append(urls.upload_url)
        status, _ = self.put(urls.upload_url, name, data)
        if status != 204:
            raise RuntimeError(f"the upload was answered by {status}")
        state = WidgetState(id=self._upload_field().id)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = urls.file_id, name, len(data)
        info.file_urls.CopyFrom(urls)
        self._states[state.id] = state
        self.run()

    def download(self, key: str) -> bytes:
        """Click a download whose file is made when it is asked for, and fetch it."""
        address = self.promise(_widget(self.element(key)).deferred_file_id)
        self.fetched.append(address)
        status, body = self.request("GET", address)
        if status != 200:
            raise RuntimeError(f"the download was answered by {status}")
        return body

    def promise(self, file_id: str) -> str:
        """Ask for a promised download to be made; return its address, empty if that was refused."""
        asked = BackMsg()
        one = asked.backend_operation_request
        one.request_id, one.session_id = uuid.uuid4().hex, self.session_id
        one.deferred_file.file_id = file_id
        answer = self._ask(asked, one.request_id).backend_operation_response
        return str(answer.deferred_file.url)

    def leave(self) -> None:
        """Close the tab."""
        if self._socket is not None:
            self._socket.close()
        self._listener.join(PATIENCE_SECONDS)

    # --- what is on the page

    def keys(self) -> list[str]:
        """The keys of all widgets that are drawn."""
        with self._changed:
            widgets = [_widget(one) for one in self._elements.values()]
        return [key for one in widgets if (key := _key(getattr(one, "id", "")))]

    def element(self, key: str) -> Element:
        """Return the widget `key` as it was drawn last.

        Raises:
            LookupError: there is none.
        """
        return self._elements[self._place(key)]

    def wait(self, true: Callable[[], bool], what: str) -> None:
        """Return as soon as `true()` is.

        Raises:
            TimeoutError: it did not come about.
            RuntimeError: the connection has ended.
        """
        end = time.monotonic() + PATIENCE_SECONDS
        with self._changed:
            while not true():
                if self._failed:
                    raise RuntimeError(f"{what}: the connection has ended") from self._failed
                if not self._changed.wait(end - time.monotonic()):
                    raise TimeoutError(what)

    # --- the protocol

    def run(self, fragment: str = "") -> None:
        """Have the page run with the widgets as they are, and wait for its end."""
        asked = BackMsg()
        state = asked.rerun_script
        state.page_script_hash, state.fragment_id = self._page, fragment
        state.context_info.locale, state.context_info.url = self.locale, self.url
        state.widget_states.widgets.extend(self._states.values())
        before = self.runs
        self._send(asked)
        self._states = {
            name: one for name, one in self._states.items() if not one.HasField("trigger_value")
        }
        self.wait(lambda: self.runs > before, "a run of the page to end")

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Ask the server as this browser would, cookies included; return status and body."""
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE_SECONDS)
        try:
            sent = {"Cookie": self._cookie(), "Accept": "text/html", **(headers or {})}
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            for header in answer.msg.get_all("Set-Cookie", []):
                self.cookies |= {name: one.value for name, one in SimpleCookie(header).items()}
            return answer.status, answer.read()
        finally:
            connection.close()

    def put(self, path: str, name: str, data: bytes) -> tuple[int, bytes]:
        """Send a file to an address of an upload."""
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        body = f"{head}Content-Type: image/png\r\n\r\n".encode() + data + f"\r\n--{edge}--".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self.request("PUT", path, body, kind | self.token())

    def token(self) -> dict[str, str]:
        """The header that shows a request to come from the page itself."""
        return {"X-Xsrftoken": self.cookies.get("_streamlit_xsrf", "")}

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _place(self, key: str) -> tuple[int, ...]:
        with self._changed:
            for place, element in self._elements.items():
                if _key(getattr(_widget(element), "id", "")) == key:
                    return place
        raise LookupError(f"no widget {key} among {self.keys()}")

    def _upload_field(self) -> FileUploader:
        with self._changed:
            for element in self._elements.values():
                if element.HasField("file_uploader"):
                    return element.file_uploader
        raise LookupError(f"no upload field among {self.keys()}")

    def _set(self, key: str, **value: object) -> None:
        place = self._place(key)
        state = WidgetState(id=_widget(self._elements[place]).id)
        for name, one in value.items():
            if isinstance(one, list):
                getattr(state, name).data.extend(one)
                state.SetInParent()
            else:
                setattr(state, name, one)
        self._states[state.id] = state
        self.run(self._fragments.get(place, ""))

    def _send(self, asked: BackMsg) -> None:
        if self._socket is None:
            raise RuntimeError("not connected")
        self._socket.send(asked.SerializeToString())

    def _ask(self, asked: BackMsg, request_id: str) -> ForwardMsg:
        self._send(asked)
        self.wait(lambda: request_id in self._answers, "an answer")
        return self._answers.pop(request_id)

    def _listen(self) -> None:
        try:
            with connect(
                f"ws://{self.host}/_stcore/stream",
                subprotocols=["streamlit"],  # type: ignore[list-item]
                origin=self.url,  # type: ignore[arg-type]
                additional_headers={"Cookie": self._cookie()},
                max_size=LARGE,
                compression=None,
                ping_interval=None,  # a busy page answers late, and is not gone
            ) as connection:
                with self._changed:
                    self._socket = connection
                    self._changed.notify_all()
                for data in connection:
                    with self._changed:
                        self.received.append(bytes(data))  # type: ignore[arg-type]
                        self._take(ForwardMsg.FromString(self.received[-1]))
                        self._changed.notify_all()
        except ConnectionClosed as closed:
            self._failed = closed
        except Exception as error:  # told to whoever waits, who would wait for ever
            self._failed = error
        with self._changed:
            self._changed.notify_all()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            kept = self._messages[message.ref_hash]
            kept.metadata.CopyFrom(message.metadata)
            message, kind = kept, kept.WhichOneof("type")
        elif message.metadata.cacheable:
            self._messages[message.hash] = message
        if kind == "new_session":
            self.session_id = message.new_session.initialize.session_id
            self._page = message.new_session.page_script_hash
            self._seen = set()
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "delta" and message.delta.HasField("new_element"):
            place = tuple(message.metadata.delta_path)
            self._seen.add(place)
            self._elements[place] = message.delta.new_element
            self._fragments[place] = message.delta.fragment_id
        elif kind == "script_finished":
            if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                for place in self._elements.keys() - self._seen:
                    del self._elements[place]
            if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self.runs += 1
        elif kind == "file_urls_response":
            self._answers[message.file_urls_response.response_id] = message
        elif kind == "backend_operation_response":
            self._answers[message.backend_operation_response.request_id] = message


def parts_of(data: bytes) -> dict[str, bytes]:
    """Return what a message brings to a component that packs its data as ui/components/viewer does.

    Args:
        data: a message.

    Returns:
        The parts by name, and the header, which is JSON, as "header"; nothing for other messages.
    """
    packed = ForwardMsg.FromString(data).delta.new_element.bidi_component.bytes
    if len(packed) < 4:
        return {}
    end = 4 + int.from_bytes(packed[:4], "little")
    try:
        lengths = json.loads(packed[4:end])["parts"]
    except (ValueError, KeyError, TypeError):
        return {}
    parts = {"header": packed[4:end]}
    for name, length in lengths:
        parts[name] = packed[end : end + length]
        end += length
    return parts


def _widget(element: Element) -> Element:
    return getattr(element, element.WhichOneof("type") or "empty")


def _key(widget_id: str) -> str:
    """The key in an id like `$$ID-0123abc-key`."""
    return widget_id.split("-", 2)[2] if widget_id.startswith("$$ID-") else ""
