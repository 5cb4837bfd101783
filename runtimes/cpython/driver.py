"""The CPython driver: runs litmus programs on PyThreadState_SetAsyncExc, or, called
with the word asyncio, on the tasks of an event loop and Task.cancel.

It speaks docs/protocol.md on standard input and output. A program's wire form is
turned into Python source, one function for each thread, and compiled before any
thread starts. CPython receives an asynchronous exception after a call, at the entry
of a function and at a jump backwards [py-src ceval.c]: so the only safe point that
this driver adds is the call of step() with which each statement begins, and what a
thread records it records by stores, never by a call.
"""

import asyncio
import ctypes
import os
import platform
import random
import sys
import threading
import time
import warnings

LOG_SIZE = 1024
MANY = 5000  # statements in which a thread has been everywhere, many times: it loops
MARKS = 512  # events of a thread that a history has room for
LEAKS = 50  # threads left over after which the process asks for a successor

set_async_exc = ctypes.pythonapi.PyThreadState_SetAsyncExc
set_async_exc.argtypes = [ctypes.c_ulong, ctypes.py_object]


class Raised(Exception):
    """What programs throw; each class of theirs is a subclass."""


class Abandon(BaseException):
    """Ends the threads of a run that is over. No handler of a program takes it."""


class OtherError(Exception):
    """What operations raise themselves, where the library raises nothing."""


class Unsupported(Exception):
    pass


class Malformed(Exception):
    pass


# What a thread is about to wait in. RUNS stands for nothing of the kind.
RUNS, BLOCK, TIMED, SPIN, AWAIT = range(5)


class Thread:
    """One for each thread and run."""

    __slots__ = ("name", "ident", "native", "thread", "steps", "beats", "at", "value",
                 "end", "log", "used", "tape", "marks", "trying", "often", "longest", "delay", "random", "run")

    def __init__(self, name, run, rng):
        self.name, self.run = name, run
        self.ident = self.native = 0
        self.thread = None
        self.steps = self.beats = self.at = self.value = self.used = 0
        self.end = self.trying = None
        self.log = [None] * LOG_SIZE
        self.tape, self.marks = run.tape and [None] * MARKS, 0
        self.often = rng.choice((0.0, 0.0, 0.1, 0.4, 0.8))
        self.longest = rng.choice((3, 6, 9))
        self.delay = rng.randrange(1 << rng.randrange(11))
        self.random = random.Random(rng.random()).random


class Run:
    __slots__ = ("clock", "tape", "go", "abandon", "cells", "owner", "threads", "bodies")


def step(th):
    th.steps += 1
    if th.run.abandon:
        raise Abandon
    if th.often and th.random() < th.often:
        n = int(th.random() * 2 ** (1 + int(th.random() * th.longest)))
        if n & 3:
            for _ in range(n):
                pass
        else:
            time.sleep(0)


def beat(th):
    if th.run.abandon:
        raise Abandon
    th.beats += 1
    time.sleep(0)  # lets the interpreter lock go


# The wire form ---------------------------------------------------------------


class Form(list):
    """A list of the text, with the number of the parenthesis that opens it."""

    __slots__ = ("number",)


def read_wire(text):
    opened = 0
    tokens = text.replace("(", " ( ").replace(")", " ) ").split()
    stack, top = [], None
    for t in tokens:
        if top is not None:
            raise Malformed("text after the program")
        if t == "(":
            opened += 1
            stack.append(Form())
            stack[-1].number = opened
        elif not stack:
            raise Malformed("unbalanced parentheses")
        elif t == ")":
            done = stack.pop()
            if stack:
                stack[-1].append(done)
            else:
                top = done
        else:
            stack[-1].append(t)
    if top is None:
        raise Malformed("unbalanced parentheses")
    return top


# Compilation -----------------------------------------------------------------


