"""How much one visitor, and all together, may ask of the server.

A process serves about twenty people (docs/deployment.md). What is here lets several times as many
come and leaves nobody who works as people do waiting; it is there for programs.
"""

from __future__ import annotations

MIB = 2**20

# --- tabs, which are WebSockets

TABS_OF_A_VISITOR = 8
TABS = 64
# New ones, as (at once, a second after that). Streamlit keeps 128 sessions whose connection was
# lost, for a minute, and lets go of the oldest first: fewer come in a minute, so that nobody can
# push out the session of a phone that is asleep.
NEW_OF_A_VISITOR = (12.0, 0.5)
NEW = (60.0, 1.0)

# --- messages of a tab

MESSAGES = (200.0, 20.0)  # the same; above it, they wait
NAMES_OF_FILES = 8  # the page asks for one address at a time
FILES_TOLD = 256  # of a tab; the oldest go first
DOWNLOADS_AT_ONCE = 2  # that are being made for a tab; a third waits
DOWNLOAD_SECONDS = 20.0  # and no longer than that

# --- runs of the page: 0.1 to 0.3 s of one core each, and Python fills little more than one

RUNS_AT_ONCE = 4
# After which the next may begin although this one goes on. Painting takes longer, beside Python.
RUN_SECONDS = 1.0
# For how long one thread keeps Python to itself while others wait. With four runs, the one thread
# that answers everybody has its turn five times as often as by default: while 60 tabs all ask for a
# run, an answer takes 0.9 instead of 2.2 s at most, and the runs end no later.
SWITCH_SECONDS = 0.001

# --- uploads; a photo lies there from its sending to the next run of the page, then it is removed

UPLOADED_OF_A_VISITOR = 128 * MIB
UPLOADED = 512 * MIB
UPLOADS_AT_ONCE_OF_A_VISITOR = 2
UPLOADS_AT_ONCE = 8
STALLED_SECONDS = 30.0  # without a byte of a body that was announced

# --- anything else

REQUESTS_AT_ONCE = 256
