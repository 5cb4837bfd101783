import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The Java driver: runs litmus programs on Thread.interrupt.
 *
 * It speaks docs/protocol.md on standard input and output. A program's wire form is
 * turned into objects, one for each statement, before any thread starts. cancel is
 * Thread.interrupt, point is a look at the flag, and an operation that throws
 * InterruptedException raises Cancelled [java-api Thread.interrupt]. A mutex is a
 * ReentrantLock, whose lock() does not; it is not recursive in the language, so the
 * driver refuses the second taking. An mvar is an ArrayBlockingQueue of one item.
 *
 * Every statement begins with Th.step, where the run's jitter is spent: threads run in
 * parallel, so that short pauses do.
 */
public final class Driver {
    static final int LEAKS = 32; // threads left over, then the process asks for a successor
    static final int MANY = 20_000; // statements after which a thread loops, if all others rest

    interface Code {
        void run(Th t) throws Exception;
    }

    /** What raise raises. Any other exception that is not for interrupts is of class Error. */
    static final class Raised extends Exception {
        Raised(String name) {
            super(name, null, false, false);
        }
    }

    /** Ends the threads of a run that is over; no handler of a program takes it. */
    static final class Abandon extends Error {
        Abandon() {
            super("", null, false, false);
        }
    }

    static final class Unsupported extends RuntimeException {
        Unsupported(String what) {
            super("no " + what);
        }
    }

    static final class Malformed extends RuntimeException {
        Malformed(String what) {
            super(what);
        }
    }

    static String classOf(Exception e) {
        return e instanceof Raised ? e.getMessage() : e instanceof InterruptedException ? "Cancelled" : "Error";
    }

    enum Kind { RUNS, BLOCK, TIMED, SPIN, AWAIT }

    /** What a thread is about to wait in; a spinning one, for what. */
    record Wait(Kind kind, String text, int cell, int number) {
        Wait(Kind kind, String text) {
            this(kind, text, 0, 0);
        }
    }

    static final Wait RUNS = new Wait(Kind.RUNS, "");

    static final class Var {
        volatile int n;
    }

    static final class Lock extends ReentrantLock {
        Thread owner() {
            return getOwner();
        }
    }

    /** One for each thread and run. */
    static final class Th implements Runnable {
        final String name;
        final Run run;
        final Code code;
        final Thread thread = new Thread(null, this, "litmus", 256 << 10);
        final List<String> log = new ArrayList<>();
        final int often, longest, delay;
        volatile Wait at = RUNS;
        volatile int steps, beats;
        volatile String end, tid;
        int value;
        long rng;

        Th(String name, Code code, Run run, Random r) {
            this.name = name;
            this.code = code;
            this.run = run;
            often = run.often;
            longest = run.longest;
            delay = r.nextInt(1 << r.nextInt(15));
            rng = r.nextLong() | 1;
            thread.setDaemon(true);
        }

        int next(int bound) {
            rng ^= rng << 13;
            rng ^= rng >>> 7;
            rng ^= rng << 17;
            return (int) ((rng >>> 33) % bound);
        }

        void step() {
            at = RUNS;
            steps++;
            if (run.abandon) throw new Abandon();
            if (next(256) >= often) return;
            if (next(16) == 0) Thread.yield();
            else pause(1 << next(longest));
        }

        void beat() {
            beats++;
            if (run.abandon) throw new Abandon();
            Thread.onSpinWait();
            if ((beats & 63) == 0) Thread.yield();
        }

        @Override
        public void run() {
            tid = kernelName();
            for (int i = 1; !run.go; i++) {
                Thread.onSpinWait();
                if ((i & 255) == 0) Thread.yield();
            }
            pause(delay);
            String how;
            try {
                code.run(this);
                how = "returned";
            } catch (Exception e) {
                how = "died " + classOf(e);
            } catch (Abandon | ThreadDeath e) {
                how = "abandoned";
            }
            end = how;
        }

        boolean ended() {
            return thread.getState() == Thread.State.TERMINATED;
        }

        boolean started() {
            return thread.getState() != Thread.State.NEW;
        }

