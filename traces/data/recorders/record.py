"""Records histories of CPython in the form of docs/traces.md: python3 record.py DIR"""
import itertools
import json
import platform
import signal
import sys
import threading
import time


class KI(Exception):
    pass


class Thread:
    """What one thread records; nobody else writes to it."""

    def __init__(self, name):
        self.name, self.events = name, []

    def record(self, key, kind, **more):
        n = len(self.events)
        self.events.append({"t": self.name, "n": n, key: next(counter), "k": kind, **more})
        return n


def await_blocked():
    """Waits until the main thread has stood still for many looks, though it could have run."""
    main, looks, stood = threading.main_thread().ident, 0, None
    while looks < 100:
        time.sleep(0.001)
        frame = sys._current_frames()[main]
        now = (frame.f_code, frame.f_lasti)
        looks, stood = (looks + 1 if now == stood else 0), now


def interrupted(title, program, over, operation, blocks):
    """The main thread m is signalled in an operation by s; w runs until it is told, behind the history."""
    global counter
    counter = itertools.count(1)  # next() is one step of the interpreter
    m, w, s = Thread("m"), Thread("w"), Thread("s")
    begun, stop = threading.Event(), threading.Event()

    def handler(*_):
        m.record("at", "recv", id=1)
        raise KI

    def signals():
        begun.wait()
        call = s.record("inv", "await", to="m")
        await_blocked()
        s.record("ret", "await", of=call, res="done")
        call = s.record("inv", "send", to="m", id=1, sig="exc", **{"class": "KI"})
        signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)
        s.record("ret", "send", of=call, res="queued")
        s.record("at", "end", res="returned")

    worker, sender = threading.Thread(target=stop.wait), threading.Thread(target=signals)
    old = signal.signal(signal.SIGUSR1, handler)
    worker.start()
    sender.start()
    try:
        frame = m.record("at", "enter", frame="try", **{"class": "KI"})
        begun.set()
        m.record("inv", operation, **({"to": "w"} if operation == "join" else {}))
        blocks(worker)
    except KI:
        m.record("at", "leave", of=frame, res="unwind")
        inside = m.record("at", "enter", frame="handler")
        m.record("at", "log", word="ki")
        m.record("at", "leave", of=inside, res="normal")
    m.record("at", "end", res="returned")
    signal.signal(signal.SIGUSR1, old)
    sender.join()
    stop.set()
    header = {"interject": 1, **program, "name": title, "edition": "python@seed2018", "runtime": "cpython " + platform.python_version(),
              "threads": ["m", "w", "s"], "observed": ["send", "await", "join", "sleep", "recv", "enter", "leave", "log", "end"]}
    events = sorted(m.events + w.events + s.events, key=lambda e: e.get("at") or e.get("inv") or e.get("ret"))
    lines = [header] + events + [{"over": over, "events": len(events)}]
    with open(f"{sys.argv[1]}/{title}.ndjson", "w") as f:
        f.writelines(json.dumps(e, separators=(",", ":")) + "\n" for e in lines)


PY_JOIN_IGNORES = {"test": "37b3d4ee81623026", "program":
    "(litmus 1 py-join-ignores (flag never) (thread m (try KI ((join w) (log joined)) ((log ki)))) (thread w (spin never 1)) (thread s (await m) (throwTo m KI)))"}

interrupted("cpython-sleep", {"test": "free"}, "ended", "sleep", lambda _: time.sleep(10))
interrupted("cpython-join", PY_JOIN_IGNORES, "stopped", "join", lambda w: w.join())