class Program:
    def __init__(self, text, mode, recording=False):
        self.text, self.recording = text, recording
        form = read_wire(text)
        if form[:2] != ["litmus", "1"]:
            raise Malformed("not a program of wire version 1")
        self.cells, self.threads, self.waits = [], [], [(RUNS, "")]
        self.classes, self.mode = {}, mode
        bodies = []
        for d in form[3:]:
            if d[0] in ("thread", "later"):
                self.threads.append((d[1], d[0] == "later"))
                bodies.append(d[2:])
            elif d[0] in mode.declarations:
                self.cells.append((d[1], d[0], initial(d)))
            else:
                raise Unsupported(d[0])
        lines = []
        for i, body in enumerate(bodies):
            lines.append(f"{mode.define} body{i}(th, run, cells, owner, threads, log):")
            if recording:
                lines.append(" clock, tape = run.clock, th.tape")
            self.block(body, lines, " ")
        names = {"Raised": Raised, "OtherError": OtherError, "Abandon": Abandon, **mode.names, **self.classes}
        exec(compile("\n".join(lines), "<litmus>", "exec"), names)
        self.bodies = [names[f"body{i}"] for i in range(len(bodies))]

    def index(self, what, names, name):
        for i, n in enumerate(names):
            if n[0] == name:
                return i
        raise Malformed(f"no {what} named {name}")

    def cell(self, name):
        return self.index("cell", self.cells, name)

    def thread(self, name):
        return self.index("thread", self.threads, name)

    def cls(self, name):
        """The name that a class has in the compiled program."""
        if name == "any":
            return self.mode.any
        if name == "Cancelled" and self.mode is TASKS:
            return "CancelledError"
        if name == "Error":
            return "OtherError"
        key = "class_" + name.replace("-", "_dash_")
        self.classes.setdefault(key, type(name, (Raised,), {}))
        return key

    def waiting(self, kind, text, *data):
        self.waits.append((kind, text, *data))
        return len(self.waits) - 1

    def block(self, forms, out, pad):
        out.append(f"{pad}pass")
        for f in forms:
            if not isinstance(f, Form):
                raise Malformed("a statement is wanted")
            out.append(f"{pad}step(th)")
            self.statement(f[0], f[1:], out, pad, f.number)

    def statement(self, op, args, out, pad, number):
        emit = self.mode.forms.get(op)
        if emit is None:
            raise Unsupported(op)
        if self.recording and op in OPERATIONS:
            mark(out, pad, CALL, number, 0)
        emit(self, out, pad, *args)
        if self.recording and op in OPERATIONS:
            mark(out, pad, RETURN, number, OPERATIONS[op])
        elif self.recording and op in POINTS:
            mark(out, pad, POINT, number, POINTS[op])


# Histories. Threads change places only where exceptions are received, too: so nothing
# comes between the counter and the store, and no call, no lock is needed.

CALL, RETURN, POINT = 1, 2, 3

# What is recorded, and the value that is.
OPERATIONS = dict.fromkeys(("throwTo", "lock", "unlock", "acquire", "post", "spin", "set", "join", "join-timeout", "sleep",
                            "fork", "await", "settle"), "0") | {"alive?": "1 if answer else 0"}
POINTS = {"log": "0", "logv": "th.value"}


def mark(out, pad, what, number, value):
    out += [f"{pad}clock[0] += 1",
            f"{pad}if th.marks < {MARKS}: tape[th.marks] = (clock[0], {what}, {number}, {value})",
            f"{pad}th.marks += 1"]


def unobserved(p):
    """The kinds of events that histories leave out. Which of its exceptions a thread has
    received, and where, it cannot tell; the library's own lock scope is closed to us."""
    return ["recv"] + (["lock", "unlock"] if "(with-lock " in p.text else [])


def history(run):
    """The marks of a run, or None if there was no room for them."""
    if any(th.marks > MARKS for th in run.threads):
        return None
    return [(i, *m) for i, th in enumerate(run.threads) for m in th.tape[:th.marks]]


def initial(d):
    """The number that a cell is declared with; None for an empty mvar."""
    if len(d) < 3:
        return 0
    return {"-": None, "full": 0}[d[2]] if d[2] in ("-", "full") else int(d[2])


class Mode:
    """What differs between threads and tasks."""

    def __init__(self, runtime, declarations, define, any, waits):
        self.runtime, self.declarations, self.define, self.any = runtime, declarations, define, any
        records = runtime == "cpython" and getattr(sys, "_is_gil_enabled", lambda: True)()  # without it, marks would race
        self.records = ("outcome", "history") if records else ("outcome",)
        self.waits = waits  # how await is decided: docs/protocol.md
        self.forms, self.names, self.one_run = {}, {}, None


THREADS = Mode("cpython", ("flag", "var", "mutex", "sem"), "def", "Exception", "timing")
TASKS = Mode("asyncio", ("flag", "var", "mvar", "mutex", "sem"), "async def", "(Exception, CancelledError)", "state")


def form(name, *modes):
    def register(f):
        for m in modes or (THREADS,):
            m.forms[name] = f
        return f
    return register


BOTH = THREADS, TASKS


def wait_code(p, out, pad, kind, text, code):
    out += [f"{pad}th.at = {p.waiting(kind, text)}", f"{pad}{code}", f"{pad}th.at = 0"]


@form("log", *BOTH)
def _(p, out, pad, w):
    out += [f"{pad}log[th.used] = {w!r}", f"{pad}th.used += 1"]


@form("logv", *BOTH)
def _(p, out, pad, w):
    out += [f"{pad}log[th.used] = ({w!r}, th.value)", f"{pad}th.used += 1"]