        Th mustHaveStarted() {
            if (!started()) throw new IllegalStateException("not started");
            return this;
        }
    }

    static void pause(int n) {
        for (int i = 0; i < n; i++) Thread.onSpinWait();
    }

    // What the kernel says of a thread ------------------------------------------------

    static String kernelName() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static String status(Th t) {
        try {
            return Files.readString(Path.of("/proc/self/task/" + t.tid + "/status"));
        } catch (IOException e) {
            return null;
        }
    }

    /** How often the thread was scheduled, if it sleeps; else null. */
    static String sleeps(Th t) {
        String text = status(t);
        if (text == null || !text.contains("\nState:\tS")) return null;
        return text.substring(text.indexOf("\nvoluntary_ctxt_switches"));
    }

    /**
     * What a thread is at rest in; else null. The state that Java has for a thread which was
     * woken is WAITING until it runs; that of the kernel is not S from the moment it was.
     */
    static List<Object> look(Th t) {
        if (!t.started()) return List.of("unstarted");
        // One that has ended may still have to wake those that join it.
        if (t.ended()) return status(t) == null ? List.of("ended") : null;
        Wait at = t.at;
        int steps = t.steps;
        switch (at.kind) {
            case BLOCK:
                if (t.thread.getState() != Thread.State.WAITING) return null;
                String s = sleeps(t);
                return s == null ? null : List.of(at, steps, s);
            case SPIN:
                return ((Var) t.run.cells[at.cell]).n == at.number ? null : List.of(at, steps);
            case AWAIT:
                return List.of(at, steps);
            default:
                return null;
        }
    }

    static boolean atRest(Th t, Th asker) {
        if (!t.started()) return false;
        if (t.ended()) return true;
        Wait at = t.at;
        int steps = t.steps;
        if (at.kind != Kind.BLOCK && at.kind != Kind.TIMED) return false;
        for (int i = 0; i < 2; i++) {
            asker.beat();
            Thread.State s = t.thread.getState();
            if (s == Thread.State.RUNNABLE || sleeps(t) == null && !t.ended()) return false;
        }
        return t.at == at && t.steps == steps;
    }

    // The wire form -------------------------------------------------------------------

    /** The tokens of a form: Strings, and Lists of the like. */
    static List<Object> readWire(String text) {
        ArrayDeque<List<Object>> open = new ArrayDeque<>();
        List<Object> top = null;
        Matcher m = Pattern.compile("[()]|[^() \t]+").matcher(text);
        while (m.find()) {
            if (top != null) throw new Malformed("text after the program");
            String token = m.group();
            if (token.equals("(")) {
                open.push(new ArrayList<>());
            } else if (open.isEmpty()) {
                throw new Malformed("unbalanced parentheses");
            } else if (token.equals(")")) {
                List<Object> done = open.pop();
                if (open.isEmpty()) top = done;
                else open.peek().add(done);
            } else {
                open.peek().add(token);
            }
        }
        if (top == null) throw new Malformed("unbalanced parentheses");
        return top;
    }

    /** The arguments of one form. */
    record Args(List<Object> all) {
        String atom(int i) {
            if (i < all.size() && all.get(i) instanceof String s) return s;
            throw new Malformed("a name or number is missing in " + all);
        }

        int number(int i) {
            String s = atom(i);
            if (s.equals("full")) return FULL;
            if (s.equals("-")) return EMPTY;
            if (s.matches("[0-9]{1,9}")) return Integer.parseInt(s);
            throw new Malformed(s + " is no number");
        }

        Args form(int i) {
            if (i < all.size() && all.get(i) instanceof List<?> l) return new Args(new ArrayList<>(l));
            throw new Malformed("a block is missing in " + all);
        }

        Args from(int i) {
            return new Args(all.subList(Math.min(i, all.size()), all.size()));
        }

        int size() {
            return all.size();
        }
    }

    static final int FULL = -1, EMPTY = -2;

    // Compilation ---------------------------------------------------------------------

    record Cell(String name, String kind, int init) {}

    record Body(String name, boolean later, Code[] code) {}

