\* The rules. One operator for each way in which a thread can step; the letters and
\* numbers are those of docs/semantics.md, from which this text was written, and not
\* from the program that it is held against. What is said of one thread is an operator
\* on its record x, what is said of several one on the state s.
\*
\* Every thread has
\*   status   what it is about: unstarted, running, blocked, returned, died
\*   at       the next statement; 0: it returns into its top frame
\*   level    how far its mask is closed: 0 open, 1 masked, 2 closed
\*   exc      the class that it raises, or died of; 0: none
\*   sends    the throwTo in which it is blocked; its at is behind that already
\*   queue    the threads that are blocked in a throwTo at it, as they came
\*   stack    frames, each with the level that was found when it was pushed
\*   saved    the levels that its mask statements found, for restore
\*   value    that of its block
\*   log      its words
\* Every cell has its content v, -1 for an empty MVar, and a line of threads that wait.
Gone(s, t) == s.th[t].status \in {"returned", "died"}
Steps(x)   == x.status = "running" /\ x.exc = 0
Higher(a, b) == IF a > b THEN a ELSE b
Without(line, t) == SelectSeq(line, LAMBDA y : y # t)

\* Receptive: between two steps a thread that is open, and a masked one at an
\* operation at which it looks; of blocked ones those whose operation lets a signal in,
\* which may depend on the level.
BlockedIn(x) == IF x.sends # 0 THEN x.sends ELSE x.at
Receptive(x) ==
  \/ x.status = "blocked" /\ x.level = 0 /\ BlockedIn(x) \notin Deaf
  \/ x.status = "blocked" /\ x.level = 1 /\ BlockedIn(x) \notin Shuts
  \/ Steps(x) /\ (x.level = 0 \/ (x.level = 1 /\ x.at \in Points))

\* ---- Frames ----
Push(x, kind, node) == [x EXCEPT !.stack =
  Append(@, [kind |-> kind, node |-> node, found |-> x.level, held |-> 0, value |-> 0])]
Top(x) == x.stack[Len(x.stack)]
Pop(x) == [x EXCEPT !.stack = SubSeq(@, 1, Len(@) - 1)]

\* What a mask statement found is there until its scope is left.
Forget(x, slot) == [x EXCEPT !.saved = [i \in DOMAIN @ |-> IF i >= slot THEN 0 ELSE @[i]]]
Drop(x, node) == IF Node[node].binds /\ x.saved # <<>> THEN Forget(x, Node[node].slot) ELSE x
Save(x, n) == IF n.binds /\ x.saved # <<>> THEN [Forget(x, n.slot) EXCEPT !.saved[n.slot] = x.level] ELSE x

\* S6: the level changes for a block.
To(x, n) == CASE n.how = "shut"    -> Higher(1, x.level)
              [] n.how = "seal"    -> 2
              [] n.how = "restore" -> x.saved[n.slot]
              [] n.how = "unmask"  -> 0
              [] n.how = "relent"  -> IF x.level = 1 THEN 0 ELSE x.level

\* S6 where scopes are squeezed: a scope in tail position whose top frame would
\* restore the level that it sets takes that frame away, and pushes none that
\* restores.
Squeezed(x, n, level) == /\ Squeeze /\ n.next = 0 /\ x.stack # <<>> /\ level # x.level
                         /\ Top(x).kind = "scope" /\ Top(x).found = level
Scope(was, p, n) ==
  LET x == Save(was, n)
      level == To(x, n)
      y == IF Squeezed(x, n, level)
           THEN [x EXCEPT !.stack[Len(x.stack)] = [@ EXCEPT !.kind = "after", !.found = 0]]
           ELSE Push(x, "scope", p)
  IN [y EXCEPT !.level = level, !.at = n.body]

\* S7, S9: a handler or a cleanup is there for a block.
Install(x, kind, p, n) == [Push(x, kind, p) EXCEPT !.at = n.body]

\* S11, and every error.
Raise(x, class) == [x EXCEPT !.exc = class, !.at = 0]

\* R5 and X5: the cleanup runs, and its frame holds what comes after it.
Clean(x, f) == LET y == Push([x EXCEPT !.level = f.found], "cleaning", f.node)
               IN [y EXCEPT !.stack[Len(y.stack)] = [@ EXCEPT !.held = x.exc, !.value = x.value],
                            !.level = Higher(f.found, CleanupMask), !.exc = 0, !.at = Node[f.node].alt]

\* R2 to R9: returning into the top frame f, which was taken away. A cleanup that is
\* over lets go on what it held.
Returns(x, f) ==
  LET next == Node[f.node].next
      past == [x EXCEPT !.at = next]
  IN CASE f.kind = "scope"    -> Drop([past EXCEPT !.level = f.found], f.node)
       [] f.kind = "cleanup"  -> Clean(x, f)
       [] f.kind = "cleaning" -> [x EXCEPT !.level = f.found, !.value = f.value,
                                           !.exc = f.held, !.at = IF f.held = 0 THEN next ELSE 0]
       \* Of a scope that was squeezed nothing else is left to drop what it saved.
       [] f.kind \in {"handler", "after"} -> Forget(past, Binders[f.node] + 1)

\* X2 to X6: unwinding into it. A handler of the class runs, its level raised in the
\* same step; by everything else an unwinding passes, and the level is that outside.
Catches(x, f) == f.kind = "handler" /\ Node[f.node].class \in {0, x.exc}
Unwinds(x, f) ==
  LET out == [x EXCEPT !.level = f.found]
      in  == IF f.found < HandlerMask
             THEN [Push(out, "scope", f.node) EXCEPT !.level = HandlerMask]
             ELSE Push(out, "after", f.node)
  IN CASE f.kind = "cleanup" -> Clean(x, f)
       [] f.kind = "after"   -> x
       [] Catches(x, f)      -> [in EXCEPT !.exc = 0, !.at = Node[f.node].alt]
       [] f.kind \in {"scope", "cleaning", "handler"} /\ ~Catches(x, f) -> IF f.kind = "handler" THEN out ELSE Drop(out, f.node)

\* ---- Signals ----
With(s, t, x) == [s EXCEPT !.th[t] = x]
Wake(x) == [x EXCEPT !.sends = 0, !.status = "running"]

\* R1, X1: the thread ends, and who throws at it goes on. A thread that is gone has
\* nothing but status, exc and log.
Finish(s, t, how) ==
  LET x == s.th[t]
      woken == {x.queue[i] : i \in DOMAIN x.queue}
  IN [s EXCEPT !.th = [u \in DOMAIN @ |->
       IF u = t THEN [x EXCEPT !.status = how, !.level = 0, !.value = 0, !.at = 0, !.queue = <<>>]
       ELSE IF u \in woken THEN Wake(@[u]) ELSE @[u]]]

\* A thread that receives leaves the operation in which it is blocked: its own
\* throwTo is withdrawn, and it waits in no line any more.
Leave(s, t) ==
  LET x == s.th[t]
      y == [s EXCEPT !.th[t] = Wake(x)]
  IN IF x.status # "blocked" THEN s
     ELSE IF x.sends # 0 THEN [y EXCEPT !.th[Node[x.sends].thread].queue = Without(@, t)]
     ELSE IF Node[x.at].op \in {"take", "put", "acquire"} THEN [y EXCEPT !.cell[Node[x.at].cell].line = Without(@, t)]
     ELSE y

Interrupt(s, t, class) == LET y == Leave(s, t) IN With(y, t, Raise(y.th[t], class))

\* D1: the signal in place i leaves the queue, its sender goes on, the receiver leaves
\* its operation and raises.
Receive(s, t, i) ==
  LET y == s.th[t].queue[i]
      class == Node[s.th[y].sends].class
  IN Interrupt([s EXCEPT !.th[t].queue = Without(@, y), !.th[y] = Wake(@)], t, class)

\* The queue is in the order of sending; where any signal may come first, in that of
\* the senders, since then there is no other order in it.
Enqueue(q, t) == IF AnyOrder THEN SelectSeq(q, LAMBDA y : y < t) \o <<t>> \o SelectSeq(q, LAMBDA y : y > t)
                 ELSE Append(q, t)

\* T1: to oneself. T2: to a thread that is gone nothing is sent. T4: where a receptive
\* target receives in the sender's step. T5: else the sender waits.
ThrowTo(s, t, p, n) ==
  LET u == n.thread
      on == [s EXCEPT !.th[t].at = n.next]
  IN IF u = t THEN With(s, t, Raise(s.th[t], n.class))
     ELSE IF Gone(s, u) THEN on
     ELSE IF Direct /\ Receptive(s.th[u]) THEN Interrupt(on, u, n.class)
     ELSE [on EXCEPT !.th[u].queue = Enqueue(@, t), !.th[t].sends = p, !.th[t].status = "blocked"]

\* ---- Operations that block ----
\* B7 with a line.
WaitOn(s, t, c) == [s EXCEPT !.cell[c].line = Append(@, t), !.th[t].status = "blocked"]

\* The operation of the first that waits is completed, and it goes on.
Serve(s, c) == LET y == Head(s.cell[c].line)
               IN [s EXCEPT !.cell[c].line = Tail(@),
                            !.th[y] = [@ EXCEPT !.status = "running", !.at = Node[@].next]]

\* B1, B7: the first putter that waits is served in the same step.
Take(s, t, n) ==
  LET c == n.cell
      y == [s EXCEPT !.th[t] = [@ EXCEPT !.value = s.cell[c].v, !.at = n.next], !.cell[c].v = -1]
  IN IF s.cell[c].v = -1 THEN WaitOn(s, t, c)
     ELSE IF s.cell[c].line = <<>> THEN y
     ELSE Serve([y EXCEPT !.cell[c].v = Node[s.th[Head(s.cell[c].line)].at].n], c)

\* B2, B7: the first taker that waits is served in the same step.
Put(s, t, n) ==
  LET c == n.cell
      on == [s EXCEPT !.th[t].at = n.next]
  IN IF s.cell[c].v # -1 THEN WaitOn(s, t, c)
     ELSE IF s.cell[c].line = <<>> THEN [on EXCEPT !.cell[c].v = n.n]
     ELSE Serve([on EXCEPT !.th[Head(s.cell[c].line)].value = n.n], c)

\* B5, B7; B6: the acquire of the first that waits is completed in the same step.
Acquire(s, t, n) == IF s.cell[n.cell].v = 0 THEN WaitOn(s, t, n.cell)
                    ELSE [s EXCEPT !.cell[n.cell].v = @ - 1, !.th[t].at = n.next]
Post(s, t, n) == LET on == [s EXCEPT !.th[t].at = n.next]
                 IN IF s.cell[n.cell].line # <<>> THEN Serve(on, n.cell) ELSE [on EXCEPT !.cell[n.cell].v = @ + 1]

\* B8, B7 without a line.
Over(s, n) == CASE n.op = "wait-until" -> s.cell[n.cell].v = n.n
                [] n.op \in {"join", "join-timeout"} -> Gone(s, n.thread)
                [] n.op \in {"sleep", "foreign"} -> FALSE
DoneOrBlock(s, t, n) == IF Over(s, n) THEN [s EXCEPT !.th[t].at = n.next] ELSE [s EXCEPT !.th[t].status = "blocked"]
GoesOn(s, n) == n.op \in {"sleep", "foreign", "join-timeout"} \/ (n.op \in {"wait-until", "join"} /\ Over(s, n))

\* S15
Fork(s, t, n) ==
  LET u == n.thread
      on == [s EXCEPT !.th[t].at = n.next]
  IN IF s.th[u].status # "unstarted" THEN With(s, t, Raise(s.th[t], 1))
     ELSE [on EXCEPT !.th[u] = [@ EXCEPT !.status = "running", !.at = Start[u],
                                         !.level = IF Inherit THEN s.th[t].level ELSE 0]]

\* ---- Steps ----
Says(x, n, word) == [x EXCEPT !.log = Append(@, word), !.at = n.next]

\* The statement p of a thread.
Statement(s, t, p) ==
  LET n == Node[p]
      x == s.th[t]
      on == [x EXCEPT !.at = n.next]
  IN CASE n.op \in {"nop", "point", "spin", "await", "settle"} -> With(s, t, on)
       [] n.op = "log"       -> With(s, t, Says(x, n, n.word))
       [] n.op = "log-value" -> With(s, t, Says(x, n, n.word \o "=" \o ToString(x.value)))
       [] n.op = "getmask"   -> With(s, t, Says(x, n, <<"open", "masked", "closed">>[x.level + 1]))
       [] n.op = "alive"     -> With(s, t, Says(x, n, IF Gone(s, n.thread) THEN "dead" ELSE "alive"))
       [] n.op = "value"     -> With(s, t, [on EXCEPT !.value = n.n])
       [] n.op = "set"       -> [With(s, t, on) EXCEPT !.cell[n.cell].v = n.n]
       [] n.op = "scope"     -> With(s, t, Scope(x, p, n))
       [] n.op = "try"       -> With(s, t, Install(x, "handler", p, n))
       [] n.op = "protect"   -> With(s, t, Install(x, "cleanup", p, n))
       [] n.op = "raise"     -> With(s, t, Raise(x, n.class))
       [] n.op = "throw-to"  -> ThrowTo(s, t, p, n)
       [] n.op = "take"      -> Take(s, t, n)
       [] n.op = "put"       -> Put(s, t, n)
       [] n.op = "acquire"   -> Acquire(s, t, n)
       [] n.op = "post"      -> Post(s, t, n)
       [] n.op = "fork"      -> Fork(s, t, n)
       [] n.op \in {"wait-until", "join", "join-timeout", "sleep", "foreign"} -> DoneOrBlock(s, t, n)

\* Nothing need be received before the thread's next step.
Free(x) == May \/ x.queue = <<>> \/ ~Receptive(x)

\* The thread does not stand at a wait that runs.
Ready(s, n) == CASE n.op = "spin"  -> s.cell[n.cell].v = n.n
                 [] n.op = "await" -> s.th[n.thread].status = "blocked" \/ Gone(s, n.thread)
                 [] n.op \notin {"spin", "await"} -> TRUE

\* Where returning and unwinding come to the end of the stack, the thread ends.
Frame(s, t, x) == IF x.stack = <<>> THEN Finish(s, t, IF x.exc = 0 THEN "returned" ELSE "died")
                  ELSE With(s, t, IF x.exc = 0 THEN Returns(Pop(x), Top(x)) ELSE Unwinds(Pop(x), Top(x)))

\* A thread's own steps, and those of operations without a line, which go on by themselves.
Own(s, t) == LET x == s.th[t] IN
  IF ~Free(x) THEN {}
  ELSE IF x.status = "running" /\ (x.exc # 0 \/ x.at = 0) THEN {Frame(s, t, x)}
  ELSE IF x.status = "running" /\ Ready(s, Node[x.at]) THEN {Statement(s, t, x.at)}
  ELSE IF x.status = "blocked" /\ x.sends = 0 /\ GoesOn(s, Node[x.at])
       THEN {With(s, t, [x EXCEPT !.status = "running", !.at = Node[@].next])}
  ELSE {}

\* D1: the first, the last or any pending signal is received.
Delivery(s, t) == LET x == s.th[t] IN
  IF ~Receptive(x) THEN {} ELSE {Receive(s, t, i) : i \in
    CASE Order = "fifo" -> DOMAIN x.queue \cap {1}
      [] Order = "lifo" -> DOMAIN x.queue \cap {Len(x.queue)}
      [] Order = "any"  -> DOMAIN x.queue}

Successors(s) == UNION {Own(s, t) \cup Delivery(s, t) : t \in DOMAIN s.th}

\* ---- Outcomes ----
End(x) == CASE x.status = "died"    -> "died " \o Class[x.exc]
            [] x.status = "blocked" -> "blocked " \o Node[BlockedIn(x)].in
            [] x.status \in {"unstarted", "running", "returned"} -> x.status
RECURSIVE Joined(_, _)
Joined(texts, between) == IF Len(texts) < 2 THEN (IF texts = <<>> THEN "" ELSE texts[1])
                          ELSE texts[1] \o between \o Joined(Tail(texts), between)
Told(x) == End(x) \o (IF x.log = <<>> THEN "" ELSE " [" \o Joined(x.log, " ") \o "]")
Content(kind, v) == CASE kind = "mutex" -> "free" \* nobody locks it: that is outside the core
                      [] kind = "number" \/ (kind = "mvar" /\ v > 0) -> ToString(v)
                      [] kind = "mvar" /\ v <= 0 -> IF v = 0 THEN "full" ELSE "empty"
Outcome(s) == Joined([t \in DOMAIN s.th |-> Name[t] \o "=" \o Told(s.th[t])]
                     \o [i \in DOMAIN Shown |-> Shown[i].name \o "=" \o Content(Shown[i].kind, s.cell[Shown[i].cell].v)], "; ")

\* ---- The system ----
VARIABLE state
Init == state = [th |-> [t \in DOMAIN Start |->
                   [status |-> IF Later[t] THEN "unstarted" ELSE "running", at |-> IF Later[t] THEN 0 ELSE Start[t],
                    level |-> 0, exc |-> 0, sends |-> 0, queue |-> <<>>, stack |-> <<>>,
                    saved |-> [i \in 1..Slots[t] |-> 0], value |-> 0, log |-> <<>>]],
                 cell |-> [c \in DOMAIN Initial |-> [v |-> Initial[c], line |-> <<>>]]]
Next == state' \in Successors(state)

\* Not a property: it tells the outcome of every final state, and always holds.
Tell == Successors(state) # {} \/ PrintT("outcome: " \o Outcome(state))