@form("value", *BOTH)
def _(p, out, pad, n):
    out.append(f"{pad}th.value = {int(n)}")


@form("set")
def _(p, out, pad, x, n):
    out.append(f"{pad}cells[{p.cell(x)}] = {int(n)}")


@form("spin")
def _(p, out, pad, x, n):
    i = p.cell(x)
    out += [f"{pad}th.at = {p.waiting(SPIN, '', i, int(n))}",
            f"{pad}while cells[{i}] != {int(n)}:", f"{pad} beat(th)", f"{pad}th.at = 0"]


@form("while", *BOTH)
def _(p, out, pad, x, n, *body):
    out.append(f"{pad}while cells[{p.cell(x)}] == {int(n)}:")
    p.block(body, out, pad + " ")
    out.append(f"{pad} step(th)")


@form("nop", *BOTH)
@form("point")
@form("settle", *BOTH)  # the exception is stored when the send returns: nothing is in flight
def _(p, out, pad):
    pass


@form("try", *BOTH)
def _(p, out, pad, cls, body, handler):
    out.append(f"{pad}try:")
    p.block(body, out, pad + " ")
    if cls == "Error":
        out += [f"{pad}except Exception as problem:", f"{pad} if isinstance(problem, Raised): raise"]
    else:
        out.append(f"{pad}except {p.cls(cls)}:")
    p.block(handler, out, pad + " ")


@form("protect", *BOTH)
def _(p, out, pad, body, cleanup):
    out.append(f"{pad}try:")
    p.block(body, out, pad + " ")
    kept = f"kept{len(pad)}"  # the block's value is not that of its cleanup
    out += [f"{pad}finally:", f"{pad} {kept} = th.value"]
    p.block(cleanup, out, pad + " ")
    out.append(f"{pad} th.value = {kept}")


@form("with-lock")
def _(p, out, pad, l, *body):
    i = p.cell(l)
    out += [f"{pad}th.trying = {i}", f"{pad}th.at = {p.waiting(BLOCK, 'lock ' + l)}",
            f"{pad}with cells[{i}]:", f"{pad} owner[{i}], th.trying, th.at = th, None, 0"]
    p.block(body, out, pad + " ")


@form("raise", *BOTH)
def _(p, out, pad, cls):
    out.append(f"{pad}raise {p.cls(cls)}")


@form("throwTo")
def _(p, out, pad, t, cls):
    who = "th" if t == "self" else f"threads[{p.thread(t)}]"
    out.append(f"{pad}throw({who}.ident, {p.cls(cls)})")


@form("lock")
def _(p, out, pad, l):
    i = p.cell(l)
    out.append(f"{pad}th.trying = {i}")
    wait_code(p, out, pad, BLOCK, "lock " + l, f"cells[{i}].acquire()")
    out.append(f"{pad}owner[{i}], th.trying = th, None")


@form("unlock")
def _(p, out, pad, l):
    i = p.cell(l)
    out += [f"{pad}owner[{i}] = th.trying = None", f"{pad}cells[{i}].release()"]


@form("acquire")
def _(p, out, pad, s):
    wait_code(p, out, pad, BLOCK, "acquire " + s, f"cells[{p.cell(s)}].acquire()")


@form("post")
def _(p, out, pad, s):
    out.append(f"{pad}cells[{p.cell(s)}].release()")


@form("join")
def _(p, out, pad, t):
    wait_code(p, out, pad, BLOCK, "join " + t, f"threads[{p.thread(t)}].thread.join()")


@form("join-timeout")
def _(p, out, pad, t):
    wait_code(p, out, pad, TIMED, "", f"threads[{p.thread(t)}].thread.join(0.002)")


@form("sleep")
def _(p, out, pad):
    wait_code(p, out, pad, TIMED, "", "sleep(0.002)")


@form("alive?")
def _(p, out, pad, t):
    i = p.thread(t)
    out += [f"{pad}answer = threads[{i}].thread is not None and threads[{i}].thread.is_alive()",
            f"{pad}log[th.used] = 'alive' if answer else 'dead'", f"{pad}th.used += 1"]


@form("fork")
def _(p, out, pad, t):
    out.append(f"{pad}start(threads[{p.thread(t)}], run.bodies[{p.thread(t)}])")


@form("await")
def _(p, out, pad, t):
    i = p.thread(t)
    out += [f"{pad}th.at = {p.waiting(AWAIT, '')}", f"{pad}while not at_rest(th, threads[{i}]):",
            f"{pad} beat(th)", f"{pad}th.at = 0"]