    static final class Program {
        final List<Cell> cells = new ArrayList<>();
        final List<Body> threads = new ArrayList<>();
        final Map<Integer, Integer> mutexOf = new HashMap<>(); // of each condition

        Program(String text) {
            Args form = new Args(readWire(text));
            if (!form.atom(0).equals("litmus") || !form.atom(1).equals("1")) throw new Malformed("not a program of wire version 1");
            form.atom(2);
            List<Args> bodies = new ArrayList<>();
            for (int i = 3; i < form.size(); i++) {
                Args d = form.form(i);
                String kind = d.atom(0);
                if (kind.equals("thread") || kind.equals("later")) {
                    threads.add(new Body(d.atom(1), kind.equals("later"), new Code[1]));
                    bodies.add(d.from(2));
                } else if (CELLS.contains(kind)) {
                    cells.add(new Cell(d.atom(1), kind, d.size() > 2 ? d.number(2) : 0));
                } else {
                    throw new Unsupported("form " + kind);
                }
            }
            for (int i = 0; i < bodies.size(); i++) threads.get(i).code[0] = block(bodies.get(i));
        }

        int cell(String name) {
            for (int i = 0; i < cells.size(); i++) if (cells.get(i).name.equals(name)) return i;
            throw new Malformed("no cell named " + name);
        }

        /** The thread of that name in the run of the thread that asks, which may be itself. */
        Function<Th, Th> peer(String name) {
            if (name.equals("self")) return t -> t;
            for (int i = 0; i < threads.size(); i++) {
                int index = i;
                if (threads.get(i).name.equals(name)) return t -> t.run.threads[index];
            }
            throw new Malformed("no thread named " + name);
        }

        Code block(Args forms) {
            Code[] code = new Code[forms.size()];
            for (int i = 0; i < code.length; i++) code[i] = statement(forms.form(i));
            return t -> {
                for (Code c : code) {
                    t.step();
                    c.run(t);
                }
            };
        }

        Code statement(Args form) {
            Form f = FORMS.get(form.atom(0));
            if (f == null) throw new Unsupported("form " + form.atom(0));
            return f.compile(this, form.from(1));
        }

        static Code waiting(Kind kind, String text, Code operation) {
            Wait at = new Wait(kind, text);
            return t -> {
                t.at = at;
                operation.run(t);
                t.at = RUNS;
            };
        }

        Code lock(String name) {
            int i = cell(name);
            return waiting(Kind.BLOCK, "lock " + name, t -> {
                Lock l = t.run.cell(i);
                if (l.isHeldByCurrentThread()) throw new IllegalStateException("held already");
                l.lock();
            });
        }

        Code await(String cond, String mutex) {
            int i = cell(cond), l = cell(mutex);
            if (mutexOf.merge(i, l, (a, b) -> a) != l) throw new Unsupported("second mutex of one condition");
            return waiting(Kind.BLOCK, "wait " + cond, t -> t.run.<Condition>cell(i).await());
        }
    }

    interface Form {
        Code compile(Program p, Args a);
    }

    static final List<String> CELLS = List.of("flag", "var", "mvar", "mutex", "sem", "cond");
    static final Map<String, Form> FORMS = new TreeMap<>();

