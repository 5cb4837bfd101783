/*
 * The rules. One inline for each way in which a thread can step; the letters and
 * numbers are those of docs/semantics.md, from which this text was written, and not
 * from the program that it is held against.
 *
 * Every thread t has
 *   at       the next statement; 0: it returns into its top frame
 *   status   what it is about
 *   level    how far its mask is closed
 *   exc      1 + the class that it raises, or died of; 0: none
 *   sends    the throwTo in which it is blocked; its at is behind that already
 *   queue    the threads that are blocked in a throwTo at it, as they came
 *   frames   each with the level that was found when it was pushed
 *   saved    the levels that its mask statements found, for restore
 *   words    its log
 * A thread that is gone has nothing but status, exc and log: equal states must
 * be equal bytes.
 */
#define UNSTARTED 0
#define RUNNING   1
#define BLOCKED   2
#define RETURNED  3
#define DIED      4

#define OPEN   0
#define MASKED 1
#define CLOSED 2

#define GONE(t)      (status[t] >= RETURNED)
#define STEPS(t)     (status[t] == RUNNING && exc[t] == 0)
#define UNWINDS(t)   (status[t] == RUNNING && exc[t] != 0)
#define HIGHER(x, y) (x > y -> x : y)
#define TOP(t)       STACK(t) + height[t] - 1

/* Receptive: between two steps a thread that is open, and a masked one at an
   operation at which it looks; of blocked ones those whose operation lets a signal in,
   which may depend on the level. */
#define BLOCKED_IN(t, SET) ((sends[t] != 0 && SET(sends[t])) || (sends[t] == 0 && SET(at[t])))
#define RECEPTIVE(t) \
  ((status[t] == BLOCKED && level[t] == OPEN && !BLOCKED_IN(t, DEAF)) || \
   (status[t] == BLOCKED && level[t] == MASKED && !BLOCKED_IN(t, SHUTS)) || \
   (STEPS(t) && (level[t] == OPEN || (level[t] == MASKED && POINTS(at[t])))))

/* Scratch: no part of a state, dead between any two steps. */
hidden byte i, j, k, y;
hidden byte site, was, kept;
hidden short kept_value;

/* Frames. */
inline push(t, frame) {
  frames[STACK(t) + height[t]] = frame;
  found[STACK(t) + height[t]] = level[t];
  height[t]++
}

inline pop(t) {
  height[t]--;
  k = STACK(t) + height[t];
  site = frames[k]; frames[k] = 0;
  was = found[k]; found[k] = 0;
#if CLEANUPS
  kept = held[k]; held[k] = 0;
#if VALUES
  kept_value = held_value[k]; held_value[k] = 0;
#endif
#endif
}

/* S7, S9: a handler or a cleanup is there for a block. */
inline install(t, frame, body) { push(t, frame); at[t] = body }

/* S6: the level changes for a block. */
inline scope(t, frame, to, body) {
  push(t, frame);
  level[t] = to;
  at[t] = body
}

/* S6 where scopes are squeezed: a scope in tail position whose top frame would
   restore the level that it sets takes that frame away, and pushes none that
   restores. */
inline squeeze(t, frame, to, body) {
  j = to;
  if
  :: height[t] > 0 && j != level[t] && SCOPES(frames[TOP(t)]) && found[TOP(t)] == j ->
       pop(t);
       push(t, AFTER(site));
       found[TOP(t)] = 0
  :: else -> push(t, frame)
  fi;
  level[t] = j;
  at[t] = body
}

/* What a mask statement found is there until its scope is left. */
inline forget(t, slot) {
  i = SAVED(t) + slot;
  do
  :: i < SAVED(t + 1) -> saved[i] = 0; i++
  :: else -> break
  od
}
inline save(t, slot) { forget(t, slot); saved[SAVED(t) + slot] = level[t] }

/* S11, and every error. */
inline raise(t, class) { exc[t] = 1 + class; at[t] = 0 }

/* R2; R3, R9: returning into a frame, which pop has taken away. */
inline return_scope(t, next) { level[t] = was; at[t] = next }
inline return_past(t, next)  { at[t] = next }

/* R5 and X5: the cleanup runs, and its frame holds what comes after it. */
inline clean(t, frame, body) {
  level[t] = was;
  push(t, frame);
  held[TOP(t)] = exc[t];
#if VALUES
  held_value[TOP(t)] = value[t];
#endif
  level[t] = HIGHER(was, CLEANUPMASK);
  exc[t] = 0;
  at[t] = body
}

/* R6: what the cleanup held goes on. */
inline return_cleaning(t, next) {
  level[t] = was;
#if VALUES
  value[t] = kept_value;
#endif
  if
  :: kept -> exc[t] = kept
  :: else -> at[t] = next
  fi
}

/* X2; X6; an unwinding passes by, and the level is that outside. */
inline unwind_past(t) { level[t] = was }

/* X3: a handler of the class runs, its level raised in the same step. */
inline catch(t, fits, scoped, after, body) {
  level[t] = was;
  if
  :: fits ->
       exc[t] = 0;
       if
       :: was < HANDLERMASK -> push(t, scoped); level[t] = HANDLERMASK
       :: else -> push(t, after)
       fi;
       at[t] = body
  :: else
  fi
}

/* Signals. */
inline wake(x) { sends[x] = 0; status[x] = RUNNING }

/* R1, X1: the thread ends, and who throws at it goes on. */
inline finish(t, how) {
  i = 0;
  do
  :: i < queued[t] -> y = queue[QUEUE(t) + i]; wake(y); queue[QUEUE(t) + i] = 0; i++
  :: else -> break
  od;
  queued[t] = 0;
  status[t] = how;
  level[t] = OPEN;
#if VALUES
  value[t] = 0;
#endif
  at[t] = 0
}