def at_rest(th, other):
    """The thread is gone, or stays where it is while the interpreter lock goes round.

    Between the store that says where it is about to wait and that wait lies no
    point at which it could lose the lock; what cannot be told apart from waiting is
    a thread that has what it waited for and has not had the lock since."""
    if other.thread is None:
        return False
    if other.end is not None or over(other):
        return True
    at, steps = other.at, other.steps
    if PROGRAM.waits[at][0] not in (BLOCK, TIMED):
        return False
    for _ in range(25):
        beat(th)
        if other.at != at or other.steps != steps:
            return False
    return True


# Threads ---------------------------------------------------------------------


def wrapper(th, body):
    try:
        try:
            th.ident, th.native = threading.get_ident(), threading.get_native_id()
            while not th.run.go:
                time.sleep(0)
            for _ in range(th.delay):
                pass
            body(th, th.run, th.run.cells, th.run.owner, th.run.threads, th.log)
            th.end = "returned"
        except BaseException as e:
            th.end = e.__class__
    except BaseException as e:  # a second one, on the way
        th.end = e.__class__


def start_thread(th, body):
    if th.thread is not None:
        raise OtherError("started twice")
    th.thread = threading.Thread(target=wrapper, args=(th, body), daemon=True)
    th.thread.start()
    while not th.ident:
        time.sleep(0)


def fresh_cell(kind, init):
    if kind == "mutex":
        return threading.Lock()
    if kind == "sem":
        return threading.Semaphore(init)
    return init


def new_run(p, rng):
    run = Run()
    run.go = run.abandon = False
    run.clock, run.tape = [0], p.recording
    run.cells = [fresh_cell(kind, init) for _, kind, init in p.cells]
    run.owner = [None] * len(p.cells)
    run.threads = [Thread(name, run, rng) for name, _ in p.threads]
    run.bodies = p.bodies
    return run


def start_run(p, run, rng):
    now = [(th, b) for th, b, (_, later) in zip(run.threads, p.bodies, p.threads) if not later]
    rng.shuffle(now)
    for th, body in now:
        start_thread(th, body)
    run.go = True


def over(th):
    """Whether it has ended, or has not begun. is_alive() is wrong where a join was
    interrupted [cpython-90882]: a thread has ended when it says so, or the kernel."""
    if th.thread is None:
        return True
    if th.thread.is_alive():
        return False
    return th.end is not None or not os.path.exists(f"/proc/self/task/{th.native}")


# Quiescence is decided by state: between two looks no thread took a step, those that
# wait were not scheduled once (a thread that waits for the interpreter lock is, at
# each end of the switch interval), and those that spin went round.


def os_look(th):
    try:
        with open(f"/proc/self/task/{th.native}/status") as f:
            text = f.read()
    except OSError:
        return None
    if "\nState:\tS" not in text:
        return None
    return text[text.index("\nvoluntary_ctxt_switches"):]


def look(p, th):
    if over(th):
        return "over"
    kind, _, *data = p.waits[th.at]
    if kind == BLOCK:
        s = os_look(th)
        return s and (th.at, th.steps, s)
    if kind == AWAIT or kind == SPIN and th.run.cells[data[0]] != data[1]:
        return (th.at, th.steps)
    return None


def quiescent(p, run):
    first = [look(p, th) for th in run.threads]
    if None in first:
        return False
    beats = [th.beats for th in run.threads]
    for _ in range(100):
        time.sleep(0.002)
        if all(x == "over" or len(x) == 3 or th.beats > b + 60 for x, th, b in zip(first, run.threads, beats)):
            return first == [look(p, th) for th in run.threads]
        if any(x != "over" and (over(th) or x[:2] != (th.at, th.steps)) for x, th in zip(first, run.threads)):
            break  # it has ended or taken a step, and may go round no more
    return False


def snapshot(p, run):
    return [(look(p, th), th.steps) for th in run.threads]


def loopers(p, run, before):
    """The threads that went round many times since, if all others have been at rest since."""
    moved = []
    for th, (look0, steps0) in zip(run.threads, before):
        if th.steps > steps0 + MANY:
            moved.append(th)
        elif look0 is None or look0 != look(p, th):
            return []
    return moved


def finish(p, run, limit):
    """Waits for the end: the threads that loop, or None when it did not come."""
    deadline = time.monotonic() + limit
    before = snapshot(p, run)
    for k in range(1 << 60):
        if all(over(th) for th in run.threads):
            return []
        if k < 200:
            time.sleep(0)
            continue
        if quiescent(p, run):
            return []
        if looping := loopers(p, run, before):
            return looping
        if any(th.steps > s + 2 * MANY for th, (_, s) in zip(run.threads, before)):
            before = snapshot(p, run)
        if time.monotonic() > deadline:
            return None
        time.sleep(0.001)


# Its outcome ------------------------------------------------------------------