    static {
        FORMS.put("log", (p, a) -> {
            String w = a.atom(0);
            return t -> t.log.add(w);
        });
        FORMS.put("logv", (p, a) -> {
            String w = a.atom(0) + "=";
            return t -> t.log.add(w + t.value);
        });
        FORMS.put("value", (p, a) -> {
            int n = a.number(0);
            return t -> t.value = n;
        });
        FORMS.put("nop", (p, a) -> t -> {});
        FORMS.put("settle", (p, a) -> t -> {}); // the flag is set when interrupt() returns
        FORMS.put("set", (p, a) -> {
            int i = p.cell(a.atom(0)), n = a.number(1);
            return t -> t.run.<Var>cell(i).n = n;
        });
        FORMS.put("spin", (p, a) -> {
            Wait at = new Wait(Kind.SPIN, "", p.cell(a.atom(0)), a.number(1));
            return t -> {
                t.at = at;
                Var v = t.run.cell(at.cell);
                while (v.n != at.number) t.beat();
                t.at = RUNS;
            };
        });
        FORMS.put("while", (p, a) -> {
            int i = p.cell(a.atom(0)), n = a.number(1);
            Code body = p.block(a.from(2));
            return t -> {
                Var v = t.run.cell(i);
                while (v.n == n) {
                    t.step();
                    body.run(t);
                }
            };
        });
        FORMS.put("raise", (p, a) -> {
            String name = a.atom(0);
            return t -> {
                throw new Raised(name);
            };
        });
        FORMS.put("try", (p, a) -> {
            String name = a.atom(0);
            Code body = p.block(a.form(1)), handler = p.block(a.form(2));
            return t -> {
                try {
                    body.run(t);
                } catch (Exception e) {
                    if (!name.equals("any") && !name.equals(classOf(e))) throw e;
                    handler.run(t);
                }
            };
        });
        FORMS.put("protect", (p, a) -> protect(p.block(a.form(0)), p.block(a.form(1))));
        FORMS.put("bracket", (p, a) -> {
            Code acquire = p.block(a.form(0)), rest = protect(p.block(a.form(1)), p.block(a.form(2)));
            return t -> {
                acquire.run(t);
                rest.run(t);
            };
        });
        FORMS.put("with-lock", (p, a) -> {
            Code lock = p.lock(a.atom(0)), body = p.block(a.from(1));
            int i = p.cell(a.atom(0));
            return t -> {
                lock.run(t);
                try {
                    body.run(t);
                } finally {
                    t.run.<Lock>cell(i).unlock();
                }
            };
        });
        FORMS.put("cancel", (p, a) -> {
            Function<Th, Th> target = p.peer(a.atom(0));
            return t -> target.apply(t).thread.interrupt();
        });
        FORMS.put("point", (p, a) -> t -> {
            if (Thread.interrupted()) throw new InterruptedException();
        });
        FORMS.put("cancelled?", (p, a) -> t -> t.log.add(Thread.currentThread().isInterrupted() ? "cancelled" : "clean"));
        FORMS.put("take", (p, a) -> {
            int i = p.cell(a.atom(0));
            return Program.waiting(Kind.BLOCK, "take " + a.atom(0), t -> {
                int n = t.run.<ArrayBlockingQueue<Integer>>cell(i).take();
                t.value = Math.max(n, 0);
            });
        });
        FORMS.put("put", (p, a) -> {
            int i = p.cell(a.atom(0)), n = a.number(1);
            return Program.waiting(Kind.BLOCK, "put " + a.atom(0), t -> t.run.<ArrayBlockingQueue<Integer>>cell(i).put(n));
        });
        FORMS.put("lock", (p, a) -> p.lock(a.atom(0)));
        FORMS.put("unlock", (p, a) -> {
            int i = p.cell(a.atom(0));
            return t -> t.run.<Lock>cell(i).unlock();
        });
        FORMS.put("wait", (p, a) -> p.await(a.atom(0), a.atom(1)));
        FORMS.put("notify", (p, a) -> {
            int i = p.cell(a.atom(0));
            return t -> {
                Condition c = t.run.cell(i);
                if (c != null) c.signal(); // one on which no statement waits belongs to no mutex
            };
        });
        FORMS.put("acquire", (p, a) -> {
            int i = p.cell(a.atom(0));
            return Program.waiting(Kind.BLOCK, "acquire " + a.atom(0), t -> t.run.<Semaphore>cell(i).acquire());
        });
        FORMS.put("post", (p, a) -> {
            int i = p.cell(a.atom(0));
            return t -> t.run.<Semaphore>cell(i).release();
        });
        FORMS.put("join", (p, a) -> {
            Function<Th, Th> target = p.peer(a.atom(0));
            return Program.waiting(Kind.BLOCK, "join " + a.atom(0), t -> target.apply(t).mustHaveStarted().thread.join());
        });
        FORMS.put("join-timeout", (p, a) -> {
            Function<Th, Th> target = p.peer(a.atom(0));
            return Program.waiting(Kind.TIMED, "", t -> target.apply(t).mustHaveStarted().thread.join(2));
        });
        FORMS.put("sleep", (p, a) -> Program.waiting(Kind.TIMED, "", t -> Thread.sleep(2)));
        FORMS.put("foreign", (p, a) -> Program.waiting(Kind.TIMED, "", t -> {
            for (long end = System.nanoTime() + 20_000; System.nanoTime() < end; ) Thread.onSpinWait();
        }));
        FORMS.put("alive?", (p, a) -> {
            Function<Th, Th> target = p.peer(a.atom(0));
            return t -> t.log.add(target.apply(t).thread.isAlive() ? "alive" : "dead");
        });
        FORMS.put("fork", (p, a) -> {
            Function<Th, Th> target = p.peer(a.atom(0));
            return t -> target.apply(t).thread.start();
        });
        FORMS.put("await", (p, a) -> {
            Function<Th, Th> target = p.peer(a.atom(0));
            Wait at = new Wait(Kind.AWAIT, "");
            return t -> {
                t.at = at;
                while (!atRest(target.apply(t), t)) t.beat();
                t.at = RUNS;
            };
        });
    }

