"""ONNX Runtime, which runs our small networks: told to report to nobody, and to write nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

# From 1.29 on it reports to its maker what it runs, and gives the machine a name that it keeps in a
# file. `disable_telemetry_events` comes too late for the first report; this is read once, when it
# is loaded. Microsoft, onnxruntime pull request 27379.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

ONLY_FATAL = 4  # of what it would write on standard error; every error is raised too
CPU = "CPUExecutionProvider"


def load_session(
    data: bytes, *, threads: int = 1, wanted: tuple[str, ...] = (CPU,)
) -> InferenceSession:
    """Return the network of a file's content, ready to run.

    Args:
        data: of an ONNX file.
        threads: that one run is spread over.
        wanted: what it may run on, the best first; what the machine lacks is left out.

    Raises:
        Exception: of no class in particular; it is no such network, or memory ran out.
    """
    # Here, so that a machine on which it cannot be loaded still has all that needs no network.
    import onnxruntime

    onnxruntime.set_default_logger_severity(ONLY_FATAL)
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = ONLY_FATAL
    # Said, for otherwise every thread is bound to a core of its own, whatever else runs there.
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    # By default threads spin while they wait for each other; where the cores have something else
    # to do too (another visitor's picture), all get slower by that.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # What was worked with is given back at once, and overwritten if the C library was told to
    # (ui/server/memory_cleanup.py): a face is not kept for the next one's sake.
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    has = onnxruntime.get_available_providers()
    providers = [provider for provider in wanted if provider in has]
    # It must not try again, after a word on standard output.
    return onnxruntime.InferenceSession(data, options, providers=providers, enable_fallback=0)