def class_of(e):
    if issubclass(e, asyncio.CancelledError):
        return "Cancelled"
    return e.__name__ if issubclass(e, Raised) else "Error"


def end_text(p, th):
    if th.thread is None:
        return "unstarted"
    if th.end is None:
        kind, text, *_ = p.waits[th.at]
        return "blocked " + text if kind == BLOCK else "running"
    if th.end == "returned":
        return "returned"
    return "died " + class_of(th.end)


def log_text(th):
    words = [w if isinstance(w, str) else f"{w[0]}={w[1]}" for w in th.log[:th.used]]
    return " [" + " ".join(words) + "]" if words else ""


def holder(p, run, i):
    """A Lock does not know who holds it: the thread that was interrupted after it had
    the lock and before it could say so, else the last that said so."""
    for th in run.threads:
        if th.trying == i and (th.end is not None or p.waits[th.at][0] != BLOCK):
            return th.name
    return run.owner[i].name if run.owner[i] else "gone"


def outcome(p, run, looping):
    parts = [f"{th.name}={'running' if th in looping else end_text(p, th)}{log_text(th)}" for th in run.threads]
    for i, (name, kind, _) in enumerate(p.cells):
        c = run.cells[i]
        if kind == "var":
            parts.append(f"{name}={c}")
        elif kind == "sem":
            parts.append(f"{name}={c._value}")
        elif kind == "mutex":
            parts.append(f"{name}=held {holder(p, run, i)}" if c.locked() else f"{name}=free")
        elif kind == "mvar":
            parts.append(f"{name}={c._queue[0] or 'full' if c.qsize() else 'empty'}")
    return "; ".join(parts)


def abandon(run):
    """Tells the threads that are left to go; how many did not."""
    run.abandon = True
    for _ in range(50):
        left = [th for th in run.threads if not over(th)]
        if not left:
            return 0
        for c in run.cells:
            if isinstance(c, threading.Semaphore):
                c.release()
            elif not isinstance(c, int) and c.locked():
                try:
                    c.release()
                except RuntimeError:
                    pass  # somebody else did
        time.sleep(0.0002)
    return len(left)


def run_threads(p, rng, limit):
    """One run: its outcome, None if there is none yet, how many threads were left, and its history."""
    run = new_run(p, rng)
    start_run(p, run, rng)
    looping = finish(p, run, limit)
    text = None if looping is None else outcome(p, run, looping)
    marks = history(run) if p.recording and looping == [] else None
    return text, abandon(run), marks


THREADS.one_run = run_threads
THREADS.names = {"step": step, "beat": beat, "at_rest": at_rest, "throw": set_async_exc,
                 "start": start_thread, "sleep": time.sleep}


# Tasks ------------------------------------------------------------------------

# A thread is a task of one loop. Nothing of the driver stands between two statements
# but step(), which does not suspend: where a task is suspended, and only there, others
# run and cancel it. Jitter is the order in which tasks are made, how many turns of the
# loop it takes until each begins, and how many turns a suspension lasts.

ROUNDS = 25  # turns of the loop without a change after which nothing will change
ROUND = 500  # statements in which a task that suspends has been everywhere, many times: it loops
HOG = 20000  # statements without a suspension in which a task has been everywhere


class Task:
    """One for each thread and run."""

    __slots__ = ("name", "run", "task", "born", "early", "steps", "alone", "at", "value", "log", "used",
                 "trying", "longest")

    def __init__(self, name, run, rng):
        self.name, self.run, self.task, self.born, self.early = name, run, None, None, 0
        self.steps = self.alone = self.at = self.value = self.used = 0
        self.trying = None
        self.log = [None] * LOG_SIZE
        self.longest = rng.choice((0, 0, 1, 4))

    @property
    def thread(self):  # whether it was started
        return self.task

    @property
    def end(self):
        """None while it lasts, "returned", or the class that it died of."""
        if self.task is None or not self.task.done():
            return None
        if self.task.cancelled():
            return asyncio.CancelledError
        e = self.task.exception()
        return "returned" if e is None else e.__class__


class TaskRun:
    __slots__ = ("abandon", "cells", "watchers", "owner", "threads", "bodies", "random", "text", "program")


def task_step(th):
    th.steps += 1
    th.alone += 1
    if th.run.abandon:
        raise Abandon
    if th.alone > HOG:  # nobody else ever runs
        th.run.text = outcome(th.run.program, th.run, [th])
        th.run.abandon = True
        raise Abandon


async def turns(th):
    """A suspension that lasts a few turns of the loop."""
    th.alone = 0
    for _ in range(1 + int(th.run.random() * (1 + th.longest))):
        await asyncio.sleep(0)
    if th.run.abandon:
        raise Abandon