    static Code protect(Code body, Code cleanup) {
        return t -> {
            try {
                body.run(t);
            } finally {
                int value = t.value;
                cleanup.run(t);
                t.value = value;
            }
        };
    }

    // One run -------------------------------------------------------------------------

    static final class Run {
        final Program program;
        final Object[] cells;
        final Th[] threads;
        final int often, longest;
        volatile boolean go, abandon;

        Run(Program p, Random r) {
            program = p;
            often = new int[] {0, 0, 16, 64, 160}[r.nextInt(5)];
            longest = new int[] {4, 8, 11, 14}[r.nextInt(4)];
            cells = new Object[p.cells.size()];
            for (int i = 0; i < cells.length; i++) cells[i] = fresh(p.cells.get(i));
            p.mutexOf.forEach((c, l) -> cells[c] = ((Lock) cells[l]).newCondition());
            threads = p.threads.stream().map(b -> new Th(b.name, b.code[0], this, r)).toArray(Th[]::new);
        }

        static Object fresh(Cell c) {
            switch (c.kind) {
                case "mutex":
                    return new Lock();
                case "sem":
                    return new Semaphore(c.init);
                case "cond":
                    return null; // until it is known whose
                case "mvar":
                    var m = new ArrayBlockingQueue<Integer>(1);
                    if (c.init != EMPTY) m.add(c.init);
                    return m;
                default:
                    var v = new Var();
                    v.n = c.init;
                    return v;
            }
        }

        @SuppressWarnings("unchecked")
        <T> T cell(int i) {
            return (T) cells[i];
        }

        void start(Random r) {
            List<Th> now = new ArrayList<>();
            for (int i = 0; i < threads.length; i++) if (!program.threads.get(i).later) now.add(threads[i]);
            Collections.shuffle(now, r);
            now.forEach(t -> t.thread.start());
            while (now.stream().anyMatch(t -> t.tid == null)) Thread.yield();
            go = true;
        }

        List<List<Object>> looks() {
            return Stream.of(threads).map(Driver::look).collect(Collectors.toList());
        }

        int[] beats() {
            return Stream.of(threads).mapToInt(t -> t.beats).toArray();
        }

        /**
         * Decided by state: between two looks no thread took a step, those that wait slept
         * through, and those that spin went round for something that is not so.
         */
        boolean quiescent() throws InterruptedException {
            List<List<Object>> first = looks();
            if (first.contains(null)) return false;
            int[] before = beats();
            for (int i = 0; i < 200; i++) {
                Thread.sleep(0, 200_000);
                if (spun(first, before)) return first.equals(looks());
                if (wentOn(first)) return false;
            }
            return false;
        }

        /** Who has ended or taken a step since may go round no more. */
        boolean wentOn(List<List<Object>> looks) {
            for (int i = 0; i < threads.length; i++) {
                List<Object> look = looks.get(i);
                if (look.size() > 1 && (threads[i].ended() || look.get(0) != threads[i].at || !look.get(1).equals(threads[i].steps))) return true;
            }
            return false;
        }