/* Thread x leaves the queue of u; the order of the others stays. */
inline unqueue(u, x) {
  i = 0; j = 0;
  do
  :: i < queued[u] ->
       if
       :: queue[QUEUE(u) + i] == x
       :: else -> queue[QUEUE(u) + j] = queue[QUEUE(u) + i]; j++
       fi;
       i++
  :: else -> break
  od;
  queued[u] = j;
  queue[QUEUE(u) + j] = 0
}

/* The same for the wait list of cell c. */
inline unlist(c, x) {
  i = 0; j = 0;
  do
  :: i < waiting[c] ->
       if
       :: waiters[WAITERS(c) + i] == x
       :: else -> waiters[WAITERS(c) + j] = waiters[WAITERS(c) + i]; j++
       fi;
       i++
  :: else -> break
  od;
  waiting[c] = j;
  waiters[WAITERS(c) + j] = 0
}

/* A thread that receives leaves the operation in which it is blocked: its own
   throwTo is withdrawn, and it waits on no list any more. */
inline leave(t) {
  if
  :: status[t] == BLOCKED && sends[t] ->
       y = TARGET(sends[t]);
       unqueue(y, t);
       sends[t] = 0
  :: status[t] == BLOCKED && !sends[t] && LISTED(at[t]) ->
       y = LISTED(at[t]) - 1;
       unlist(y, t)
  :: else
  fi;
  status[t] = RUNNING
}

/* D1: the signal in place i leaves the queue, its sender goes on, the receiver
   leaves its operation and raises. */
inline receive(t, place) {
  i = place;
  y = queue[QUEUE(t) + i];
  queued[t]--;
  do
  :: i < queued[t] -> queue[QUEUE(t) + i] = queue[QUEUE(t) + i + 1]; i++
  :: else -> break
  od;
  queue[QUEUE(t) + i] = 0;
  k = CLASS(sends[y]);
  wake(y);
  leave(t);
  raise(t, k)
}

/* The queue is in the order of sending; where any signal may come first, in that of
   the senders, since then there is no other order in it. */
inline enqueue(u, t) {
  i = queued[u];
#if ANYORDER
  do
  :: i > 0 && queue[QUEUE(u) + i - 1] > t -> queue[QUEUE(u) + i] = queue[QUEUE(u) + i - 1]; i--
  :: else -> break
  od;
#endif
  queue[QUEUE(u) + i] = t;
  queued[u]++
}

/* T2, T5: to a thread that is gone nothing is sent; else the sender waits. */
inline throw_to(t, u, send, next) {
  if
  :: GONE(u)
  :: else ->
       enqueue(u, t);
       sends[t] = send;
       status[t] = BLOCKED
  fi;
  at[t] = next
}

/* T2, T4, T5: where a receptive target receives in the sender's step. */
inline throw_direct(t, u, send, next) {
  if
  :: !GONE(u) && RECEPTIVE(u) -> at[t] = next; leave(u); raise(u, CLASS(send))
  :: else -> throw_to(t, u, send, next)
  fi
}

/* Operations that block. */

/* B7 with a wait list. */
inline wait_on(t, c) {
  waiters[WAITERS(c) + waiting[c]] = t;
  waiting[c]++;
  status[t] = BLOCKED
}

/* y is the first that waits, and does so no longer. */
inline first(c) {
  y = waiters[WAITERS(c)];
  unlist(c, y);
  status[y] = RUNNING
}

/* B1, B7: an MVar is 0 when empty, and else 1 + what is in it. The first putter
   that waits is served in the same step. */
inline take(t, c, next) {
  if
  :: cell[c] == 0 -> wait_on(t, c)
  :: else ->
#if VALUES
       value[t] = cell[c] - 1;
#endif
       cell[c] = 0;
       if
       :: waiting[c] -> first(c); cell[c] = 1 + PUTS(at[y]); at[y] = NEXT(at[y])
       :: else
       fi;
       at[t] = next
  fi
}

/* B2, B7: the first taker that waits is served in the same step. */
inline put(t, c, v, next) {
  if
  :: cell[c] != 0 -> wait_on(t, c)
  :: else ->
       if
       :: waiting[c] ->
            first(c);
#if VALUES
            value[y] = v;
#endif
            at[y] = NEXT(at[y])
       :: else -> cell[c] = 1 + v
       fi;
       at[t] = next
  fi
}

/* B5, B7; B6: the acquire of the first that waits is completed in the same step. */
inline acquire(t, c, next) {
  if
  :: cell[c] == 0 -> wait_on(t, c)
  :: else -> cell[c] = cell[c] - 1; at[t] = next
  fi
}
inline post(t, c, next) {
  if
  :: waiting[c] -> first(c); at[y] = NEXT(at[y])
  :: else -> cell[c] = cell[c] + 1
  fi;
  at[t] = next
}

/* B8, B7 without a wait list. */
inline done_or_block(t, ok, next) {
  if
  :: ok -> at[t] = next
  :: else -> status[t] = BLOCKED
  fi
}

/* S2, S18 */
inline log_word(t, w, next) {
  words[LOG(t) + logged[t]] = w;
  logged[t]++;
  at[t] = next
}

/* S15 */
inline fork(t, u, start, next) {
  if
  :: status[u] == UNSTARTED ->
       status[u] = RUNNING;
       at[u] = start;
#if INHERIT
       level[u] = level[t];
#endif
       at[t] = next
  :: else -> raise(t, 0)
  fi
}