def at_rest_task(other):
    return other.end is not None or other.task is not None and other.run.program.waits[other.at][0] in (BLOCK, TIMED)


async def await_task(other):
    if other.task is None:
        if other.born is None:
            other.born = asyncio.get_running_loop().create_future()
        await asyncio.shield(other.born)
    return other.task


async def shielded(other):
    await asyncio.shield(await await_task(other))


async def joined(other):
    await (await await_task(other))


async def join_for_a_while(other, seconds):
    task = other.task
    if task is None:
        await asyncio.sleep(seconds)
        return
    if not task.done():
        await asyncio.wait({task}, timeout=seconds)
    if task.done():
        task.result()


def lapse(th):
    return th.run.random() * 3e-4 + 1e-6


def cancel_task(th):
    if th.task is None:
        th.early += 1
    else:
        th.task.cancel()


async def begin(delay, body):
    """A task that the loop does not come to for some turns: cancelled meanwhile, it never begins."""
    for _ in range(delay):
        try:
            await asyncio.sleep(0)
        except BaseException:
            body.close()
            raise
    await body


def start_task(th, body, delay=0):
    if th.task is not None:
        raise OtherError("started twice")
    body = body(th, th.run, th.run.cells, th.run.owner, th.run.threads, th.log)
    th.task = asyncio.get_running_loop().create_task(begin(delay, body))
    for _ in range(th.early):
        th.task.cancel()
    if th.born is not None and not th.born.done():
        th.born.set_result(None)


async def until(run, i, n):
    while run.cells[i] != n:
        f = asyncio.get_running_loop().create_future()
        run.watchers[i].append(f)
        await f


def changed(run, i):
    for f in run.watchers[i]:
        if not f.done():
            f.set_result(None)
    run.watchers[i].clear()


def may_lock(th, i):  # asyncio.Lock knows no owner
    if th.run.owner[i] is th:
        raise OtherError("taken twice")


def may_unlock(th, i):
    if th.run.owner[i] is not th:
        raise OtherError("not held")


def suspends(p, out, pad, kind, text, code, *data):
    """An await, with where it waits written down before; a wait that is done at once is seen by nobody."""
    out += [f"{pad}th.at, th.alone = {p.waiting(kind, text, *data)}, 0", f"{pad}try:", f"{pad} {code}", f"{pad}finally:", f"{pad} th.at = 0"]


@form("point", TASKS)
def _(p, out, pad):
    out.append(f"{pad}await turns(th)")


@form("set", TASKS)
def _(p, out, pad, x, n):
    out += [f"{pad}cells[{p.cell(x)}] = {int(n)}", f"{pad}changed(run, {p.cell(x)})"]


@form("spin", TASKS)
def _(p, out, pad, x, n):
    i = p.cell(x)
    out += [f"{pad}th.at = {p.waiting(SPIN, '', i, int(n))}", f"{pad}try:",
            f"{pad} await turns(th)", f"{pad} while cells[{i}] != {int(n)}: await turns(th)",
            f"{pad}finally:", f"{pad} th.at = 0"]


@form("await", TASKS)
def _(p, out, pad, t):
    out += [f"{pad}th.at = {p.waiting(AWAIT, '')}", f"{pad}try:",
            f"{pad} await turns(th)", f"{pad} while not at_rest(threads[{p.thread(t)}]): await turns(th)",
            f"{pad}finally:", f"{pad} th.at = 0"]


@form("with-lock", TASKS)  # what the manual says that async with is
def _(p, out, pad, l, *body):
    TASKS.forms["lock"](p, out, pad, l)
    out.append(f"{pad}try:")
    p.block(body, out, pad + " ")
    out.append(f"{pad}finally:")
    TASKS.forms["unlock"](p, out, pad + " ", l)


@form("bracket", TASKS)
def _(p, out, pad, acquire, use, release):
    p.block(acquire, out, pad)
    TASKS.forms["protect"](p, out, pad, use, release)


@form("cancel", TASKS)
def _(p, out, pad, t):
    who = "th" if t == "self" else f"threads[{p.thread(t)}]"
    out.append(f"{pad}cancel({who})")


@form("uncancel", TASKS)
def _(p, out, pad):
    out.append(f"{pad}th.value = th.task.uncancel()")


@form("cancelled?", TASKS)
def _(p, out, pad):
    out += [f"{pad}log[th.used] = 'cancelled' if th.task.cancelling() else 'clean'", f"{pad}th.used += 1"]


@form("take", TASKS)
def _(p, out, pad, m):
    suspends(p, out, pad, BLOCK, "take " + m, f"th.value = await cells[{p.cell(m)}].get()")