        boolean spun(List<List<Object>> looks, int[] before) {
            int[] now = beats();
            for (int i = 0; i < now.length; i++) if (looks.get(i).size() == 2 && now[i] - before[i] < 64) return false;
            return true;
        }

        record Snapshot(List<List<Object>> looks, int[] steps) {}

        Snapshot snapshot() {
            return new Snapshot(looks(), Stream.of(threads).mapToInt(t -> t.steps).toArray());
        }

        /** The threads that went round many times, if all others have been at rest since. */
        List<Th> loopers(Snapshot before) {
            List<Th> moved = new ArrayList<>();
            List<List<Object>> now = looks();
            for (int i = 0; i < threads.length; i++) {
                List<Object> was = before.looks.get(i);
                if (threads[i].steps - before.steps[i] > MANY) moved.add(threads[i]);
                else if (was == null || !was.equals(now.get(i))) return List.of();
            }
            return moved;
        }

        boolean over() {
            return Stream.of(threads).allMatch(t -> t.ended() || !t.started());
        }

        /** Waits until it has ended or can go no further: the threads that loop, or null. */
        List<Th> finish(int limit) throws InterruptedException {
            long deadline = System.nanoTime() + limit * 1_000_000L;
            Snapshot before = null;
            for (int i = 0; ; i++) {
                if (over()) return List.of();
                if (i < 200) {
                    Thread.yield();
                    continue;
                }
                if (quiescent()) return List.of();
                if (before == null) before = snapshot();
                List<Th> looping = loopers(before);
                if (!looping.isEmpty()) return looping;
                for (int j = 0; j < threads.length; j++) {
                    if (threads[j].steps - before.steps[j] > 2 * MANY) {
                        before = snapshot();
                        break;
                    }
                }
                if (System.nanoTime() > deadline) return null;
                Thread.sleep(0, 100_000);
            }
        }

        String outcome(List<Th> looping) {
            List<String> parts = new ArrayList<>();
            for (Th t : threads) {
                String end = looping.contains(t) ? "running" : end(t);
                parts.add(t.name + "=" + end + (t.log.isEmpty() ? "" : " [" + String.join(" ", t.log) + "]"));
            }
            for (int i = 0; i < cells.length; i++) {
                String name = program.cells.get(i).name, text = text(program.cells.get(i).kind, cells[i]);
                if (text != null) parts.add(name + "=" + text);
            }
            return String.join("; ", parts);
        }

        static String end(Th t) {
            if (!t.started()) return "unstarted";
            if (t.ended()) return t.end;
            return t.at.kind == Kind.BLOCK ? "blocked " + t.at.text : "running";
        }

        String text(String kind, Object cell) {
            switch (kind) {
                case "var":
                    return "" + ((Var) cell).n;
                case "sem":
                    return "" + ((Semaphore) cell).availablePermits();
                case "mutex":
                    Thread owner = ((Lock) cell).owner();
                    return Stream.of(threads).filter(t -> t.thread == owner).map(t -> "held " + t.name).findFirst().orElse("free");
                case "mvar":
                    Object n = ((ArrayBlockingQueue<?>) cell).peek();
                    return n == null ? "empty" : n.equals(FULL) ? "full" : n.toString();
                default:
                    return null;
            }
        }

        /** Tells the threads that are left to go; how many did not. One in lock() hears of nothing but stop. */
        @SuppressWarnings({"deprecation", "removal"})
        int abandon() throws InterruptedException {
            abandon = true;
            for (int i = 0; i < 100 && !over(); i++) {
                for (Th t : threads) {
                    if (t.ended() || !t.started()) continue;
                    t.thread.interrupt();
                    if (i % 20 == 1) t.thread.stop();
                }
                Thread.sleep(0, 200_000);
            }
            return (int) Stream.of(threads).filter(t -> t.started() && !t.ended()).count();
        }
    }

    // The protocol --------------------------------------------------------------------

