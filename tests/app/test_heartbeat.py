"""The stacks of all threads can be read while they run."""

from __future__ import annotations

import subprocess
import sys
import threading

from tauscope.app.heartbeat import stacks
from tests.conftest import ROOT

BUSY = """
import sys, threading, time
from tauscope.app.heartbeat import stacks

def made(number):
    lines = "".join(f"    y = len(str(n + {k}))\\n" for k in range(30))
    space = {}
    exec("\\n" * number + f"def f(n):\\n{lines}    return f(n - 1) if n else n\\n", space)
    return space["f"]

class Local:
    # A variable of a call, as a painter is: it goes with the call, on its own thread.
    def __del__(self):
        strangers.append(threading.get_ident() != threading.main_thread().ident)

def calls():
    local = Local()
    return sum(range(3000)) + len(str(local))

def look():
    while not ended.is_set():
        seen.append(stacks().count(" in f\\n"))

ended, seen, strangers = threading.Event(), [], []
looker = threading.Thread(target=look, daemon=True)
looker.start()
end, done = time.monotonic() + 2.0, 0
while time.monotonic() < end or not any(seen):
    made(len(seen) % 2000)(40)  # code that is gone a moment later
    calls()
    assert len(strangers) == (done := done + 1), "it outlived its call"
ended.set()
looker.join()
print(len(seen), max(seen))
assert not any(strangers), "it was ended by another thread"
"""
"""What faulthandler's watchdog dies of within a second, and what frames that are held keep alive."""


def test_threads_that_work_are_looked_at_without_harm() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUSY], capture_output=True, text=True, timeout=120, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    looks, deepest = map(int, done.stdout.split())
    assert looks > 10 and deepest > 1


def test_the_stack_of_a_thread_names_what_it_waits_for() -> None:
    go = threading.Event()

    def waits_for_this_test() -> None:
        go.wait(60)

    thread = threading.Thread(target=waits_for_this_test, name="patient")
    thread.start()
    try:
        found = next(part for part in stacks().split("\n\n") if "(patient)" in part)
    finally:
        go.set()
        thread.join()
    assert "in waits_for_this_test" in found
    assert found.index("in wait\n") < found.index("in waits_for_this_test")  # the newest call first