@form("put", TASKS)
def _(p, out, pad, m, n):
    suspends(p, out, pad, BLOCK, "put " + m, f"await cells[{p.cell(m)}].put({0 if n == 'full' else int(n)})")


@form("lock", TASKS)
def _(p, out, pad, l):
    i = p.cell(l)
    out.append(f"{pad}may_lock(th, {i})")
    suspends(p, out, pad, BLOCK, "lock " + l, f"await cells[{i}].acquire()")
    out.append(f"{pad}owner[{i}] = th")


@form("unlock", TASKS)
def _(p, out, pad, l):
    i = p.cell(l)
    out += [f"{pad}may_unlock(th, {i})", f"{pad}owner[{i}] = None", f"{pad}cells[{i}].release()"]


@form("acquire", TASKS)
def _(p, out, pad, s):
    suspends(p, out, pad, BLOCK, "acquire " + s, f"await cells[{p.cell(s)}].acquire()")


@form("post", TASKS)
def _(p, out, pad, s):
    out.append(f"{pad}cells[{p.cell(s)}].release()")


@form("wait-until", TASKS)
def _(p, out, pad, x, n):
    suspends(p, out, pad, BLOCK, "wait-until " + x, f"await until(run, {p.cell(x)}, {int(n)})")


@form("join", TASKS)
def _(p, out, pad, t):
    suspends(p, out, pad, BLOCK, "join " + t, f"await joined(threads[{p.thread(t)}])", p.thread(t))


@form("join-shielded", TASKS)
def _(p, out, pad, t):
    suspends(p, out, pad, BLOCK, "join " + t, f"await shielded(threads[{p.thread(t)}])")


@form("join-timeout", TASKS)
def _(p, out, pad, t):
    suspends(p, out, pad, TIMED, "join " + t, f"await join_for_a_while(threads[{p.thread(t)}], lapse(th))")


@form("sleep", TASKS)
def _(p, out, pad):
    suspends(p, out, pad, TIMED, "", "await sleep(lapse(th))")


@form("alive?", TASKS)
def _(p, out, pad, t):
    out += [f"{pad}log[th.used] = 'alive' if threads[{p.thread(t)}].end is None else 'dead'", f"{pad}th.used += 1"]


@form("fork", TASKS)
def _(p, out, pad, t):
    out.append(f"{pad}start(threads[{p.thread(t)}], run.bodies[{p.thread(t)}])")


TASKS.names = {"step": task_step, "turns": turns, "at_rest": at_rest_task, "joined": joined, "shielded": shielded,
               "join_for_a_while": join_for_a_while, "until": until, "changed": changed, "lapse": lapse,
               "may_lock": may_lock, "may_unlock": may_unlock, "cancel": cancel_task, "start": start_task,
               "sleep": asyncio.sleep, "CancelledError": asyncio.CancelledError}


def fresh_task_cell(kind, init):
    if kind == "mutex":
        return asyncio.Lock()
    if kind == "sem":
        return asyncio.Semaphore(init)
    if kind == "mvar":
        q = asyncio.Queue(1)
        if init is not None:
            q.put_nowait(init)
        return q
    return init


def look_task(p, th):
    """Where it stands, None when it may go on by itself."""
    if th.task is None or th.task.done():
        return "over"
    kind, _, *data = p.waits[th.at]
    if kind == BLOCK or kind == AWAIT or kind == SPIN and th.run.cells[data[0]] != data[1]:
        return th.at, th.steps
    return None


async def rest(p, run, limit):
    """Waits for the end: the tasks that loop, or None when it did not come. All is at rest
    when nothing changed for so many turns of the loop: a turn runs all that can run, and no
    wake-up passes through as many callbacks."""
    deadline, quiet, last = time.monotonic() + limit, 0, None
    before = [(look_task(p, th), th.steps) for th in run.threads]
    while run.text is None:
        now = [look_task(p, th) for th in run.threads]
        if all(x == "over" for x in now):
            return []
        quiet = quiet + 1 if now == last and None not in now else 0
        if quiet > ROUNDS:
            return []
        last = now
        moved = [th for th, (_, s) in zip(run.threads, before) if th.steps > s + ROUND]
        if moved:
            if all(th in moved or was is not None and was == look_task(p, th) for th, (was, _) in zip(run.threads, before)):
                return moved
            before = [(look_task(p, th), th.steps) for th in run.threads]
        if time.monotonic() > deadline:
            return None
        await asyncio.sleep(0)
    return []


def circular(p, run, th):
    """Whether it awaits one that awaits it, over however many others: to cancel it is a recursion
    without end, and an error."""
    for _ in run.threads:
        kind, _, *data = p.waits[th.at]
        if th.end is not None or kind != BLOCK or not data:
            return False
        th = run.threads[data[0]]
    return True