    static final PrintStream OUT = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false);
    static int seq;
    static Program program;

    static void reply(String format, Object... args) {
        OUT.print("{\"seq\":" + seq + "," + String.format(format, args) + "}\n");
        OUT.flush();
    }

    static String printable(String text) {
        return text == null ? "no program" : text.replaceAll("[^ -~]|[\"\\\\]", " ");
    }

    static String field(String line, String name) {
        Matcher m = Pattern.compile("\"" + name + "\":(?:\"([^\"]*)\"|([0-9]+))").matcher(line);
        return !m.find() ? "" : m.group(1) != null ? m.group(1) : m.group(2);
    }

    static void report(Map<String, Integer> counts) {
        counts.forEach((text, n) -> reply("\"outcome\":\"%s\",\"count\":%d", text, n));
        counts.clear();
    }

    static void runMany(int runs, long seed, int limit) throws InterruptedException {
        Random rng = new Random(seed);
        Map<String, Integer> counts = new TreeMap<>();
        int hangs = 0, leaked = 0, done = 0;
        long reported = System.nanoTime();
        for (; done < runs && leaked < LEAKS; done++) {
            Run r = new Run(program, rng);
            r.start(rng);
            List<Th> looping = r.finish(limit);
            if (looping == null) {
                hangs++;
                reply("\"undecided\":\"starved\",\"count\":1");
            } else {
                counts.merge(r.outcome(looping), 1, Integer::sum);
            }
            if (!r.over()) leaked += r.abandon();
            if (System.nanoTime() - reported > 100_000_000) {
                report(counts);
                reported = System.nanoTime();
            }
        }
        report(counts);
        reply("\"done\":true,\"runs\":%d,\"hangs\":%d,\"recycle\":%b", done, hangs, leaked >= LEAKS);
    }

    static void calibrate() throws InterruptedException {
        program = new Program("(litmus 1 calibrate (thread a (nop)) (thread b (nop)))");
        Random rng = new Random(1);
        long[] times = new long[200];
        for (int i = 0; i < times.length; i++) {
            long start = System.nanoTime();
            Run r = new Run(program, rng);
            r.start(rng);
            r.finish(2000);
            times[i] = System.nanoTime() - start;
        }
        Arrays.sort(times);
        reply("\"ok\":true,\"p99_us\":%d", times[197] / 1000);
    }

    static void hello() {
        TreeSet<String> forms = new TreeSet<>(FORMS.keySet());
        forms.addAll(CELLS);
        forms.addAll(List.of("thread", "later"));
        reply("\"ok\":true,\"proto\":1,\"runtime\":\"java\",\"version\":\"%s\",\"await\":\"state\",\"forms\":[%s]",
                System.getProperty("java.version"), forms.stream().map(f -> '"' + f + '"').collect(Collectors.joining(",")));
    }

    static void serve(String line) throws InterruptedException {
        seq = Integer.parseInt(field(line, "seq"));
        try {
            switch (field(line, "cmd")) {
                case "hello":
                    hello();
                    break;
                case "load":
                    program = new Program(field(line, "program"));
                    reply("\"ok\":true");
                    break;
                case "run":
                    if (!field(line, "mode").equals("outcome")) throw new Unsupported("mode " + field(line, "mode"));
                    runMany(Integer.parseInt(field(line, "runs")), Long.parseLong(field(line, "seed")), Integer.parseInt(field(line, "limit_ms")));
                    break;
                case "calibrate":
                    calibrate();
                    break;
                case "stop":
                    reply("\"ok\":true");
                    Runtime.getRuntime().halt(0);
                    break;
                default:
                    reply("\"error\":\"no command %s\"", printable(field(line, "cmd")));
            }
        } catch (Unsupported e) {
            reply("\"skipped\":\"%s\"", printable(e.getMessage()));
        } catch (Malformed e) {
            reply("\"error\":\"%s\"", printable(e.getMessage()));
        }
    }

    public static void main(String[] args) throws Exception {
        System.setOut(System.err); // standard output is for replies
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) serve(line);
        Runtime.getRuntime().halt(0);
    }
}