async def run_on_loop(p, rng, limit):
    run = TaskRun()
    run.abandon, run.text, run.program, run.random = False, None, p, random.Random(rng.random()).random
    run.cells = [fresh_task_cell(kind, init) for _, kind, init in p.cells]
    run.watchers = [[] for _ in p.cells]
    run.owner = [None] * len(p.cells)
    run.threads = [Task(name, run, rng) for name, _ in p.threads]
    run.bodies = p.bodies
    now = [(th, b) for th, b, (_, later) in zip(run.threads, p.bodies, p.threads) if not later]
    rng.shuffle(now)
    apart = rng.choice((0, 0, 1, 4, 12))
    for th, body in now:
        start_task(th, body, rng.randint(0, apart))
    looping = await rest(p, run, limit)
    text = run.text or (None if looping is None else outcome(p, run, looping))
    run.abandon = True
    for _ in range(50):
        left = [th for th in run.threads if th.task is not None and th.end is None]
        if not left:
            break
        for th in left:
            if not circular(p, run, th):
                th.task.cancel()
        await asyncio.sleep(0)
    return text, len(left), None


LOOP = None


def run_tasks(p, rng, limit):
    global LOOP
    if LOOP is None:
        LOOP = asyncio.new_event_loop()
        LOOP.set_exception_handler(lambda loop, context: None)
        warnings.simplefilter("ignore")  # tasks that never begin leave a coroutine that was never awaited
    return LOOP.run_until_complete(run_on_loop(p, rng, limit))


TASKS.one_run = run_tasks

# The protocol -----------------------------------------------------------------

PROGRAM = None


def reply(seq, **fields):
    import json
    sys.stdout.write(json.dumps({"seq": seq, **fields}, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def flush(seq, counts):
    for text in sorted(counts):
        reply(seq, outcome=text, count=counts[text])
    counts.clear()


def run_many(seq, p, runs, seed, limit):
    rng, counts = random.Random(seed), {}
    hangs = leaks = done = 0
    flushed = time.monotonic()
    while done < runs and leaks < LEAKS:
        text, left, marks = p.mode.one_run(p, rng, limit)
        if text is None:
            hangs += 1
            reply(seq, undecided="starved", count=1)
        elif marks is not None:
            reply(seq, outcome=text, count=1, history=marks)
        else:
            counts[text] = counts.get(text, 0) + 1
        leaks += left
        done += 1
        if time.monotonic() > flushed + 0.1:
            flush(seq, counts)
            flushed = time.monotonic()
    flush(seq, counts)
    reply(seq, done=True, runs=done, hangs=hangs, recycle=leaks >= LEAKS)


def calibrate(seq, mode):
    global PROGRAM
    PROGRAM = p = Program("(litmus 1 calibrate (thread a (nop)) (thread b (nop)))", mode)
    rng, times = random.Random(1), []
    for _ in range(100):
        t = time.monotonic()
        mode.one_run(p, rng, 2)
        times.append(time.monotonic() - t)
    reply(seq, ok=True, p99_us=int(sorted(times)[98] * 1e6))


def serve(line, mode):
    global PROGRAM
    import json
    m = json.loads(line)
    seq, cmd = m["seq"], m["cmd"]
    try:
        if cmd == "hello":
            reply(seq, ok=True, proto=1, runtime=mode.runtime, version=platform.python_version(),
                  **{"await": mode.waits}, forms=sorted(["thread", "later", *mode.declarations, *mode.forms]))
        elif cmd == "load":
            PROGRAM = Program(m["program"], mode)
            reply(seq, ok=True, **({"unobserved": unobserved(PROGRAM)} if mode is THREADS else {}))
        elif cmd == "run" and m["mode"] not in mode.records:
            reply(seq, skipped=f"no mode {m['mode']}")
        elif cmd == "run":
            if PROGRAM.recording != (m["mode"] == "history"):
                PROGRAM = Program(PROGRAM.text, mode, m["mode"] == "history")
            run_many(seq, PROGRAM, m["runs"], m["seed"], m["limit_ms"] / 1000)
        elif cmd == "calibrate":
            calibrate(seq, mode)
        elif cmd == "stop":
            reply(seq, ok=True)
            os._exit(0)
        else:
            reply(seq, error=f"no command {cmd}")
    except Unsupported as e:
        reply(seq, skipped=f"no form {e}")
    except (Malformed, TypeError, ValueError) as e:
        reply(seq, error=str(e))


def main():
    sys.setswitchinterval(5e-5)
    threading.excepthook = lambda args: None
    sys.unraisablehook = lambda args: None
    mode = TASKS if sys.argv[1:] == [TASKS.runtime] else THREADS
    for line in sys.stdin:
        serve(line, mode)
    os._exit(0)


main()
