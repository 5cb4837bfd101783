/* The POSIX threads driver: runs litmus programs on pthread_cancel.
 *
 * It speaks docs/protocol.md on standard input and output. A program's wire form
 * becomes a tree of nodes, each a function and its operands, before any thread
 * starts: what runs between two statements is a loop over function pointers.
 *
 * Whatever the driver itself does in a thread of a program must not be a
 * cancellation point [posix s.2.9.5]: it stores, it spins, it calls sched_yield,
 * and it asks the kernel by syscall(), which is none. Cancellation that arrives
 * between two instructions (asynchronous) finds nothing half done: what is
 * recorded is stored before the length that makes it count.
 *
 * Built with -fexceptions, the way in which glibc cancels C++ and C alike by
 * unwinding; without it a cleanup that calls pthread_exit is entered again and again.
 */

#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LOOKS = 30, LOG = 1024, MAXTHREADS = 32, MAXCELLS = 64, MANY = 20000, LEAKS = 64, STACK = 256 << 10 };
enum { FULL = -1, EMPTY = -2 };

/* ------------------------------------------------------------------ programs */

typedef struct Th Th;
typedef struct Node Node;
typedef struct { Node *v; int n; } Block;

/* What a thread is about to do when its `at` is the node. */
enum { STEP, BLOCKS, TIMED, SPINS, AWAITS, SENDS };

struct Node {
  void (*run)(Th *, const Node *);
  int a, b, n;     /* operands: cells, threads, a number, a level */
  int kind;        /* STEP for what is over at once */
  int point;       /* a cancellation point, for the verdict on what is pending */
  const char *text;/* "take m": what it is blocked in; for log the word */
  Block body, alt, third;
};

enum { FLAG, VAR, MVAR, MUTEX, SEM, COND };
typedef struct { const char *name; int kind, init, watched; } Decl;
typedef struct { const char *name; int later; Block body; } ThreadDecl;

static Decl decls[MAXCELLS];
static ThreadDecl threads[MAXTHREADS];
static int ndecls, nthreads, loaded;

/* ------------------------------------------------------------------ one run */

typedef struct {
  atomic_int value;        /* flag, var: futex of wait-until */
  int fd[2];               /* mvar: a pipe that holds one packet */
  pthread_mutex_t mutex;
  pthread_cond_t cond;
  sem_t sem;
} Cell;

typedef struct Run {
  atomic_int go;
  int cpus;                /* 0: anywhere, 1: all on one, 2: in turn */
  Cell cells[MAXCELLS];
  Th *th[MAXTHREADS];
} Run;

enum { OPEN, MASKED, CLOSED };
enum { KILLED, RETURNED, ERRED };
typedef struct { const char *word; int value, valued; } Entry;

struct Th {
  Run *run;
  int index;
  pthread_t id;
  atomic_int forked, started, tid, joined, claimed, doubt, asked;
  sem_t gone;
  const Node *_Atomic at;
  atomic_long steps, beats;
  atomic_int end, level;
  int value, trying;       /* trying: the mutex it is after, for the moment before the owner shows */
  atomic_int used;
  Entry log[LOG];
  uint64_t rng;
  int delay, often, longest;
};

static pthread_key_t gone_key;
static int pid, ncpus;
static const Node running = { .kind = STEP };

static uint64_t next(uint64_t *x) {
  *x ^= *x << 13, *x ^= *x >> 7, *x ^= *x << 17;
  return *x ? *x : (*x = 88172645463325252u);
}

static void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}
static void pause_for(long n) { while (n-- > 0) relax(); }

static void jitter(Th *th) {
  uint64_t r = next(&th->rng);
  if ((int)(r & 255) >= th->often) return;
  if ((r >> 8 & 15) == 0) sched_yield();
  else pause_for(1L << (r >> 12) % (th->longest + 1));
}

/* A thread that has begun so many statements loops; that is to be seen soon. */
enum { SETTLED = 200 };

static inline void step(Th *th) {
  long n = atomic_fetch_add_explicit(&th->steps, 1, memory_order_relaxed);
  if (th->often && n < SETTLED) jitter(th);
}

static void run_block(Th *th, const Block *b) {
  for (int i = 0; i < b->n; i++) {
    step(th);
    b->v[i].run(th, &b->v[i]);
  }
}

static void enter(Th *th, const Node *nd) { atomic_store(&th->at, nd); }
static void leave(Th *th) { atomic_store(&th->at, &running); }
static Cell *cell(Th *th, int i) { return &th->run->cells[i]; }
static Th *peer(Th *th, int i) { return i < 0 ? th : th->run->th[i]; }

static void record(Th *th, const char *word, int value, int valued) {
  int i = th->used & (LOG - 1);
  th->log[i] = (Entry){ word, value, valued };
  atomic_signal_fence(memory_order_seq_cst);
  th->used++;
}

/* An operation that fails: there are no exceptions, so the thread ends. */
static void err(Th *th) {
  th->end = ERRED;
  pthread_exit(NULL);
}
static void check(Th *th, int code) { if (code) err(th); }

/* A beat of a thread that goes round; never a cancellation point. */
static void beat(Th *th) {
  relax();
  if ((atomic_fetch_add_explicit(&th->beats, 1, memory_order_relaxed) & 127) == 127) sched_yield();
}

static long now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
static void nap(long us) {
  struct timespec t = { us / 1000000, us % 1000000 * 1000 };
  nanosleep(&t, NULL);
}

/* ------------------------------------- what the kernel says of a thread */

static int slurp(int tid, const char *file, char *buf, int size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/%s", tid, file);
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return buf[0] = 0;
  int n = syscall(SYS_read, fd, buf, size - 1);
  syscall(SYS_close, fd);
  return buf[n > 0 ? n : 0] = 0, n > 0 ? n : 0;
}

static int asleep(int tid) {
  char buf[512];
  slurp(tid, "stat", buf, sizeof buf);
  char *p = strrchr(buf, ')');
  return p && p[1] && p[2] == 'S';
}

/* How often it gave up the processor, or -1 if it does not sleep. */
static long slept(int tid) {
  char buf[4096];
  slurp(tid, "status", buf, sizeof buf);
  char *state = strstr(buf, "\nState:\tS"), *p = strstr(buf, "\nvoluntary_ctxt_switches:");
  return state && p ? atol(p + 25) : -1;
}

static int over(Th *th) {
  return !th->started || (th->tid && syscall(SYS_tgkill, pid, th->tid, 0) != 0);
}

static int at_rest(Th *th, Th *asker) {
  if (!th->started || !th->tid) return 0;
  if (over(th)) return 1;
  const Node *at = th->at;
  long steps = th->steps;
  if (at->kind != BLOCKS && at->kind != TIMED) return 0;
  for (int i = 0; i < 2; i++) {
    if (!asleep(th->tid)) return over(th);
    if (asker) beat(asker);
    sched_yield();
  }
  return at == th->at && steps == th->steps;
}

/* ------------------------------------------------------------- statements */

static void do_nop(Th *th, const Node *nd) { (void)th, (void)nd; }
static void do_point(Th *th, const Node *nd) { (void)th, (void)nd; pthread_testcancel(); }
static void do_log(Th *th, const Node *nd) { record(th, nd->text, 0, 0); }
static void do_logv(Th *th, const Node *nd) { record(th, nd->text, th->value, 1); }
static void do_value(Th *th, const Node *nd) { th->value = nd->n; }
static void do_set(Th *th, const Node *nd) {
  atomic_store(&cell(th, nd->a)->value, nd->n);
  if (decls[nd->a].watched) syscall(SYS_futex, &cell(th, nd->a)->value, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}
static void do_spin(Th *th, const Node *nd) {
  enter(th, nd);
  while (atomic_load(&cell(th, nd->a)->value) != nd->n) beat(th);
  leave(th);
}
static void do_while(Th *th, const Node *nd) {
  while (atomic_load(&cell(th, nd->a)->value) == nd->n) {
    step(th);
    run_block(th, &nd->body);
  }
}

/* open is asynchronous, masked is deferred, closed is disabled. */
static void do_level(Th *th, const Node *nd) {
  if (nd->n == CLOSED) {
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    th->level = CLOSED;
    return;
  }
  th->level = nd->n;
  pthread_setcanceltype(nd->n == OPEN ? PTHREAD_CANCEL_ASYNCHRONOUS : PTHREAD_CANCEL_DEFERRED, NULL);
  pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
}
static void do_getmask(Th *th, const Node *nd) {
  (void)nd;
  int state, type;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
  pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
  record(th, state == PTHREAD_CANCEL_DISABLE ? "closed" : type == PTHREAD_CANCEL_DEFERRED ? "masked" : "open", 0, 0);
  pthread_setcanceltype(type, NULL);
  pthread_setcancelstate(state, NULL);
}

typedef struct { Th *th; const Block *cleanup; } Cleanup;
static void clean(void *arg) {
  Cleanup *c = arg;
  int value = c->th->value;
  leave(c->th);
  run_block(c->th, c->cleanup);
  c->th->value = value;
}
static void guarded(Th *th, const Block *body, const Block *cleanup) {
  Cleanup c = { th, cleanup };
  pthread_cleanup_push(clean, &c);
  run_block(th, body);
  pthread_cleanup_pop(1);
}
static void do_protect(Th *th, const Node *nd) { guarded(th, &nd->body, &nd->alt); }
static void do_bracket(Th *th, const Node *nd) {
  run_block(th, &nd->body);
  guarded(th, &nd->alt, &nd->third);
}
static void do_exit(Th *th, const Node *nd) { (void)th, (void)nd; pthread_exit(NULL); }

static void do_kill(Th *th, const Node *nd) {
  Th *u = peer(th, nd->a);
  if (!u->started) err(th);
  enter(th, nd);
  u->asked = 1;
  if (!u->joined) pthread_cancel(u->id);
  leave(th);
}

static void do_take(Th *th, const Node *nd) {
  int v;
  enter(th, nd);
  while (read(cell(th, nd->a)->fd[0], &v, sizeof v) < 0)
    if (errno != EINTR) err(th);
  leave(th);
  th->value = v == FULL ? 0 : v;
}
static void do_put(Th *th, const Node *nd) {
  int v = nd->n;
  enter(th, nd);
  while (write(cell(th, nd->a)->fd[1], &v, sizeof v) < 0)
    if (errno != EINTR) err(th);
  leave(th);
}
static void do_lock(Th *th, const Node *nd) {
  th->trying = nd->a;
  enter(th, nd);
  int code = pthread_mutex_lock(&cell(th, nd->a)->mutex);
  leave(th);
  th->trying = -1;
  check(th, code);
}
static void do_unlock(Th *th, const Node *nd) { check(th, pthread_mutex_unlock(&cell(th, nd->a)->mutex)); }
static void unlock_held(void *mutex) { pthread_mutex_unlock(mutex); } /* EPERM if it is not held */
static void do_with_lock(Th *th, const Node *nd) {
  do_lock(th, nd);
  pthread_cleanup_push(unlock_held, &cell(th, nd->a)->mutex);
  run_block(th, &nd->body);
  pthread_cleanup_pop(1);
}
static void do_held(Th *th, const Node *nd) {
  record(th, cell(th, nd->a)->mutex.__data.__owner == th->tid ? "held" : "notheld", 0, 0);
}
static void do_acquire(Th *th, const Node *nd) {
  enter(th, nd);
  while (sem_wait(&cell(th, nd->a)->sem))
    if (errno != EINTR) err(th);
  leave(th);
}
static void do_post(Th *th, const Node *nd) { check(th, sem_post(&cell(th, nd->a)->sem)); }
static void do_wait(Th *th, const Node *nd) {
  enter(th, nd);
  int code = pthread_cond_wait(&cell(th, nd->a)->cond, &cell(th, nd->b)->mutex);
  leave(th);
  check(th, code);
}
static void do_notify(Th *th, const Node *nd) { check(th, pthread_cond_signal(&cell(th, nd->a)->cond)); }

/* POSIX has no wait for a predicate; this one is a futex, no cancellation point. */
static void do_wait_until(Th *th, const Node *nd) {
  atomic_int *x = &cell(th, nd->a)->value;
  enter(th, nd);
  for (int v; (v = atomic_load(x)) != nd->n;) syscall(SYS_futex, x, FUTEX_WAIT_PRIVATE, v, NULL, NULL, 0);
  leave(th);
}

/* A thread can be joined by one. glibc 2.36 does not notice a second that joins at
 * the same time: one of the two is never woken. So the first claims it, and others
 * wait for what its exit posts. */
static void unclaim(void *arg) {
  Th **pair = arg, *th = pair[0], *u = pair[1];
  if (th->level == OPEN) u->doubt = 1; /* it may have been joined, and nobody is left to say so */
  u->claimed = 0;
}
static int join_claimed(Th *th, Th *u, int timed, long us) {
  Th *pair[] = { th, u };
  struct timespec t;
  int code;
  pthread_cleanup_push(unclaim, pair);
  clock_gettime(CLOCK_REALTIME, &t);
  t.tv_nsec += us * 1000;
  if (t.tv_nsec >= 1000000000) {
    t.tv_sec++;
    t.tv_nsec -= 1000000000;
  }
  code = timed ? pthread_timedjoin_np(u->id, NULL, &t) : pthread_join(u->id, NULL);
  if (!code) u->joined = 1;
  pthread_cleanup_pop(0);
  u->claimed = 0;
  return code;
}
static void do_join(Th *th, const Node *nd) {
  Th *u = peer(th, nd->a);
  if (!u->started) err(th);
  int code = 0;
  enter(th, nd);
  if (u->joined) pthread_testcancel();
  else if (!atomic_exchange(&u->claimed, 1)) code = join_claimed(th, u, nd->kind == TIMED, nd->n);
  else if (nd->kind == TIMED) nap(nd->n);
  else {
    while (sem_wait(&u->gone)) {}
    sem_post(&u->gone);
  }
  leave(th);
  if (code == EDEADLK) err(th);
}
static void do_sleep(Th *th, const Node *nd) {
  enter(th, nd);
  nap(20 << next(&th->rng) % 7);
  leave(th);
}
static void do_foreign(Th *th, const Node *nd) {
  struct timespec t = { 0, 20000 << next(&th->rng) % 7 };
  enter(th, nd);
  while (syscall(SYS_nanosleep, &t, &t) && errno == EINTR) {}
  leave(th);
}
static void do_alive(Th *th, const Node *nd) { record(th, over(peer(th, nd->a)) ? "dead" : "alive", 0, 0); }

static void do_await(Th *th, const Node *nd) {
  int state, rest;
  enter(th, nd);
  do {
    beat(th);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state); /* no descriptor is lost to the driver's own question */
    rest = at_rest(peer(th, nd->a), th);
    pthread_setcancelstate(state, NULL);
  } while (!rest);
  leave(th);
}
static int sent_to(Th *th) {
  for (int i = 0; i < nthreads; i++) {
    const Node *at = th->run->th[i]->at;
    if (at->kind == SENDS && at->a == th->index) return 1;
  }
  return 0;
}
static void do_settle(Th *th, const Node *nd) {
  enter(th, nd);
  while (sent_to(th)) beat(th);
  leave(th);
  sched_yield(); /* the kernel delivers what it has */
}

static void start(Th *th);
static void do_fork(Th *th, const Node *nd) {
  if (atomic_exchange(&peer(th, nd->a)->forked, 1)) err(th);
  start(peer(th, nd->a));
}

/* ---------------------------------------------------------------- threads */

static void gone(void *th) { sem_post(&((Th *)th)->gone); }

static void place(Th *th) {
  if (!th->run->cpus || ncpus < 2) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(th->run->cpus == 1 ? 0 : th->index % ncpus, &set);
  sched_setaffinity(0, sizeof set, &set);
}

static void *body(void *arg) {
  Th *th = arg;
  place(th);
  pthread_setspecific(gone_key, th);
  th->tid = syscall(SYS_gettid);
  for (long i = 1; !th->run->go; i++) {
    relax();
    if (i % 256 == 0) sched_yield();
  }
  pause_for(th->delay);
  run_block(th, &threads[th->index].body);
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL); /* until here it can be cancelled */
  th->end = RETURNED;
  return NULL;
}

static void start(Th *th) {
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, STACK);
  int code = pthread_create(&th->id, &attr, body, th);
  pthread_attr_destroy(&attr);
  if (code) fprintf(stderr, "pthread_create: %s\n", strerror(code)), _exit(3);
  th->started = 1;
}

static void vanish(int sig) { (void)sig; syscall(SYS_exit, 0); }

static void cell_init(Cell *c, const Decl *d) {
  c->fd[0] = c->fd[1] = -1;
  switch (d->kind) {
  case FLAG: case VAR: c->value = d->init; break;
  case SEM: sem_init(&c->sem, 0, d->init); break;
  case COND: pthread_cond_init(&c->cond, NULL); break;
  case MUTEX: {
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&c->mutex, &a);
    break;
  }
  case MVAR: /* packets, and room for one */
    if (pipe2(c->fd, O_DIRECT | O_CLOEXEC) || fcntl(c->fd[1], F_SETPIPE_SZ, 4096) < 0) perror("pipe"), _exit(3);
    if (d->init != EMPTY && write(c->fd[1], &d->init, sizeof d->init) < 0) perror("pipe"), _exit(3);
  }
}

static Run *new_run(uint64_t *rng) {
  static const int often[] = { 0, 0, 16, 64, 160 }, longest[] = { 4, 8, 11, 13 }, cpus[] = { 0, 0, 0, 1, 2, 2 };
  Run *r = calloc(1, sizeof *r);
  r->cpus = cpus[next(rng) % 6];
  int o = often[next(rng) % 5], l = longest[next(rng) % 4];
  for (int i = 0; i < ndecls; i++) cell_init(&r->cells[i], &decls[i]);
  for (int i = 0; i < nthreads; i++) {
    Th *th = r->th[i] = calloc(1, sizeof *th);
    th->run = r;
    th->index = i;
    th->trying = -1;
    th->level = MASKED;
    th->end = KILLED;
    th->at = &running;
    th->rng = next(rng), th->often = o, th->longest = l;
    th->delay = next(rng) % (1u << (next(rng) % 14));
    sem_init(&th->gone, 0, 0);
  }
  return r;
}

static void start_run(Run *r, uint64_t *rng) {
  int order[MAXTHREADS], n = 0;
  for (int i = 0; i < nthreads; i++) if (!threads[i].later) order[n++] = i;
  for (int i = n - 1; i > 0; i--) {
    int j = next(rng) % (i + 1), t = order[i];
    order[i] = order[j], order[j] = t;
  }
  for (int i = 0; i < n; i++) start(r->th[order[i]]);
  for (int i = 0; i < n; i++) while (!r->th[order[i]]->tid) sched_yield();
  r->go = 1;
}

/* Quiescence is decided by state: between two looks no thread took a step, those
 * that wait slept through without once being scheduled, and those that spin went
 * round and still wait for something that is not so. */
typedef struct { int kind; const Node *at; long steps, sw; } Look;
/* So many beats hold a whole round of do_await, which has three, behind the one that was under way. */
#define ROUNDS 8
enum { MOVES, ENDED, SLEEPS, ROUND };

static Look look(Th *th) {
  if (!th->started) return (Look){ ENDED, 0, 0, 0 };
  if (over(th)) return (Look){ ENDED, 0, 0, 0 };
  if (!th->tid) return (Look){ MOVES, 0, 0, 0 };
  Look l = { MOVES, th->at, th->steps, 0 };
  switch (l.at->kind) {
  case BLOCKS: l.sw = slept(th->tid); if (l.sw >= 0) l.kind = SLEEPS; break;
  case SPINS: if (th->run->cells[l.at->a].value != l.at->n) l.kind = ROUND; break;
  case AWAITS: l.kind = ROUND; break;
  }
  return l;
}
static int same(Look a, Look b) { return a.kind == b.kind && a.at == b.at && a.steps == b.steps && a.sw == b.sw; }

/* Whether one has ended or taken a step since: it may go round no more. */
static int went_on(Run *r, const Look *first) {
  for (int i = 0; i < nthreads; i++)
    if (first[i].kind != ENDED && (over(r->th[i]) || r->th[i]->at != first[i].at || r->th[i]->steps != first[i].steps)) return 1;
  return 0;
}

static int quiescent(Run *r) {
  Look first[MAXTHREADS];
  long beats[MAXTHREADS];
  for (int i = 0; i < nthreads; i++) {
    first[i] = look(r->th[i]);
    if (first[i].kind == MOVES) return 0;
    beats[i] = r->th[i]->beats;
  }
  for (int k = 0, spun = 0; !spun; k++) {
    if (k > 200 || went_on(r, first)) return 0;
    nap(k ? 200 : 20);
    spun = 1;
    for (int i = 0; i < nthreads; i++) spun &= first[i].kind != ROUND || r->th[i]->beats > beats[i] + ROUNDS;
  }
  for (int i = 0; i < nthreads; i++) if (!same(first[i], look(r->th[i]))) return 0;
  return 1;
}

typedef struct { Look look[MAXTHREADS]; long steps[MAXTHREADS]; } Snapshot;
static void snap(Run *r, Snapshot *s) {
  for (int i = 0; i < nthreads; i++) s->look[i] = look(r->th[i]), s->steps[i] = r->th[i]->steps;
}
/* The threads that went round many times since, if all others have been at rest since. */
static unsigned loopers(Run *r, const Snapshot *s) {
  unsigned moved = 0;
  for (int i = 0; i < nthreads; i++) {
    if (r->th[i]->steps > s->steps[i] + MANY) moved |= 1u << i;
    else if (s->look[i].kind == MOVES || !same(s->look[i], look(r->th[i]))) return 0;
  }
  return moved;
}
static int old(Run *r, const Snapshot *s) {
  for (int i = 0; i < nthreads; i++) if (r->th[i]->steps > s->steps[i] + 2 * MANY) return 1;
  return 0;
}

static int all_over(Run *r) {
  for (int i = 0; i < nthreads; i++) if (!over(r->th[i])) return 0;
  return 1;
}

/* Waits until the run has come to its end; 0 if it did not. */
static int finish(Run *r, long limit_ms, int polls, unsigned *looping) {
  long deadline = now_us() + limit_ms * 1000;
  Snapshot s;
  snap(r, &s);
  *looping = 0;
  for (int i = 0;; i++) {
    if (all_over(r)) return 1;
    if (i < polls) { sched_yield(); continue; }
    if (quiescent(r) || (*looping = loopers(r, &s))) return 1;
    if (old(r, &s)) snap(r, &s);
    if (now_us() > deadline && i > polls + LOOKS) return 0; /* on a loaded machine the time may go by with few looks */
    nap(50);
  }
}

/* -------------------------------------------------------------- its outcome */

typedef struct { char v[8192]; int n; } Text;
static void add(Text *t, const char *format, ...) {
  va_list a;
  va_start(a, format);
  int n = vsnprintf(t->v + t->n, sizeof t->v - t->n, format, a);
  va_end(a);
  if (n < 0 || t->n + n >= (int)sizeof t->v) fprintf(stderr, "an outcome is too long\n"), _exit(3);
  t->n += n;
}

static int unreceived(Th *th) {
  return th->asked && (th->level == OPEN || (th->level == MASKED && th->at->point));
}

static void end_text(Text *t, Th *th, int loops) {
  if (!th->started) { add(t, "unstarted"); return; }
  if (over(th)) { add(t, "%s", th->end == RETURNED ? "returned" : th->end == ERRED ? "died Error" : "killed"); return; }
  if (!loops && th->at->kind == BLOCKS) add(t, "blocked %s", th->at->text);
  else add(t, "running");
  if (unreceived(th)) add(t, " (pending)");
}

static void log_text(Text *t, Th *th) {
  for (int i = 0; i < th->used && i < LOG; i++) {
    add(t, "%s%s", i ? " " : " [", th->log[i].word);
    if (th->log[i].valued) add(t, "=%d", th->log[i].value);
  }
  if (th->used) add(t, "]");
}

static const char *holder(Run *r, int i) {
  for (int k = 0; k < nthreads; k++) if (r->th[k]->tid && r->cells[i].mutex.__data.__owner == r->th[k]->tid) return threads[k].name;
  for (int k = 0; k < nthreads; k++) if (r->th[k]->trying == i && r->th[k]->at->kind != BLOCKS) return threads[k].name;
  return "gone";
}

/* What is in a pipe, by a copy: to read it would let a thread go on that waits to write. */
static int peek(int fd) {
  static int copy[2] = { -1 };
  int v = EMPTY;
  if (copy[0] < 0 && pipe(copy)) fprintf(stderr, "pipe: %s\n", strerror(errno)), _exit(3);
  if (tee(fd, copy[1], sizeof v, SPLICE_F_NONBLOCK) > 0 && read(copy[0], &v, sizeof v) < 0) v = EMPTY;
  return v;
}

static void cell_text(Text *t, Run *r, int i) {
  Cell *c = &r->cells[i];
  const char *name = decls[i].name;
  int n = 0, v;
  switch (decls[i].kind) {
  case VAR: add(t, "; %s=%d", name, c->value); break;
  case SEM: sem_getvalue(&c->sem, &n); add(t, "; %s=%d", name, n); break;
  case MUTEX:
    if (c->mutex.__data.__lock) add(t, "; %s=held %s", name, holder(r, i));
    else add(t, "; %s=free", name);
    break;
  case MVAR:
    v = peek(c->fd[0]);
    if (v == EMPTY) add(t, "; %s=empty", name);
    else if (v == FULL) add(t, "; %s=full", name);
    else add(t, "; %s=%d", name, v);
  }
}

static void outcome(Text *t, Run *r, unsigned looping) {
  t->n = 0;
  for (int i = 0; i < nthreads; i++) {
    add(t, "%s%s=", i ? "; " : "", threads[i].name);
    end_text(t, r->th[i], looping >> i & 1);
    log_text(t, r->th[i]);
  }
  for (int i = 0; i < ndecls; i++) cell_text(t, r, i);
}

/* Threads that are left end at once, wherever they are, by the kernel's own exit;
 * nothing of theirs is used again. Those that join are first, so that nobody is woken
 * by the end of another. The result is how many could not be joined. */
static void end_all(Run *r, int joiners) {
  for (int i = 0; i < nthreads; i++) {
    Th *th = r->th[i];
    if (over(th) || (joiners && th->at->run != do_join)) continue;
    pthread_kill(th->id, SIGUSR1);
    while (!over(th)) sched_yield();
  }
}

static int clear(Run *r) {
  int leaks = 0;
  end_all(r, 1);
  end_all(r, 0);
  for (int i = 0; i < nthreads; i++) {
    Th *th = r->th[i];
    if (!th->started || th->joined) continue;
    if (th->doubt) leaks++;
    else pthread_join(th->id, NULL);
  }
  for (int i = 0; i < ndecls; i++)
    if (r->cells[i].fd[0] >= 0) close(r->cells[i].fd[0]), close(r->cells[i].fd[1]);
  if (leaks) return leaks; /* its memory too: a thread may still run its exit */
  for (int i = 0; i < nthreads; i++) free(r->th[i]);
  free(r);
  return 0;
}

/* ------------------------------------------------------------------- load */

typedef struct Sx { const char *atom; struct Sx *v; int n; } Sx;

static jmp_buf refused;
static char reason[256];
static int unsupported;
static void refuse(int how, const char *format, ...) {
  va_list a;
  va_start(a, format);
  vsnprintf(reason, sizeof reason, format, a);
  va_end(a);
  unsupported = how;
  longjmp(refused, 1);
}

/* What a program is made of lives until the next is loaded. */
static struct Chunk { struct Chunk *next; } *chunks;
static void *alloc(size_t n) {
  struct Chunk *c = calloc(1, sizeof *c + n + 1);
  c->next = chunks, chunks = c;
  return c + 1;
}
static void forget(void) {
  while (chunks) {
    struct Chunk *c = chunks;
    chunks = c->next;
    free(c);
  }
  ndecls = nthreads = loaded = 0;
}

static Sx read_one(const char **p) {
  while (**p == ' ') ++*p;
  Sx s = { 0, 0, 0 };
  if (**p == '(') {
    for (++*p;;) {
      while (**p == ' ') ++*p;
      if (**p == ')') return ++*p, s;
      Sx *v = alloc((s.n + 1) * sizeof *v);
      if (s.n) memcpy(v, s.v, s.n * sizeof *v);
      s.v = v;
      s.v[s.n] = read_one(p);
      s.n++;
    }
  }
  const char *start = *p;
  while (**p && !strchr(" ()", **p)) ++*p;
  if (start == *p) refuse(0, "unbalanced parentheses");
  char *atom = alloc(*p - start);
  memcpy(atom, start, *p - start);
  s.atom = atom;
  return s;
}

static const char *word(const Sx *s) {
  if (!s->atom) refuse(0, "a block where a word is wanted");
  return s->atom;
}
static int number(const Sx *s) {
  const char *w = word(s);
  if (!strcmp(w, "full")) return FULL;
  if (!strcmp(w, "-")) return EMPTY;
  char *end;
  long n = strtol(w, &end, 10);
  if (*end || end == w) refuse(0, "%s is no number", w);
  return n;
}
static int cell_named(const Sx *s, int kind) {
  for (int i = 0; i < ndecls; i++)
    if (!strcmp(decls[i].name, word(s)) && (decls[i].kind == kind || (kind == VAR && decls[i].kind == FLAG))) return i;
  refuse(0, "no cell named %s", word(s));
  return 0;
}
static int thread_named(const Sx *s, int self) {
  if (self && !strcmp(word(s), "self")) return -1;
  for (int i = 0; i < nthreads; i++) if (!strcmp(threads[i].name, word(s))) return i;
  refuse(0, "no thread named %s", word(s));
  return 0;
}

/* The operands of each form: w word, v variable, m mvar, l mutex, s semaphore,
 * c condition, t thread, T thread or self, n number, b block in parentheses,
 * B the rest as a block. */
static const struct Form { const char *word, *args; void (*run)(Th *, const Node *); int kind, point, n; const char *text; } forms[] = {
  { "acquire", "s", do_acquire, BLOCKS, 1, 0, "acquire" },
  { "alive?", "t", do_alive, STEP, 0, 0, 0 },
  { "await", "t", do_await, AWAITS, 0, 0, 0 },
  { "bracket", "bbb", do_bracket, STEP, 0, 0, 0 },
  { "exit", "", do_exit, STEP, 0, 0, 0 },
  { "foreign", "", do_foreign, TIMED, 0, 0, 0 },
  { "fork", "t", do_fork, STEP, 0, 0, 0 },
  { "getmask", "", do_getmask, STEP, 0, 0, 0 },
  { "held?", "l", do_held, STEP, 0, 0, 0 },
  { "join", "t", do_join, BLOCKS, 1, 0, "join" },
  { "join-timeout", "t", do_join, TIMED, 1, 500, 0 },
  { "kill", "T", do_kill, SENDS, 0, 0, 0 },
  { "lock", "l", do_lock, BLOCKS, 0, 0, "lock" },
  { "log", "w", do_log, STEP, 0, 0, 0 },
  { "logv", "w", do_logv, STEP, 0, 0, 0 },
  { "nop", "", do_nop, STEP, 0, 0, 0 },
  { "notify", "c", do_notify, STEP, 0, 0, 0 },
  { "point", "", do_point, STEP, 1, 0, 0 },
  { "post", "s", do_post, STEP, 0, 0, 0 },
  { "protect", "bb", do_protect, STEP, 0, 0, 0 },
  { "put", "mn", do_put, BLOCKS, 1, 0, "put" },
  { "set", "vn", do_set, STEP, 0, 0, 0 },
  { "set-mask-closed", "", do_level, STEP, 0, CLOSED, 0 },
  { "set-mask-masked", "", do_level, STEP, 0, MASKED, 0 },
  { "set-mask-open", "", do_level, STEP, 0, OPEN, 0 },
  { "settle", "", do_settle, AWAITS, 0, 0, 0 },
  { "sleep", "", do_sleep, TIMED, 1, 0, 0 },
  { "spin", "vn", do_spin, SPINS, 0, 0, 0 },
  { "take", "m", do_take, BLOCKS, 1, 0, "take" },
  { "unlock", "l", do_unlock, STEP, 0, 0, 0 },
  { "value", "n", do_value, STEP, 0, 0, 0 },
  { "wait", "cl", do_wait, BLOCKS, 1, 0, "wait" },
  { "wait-until", "vn", do_wait_until, BLOCKS, 0, 0, "wait-until" },
  { "while", "vnB", do_while, STEP, 0, 0, 0 },
  { "with-lock", "lB", do_with_lock, BLOCKS, 0, 0, "lock" },
};
enum { NFORMS = sizeof forms / sizeof *forms };

static Block block(const Sx *v, int n);

static void operand(Node *nd, int *names, int *blocks, char kind, const Sx *s) {
  static const char letters[] = "vmlsc";
  static const int kinds[] = { VAR, MVAR, MUTEX, SEM, COND };
  const char *p = strchr(letters, kind);
  if (p) (*names)++ ? (nd->b = cell_named(s, kinds[p - letters])) : (nd->a = cell_named(s, kinds[p - letters]));
  else if (kind == 't' || kind == 'T') nd->a = thread_named(s, kind == 'T');
  else if (kind == 'w') nd->text = word(s);
  else if (kind == 'n') nd->n = number(s);
  else if (s->atom) refuse(0, "%s where a block is wanted", s->atom);
  else (&nd->body)[(*blocks)++] = block(s->v, s->n);
}

static Node statement(const Sx *s) {
  if (s->atom || !s->n) refuse(0, "no statement");
  const struct Form *f = forms;
  while (f < forms + NFORMS && strcmp(f->word, word(&s->v[0]))) f++;
  if (f == forms + NFORMS) refuse(1, "no form %s", s->v[0].atom);
  Node nd = { .run = f->run, .n = f->n, .kind = f->kind, .point = f->point };
  int names = 0, blocks = 0, i = 1;
  for (const char *a = f->args; *a; a++) {
    if (*a == 'B') { nd.body = block(s->v + i, s->n - i); i = s->n; break; }
    if (i >= s->n) refuse(0, "%s needs more", f->word);
    operand(&nd, &names, &blocks, *a, &s->v[i++]);
  }
  if (i != s->n) refuse(0, "%s has too much", f->word);
  if (f->text) {
    char *t = alloc(strlen(f->text) + strlen(word(&s->v[1])) + 1);
    sprintf(t, "%s %s", f->text, s->v[1].atom);
    nd.text = t;
  }
  if (f->run == do_wait_until) decls[nd.a].watched = 1;
  return nd;
}

static Block block(const Sx *v, int n) {
  Block b = { alloc(n * sizeof(Node)), n };
  for (int i = 0; i < n; i++) b.v[i] = statement(&v[i]);
  return b;
}

static const char *const declarations[] = { "flag", "var", "mvar", "mutex", "sem", "cond", "thread", "later" };

static void declare(const Sx *d) {
  if (d->atom || d->n < 2) refuse(0, "no declaration");
  int kind = 0;
  while (kind < 8 && strcmp(declarations[kind], word(&d->v[0]))) kind++;
  if (kind == 8) refuse(1, "no form %s", d->v[0].atom);
  if (nthreads == MAXTHREADS || ndecls == MAXCELLS) refuse(0, "too many declarations");
  if (kind > COND) threads[nthreads++] = (ThreadDecl){ word(&d->v[1]), kind == 7, { 0, 0 } };
  else decls[ndecls++] = (Decl){ word(&d->v[1]), kind, d->n > 2 ? number(&d->v[2]) : 0, 0 };
}

static void load(const char *text) {
  forget();
  Sx s = read_one(&text);
  while (*text == ' ') text++;
  if (*text) refuse(0, "text after the program");
  if (s.atom || s.n < 3 || strcmp(word(&s.v[0]), "litmus") || strcmp(word(&s.v[1]), "1")) refuse(0, "not a program of wire version 1");
  for (int i = 3; i < s.n; i++) declare(&s.v[i]);
  for (int i = 3, k = 0; i < s.n; i++) {
    int later = !strcmp(s.v[i].v[0].atom, "later");
    if (later || !strcmp(s.v[i].v[0].atom, "thread")) threads[k++].body = block(s.v[i].v + 2, s.v[i].n - 2);
  }
  loaded = 1;
}

/* ------------------------------------------------------------- the protocol */

static long seq;
static void reply(const char *format, ...) {
  va_list a;
  va_start(a, format);
  printf("{\"seq\":%ld,", seq);
  vprintf(format, a);
  printf("}\n");
  va_end(a);
  fflush(stdout);
}

/* Requests escape nothing. */
static const char *field(const char *line, const char *name) {
  char key[32];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *p = strstr(line, key);
  return p ? p + strlen(key) : "";
}
static long number_field(const char *line, const char *name) { return strtol(field(line, name), NULL, 10); }
static char *text_field(const char *line, const char *name, char *buf, size_t size) {
  const char *p = field(line, name);
  size_t n = *p == '"' ? strcspn(++p, "\"") : 0;
  if (n >= size) n = size - 1;
  memcpy(buf, p, n);
  return buf[n] = 0, buf;
}

typedef struct { char *text; long n; } Count;
static Count *counts;
static int ncounts;
static void count(const char *text) {
  for (int i = 0; i < ncounts; i++) if (!strcmp(counts[i].text, text)) { counts[i].n++; return; }
  counts = realloc(counts, (ncounts + 1) * sizeof *counts);
  counts[ncounts++] = (Count){ strdup(text), 1 };
}
static int by_text(const void *a, const void *b) { return strcmp(((const Count *)a)->text, ((const Count *)b)->text); }
static void flush_counts(void) {
  if (ncounts) qsort(counts, ncounts, sizeof *counts, by_text);
  for (int i = 0; i < ncounts; i++) {
    reply("\"outcome\":\"%s\",\"count\":%ld", counts[i].text, counts[i].n);
    free(counts[i].text);
  }
  ncounts = 0;
}

static int run_once(uint64_t *rng, long limit_ms, int *leaks) {
  static const int polls[] = { 0, 0, 50, 400 };
  static Text text;
  unsigned looping;
  Run *r = new_run(rng);
  start_run(r, rng);
  int ok = finish(r, limit_ms, polls[next(rng) % 4], &looping);
  if (!ok) return *leaks = LEAKS, 0; /* in the middle of something: the process is given up */
  outcome(&text, r, looping);
  count(text.v);
  *leaks += clear(r);
  return 1;
}

static uint64_t seeded(uint64_t seed) {
  uint64_t x = seed * 0x9e3779b97f4a7c15u + 1;
  for (int i = 0; i < 8; i++) next(&x);
  return x;
}

static void run_many(long runs, uint64_t seed, long limit_ms) {
  uint64_t rng = seeded(seed);
  int hangs = 0, leaks = 0;
  long done = 0, flushed = now_us();
  while (done < runs && leaks < LEAKS) {
    if (!run_once(&rng, limit_ms, &leaks)) {
      hangs++;
      reply("\"undecided\":\"starved\",\"count\":1");
    }
    done++;
    if (now_us() > flushed + 100000) flush_counts(), flushed = now_us();
  }
  flush_counts();
  reply("\"done\":true,\"runs\":%ld,\"hangs\":%d,\"recycle\":%s", done, hangs, leaks >= LEAKS ? "true" : "false");
}

static int by_number(const void *a, const void *b) { return (*(const long *)a > *(const long *)b) - (*(const long *)a < *(const long *)b); }
static void calibrate(void) {
  enum { N = 200 };
  long took[N];
  int leaks = 0;
  uint64_t rng = seeded(1);
  load("(litmus 1 calibrate (thread a (nop)) (thread b (nop)))");
  for (int i = 0; i < N; i++) {
    long t = now_us();
    run_once(&rng, 2000, &leaks);
    took[i] = now_us() - t;
  }
  while (ncounts) free(counts[--ncounts].text);
  qsort(took, N, sizeof *took, by_number);
  reply("\"ok\":true,\"p99_us\":%ld", took[N * 99 / 100 - 1]);
  forget();
}

static void hello(void) {
  Text t = { .n = 0 };
  for (int i = 0; i < 8; i++) add(&t, "\"%s\",", declarations[i]);
  for (int i = 0; i < NFORMS; i++) add(&t, "%s\"%s\"", i ? "," : "", forms[i].word);
  reply("\"ok\":true,\"proto\":1,\"runtime\":\"pthread\",\"version\":\"glibc %s\",\"await\":\"state\",\"forms\":[%s]", gnu_get_libc_version(), t.v);
}

static void serve(const char *line) {
  static char text[1 << 16];
  char cmd[32], mode[32];
  seq = number_field(line, "seq");
  text_field(line, "cmd", cmd, sizeof cmd);
  text_field(line, "mode", mode, sizeof mode);
  if (setjmp(refused)) {
    forget();
    reply("\"%s\":\"%s\"", unsupported ? "skipped" : "error", reason);
  } else if (!strcmp(cmd, "hello")) hello();
  else if (!strcmp(cmd, "load")) load(text_field(line, "program", text, sizeof text)), reply("\"ok\":true");
  else if (!strcmp(cmd, "run") && strcmp(mode, "outcome")) reply("\"skipped\":\"no mode %s\"", mode);
  else if (!strcmp(cmd, "run") && !loaded) reply("\"error\":\"no program is loaded\"");
  else if (!strcmp(cmd, "run")) run_many(number_field(line, "runs"), number_field(line, "seed"), number_field(line, "limit_ms"));
  else if (!strcmp(cmd, "calibrate")) calibrate();
  else if (!strcmp(cmd, "stop")) reply("\"ok\":true"), _exit(0);
  else reply("\"error\":\"no command %s\"", cmd);
}

int main(void) {
  pid = getpid();
  cpu_set_t set;
  ncpus = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
  pthread_key_create(&gone_key, gone);
  struct sigaction a = { .sa_handler = vanish };
  sigaction(SIGUSR1, &a, NULL);
  char *line = NULL;
  size_t size = 0;
  while (getline(&line, &size, stdin) > 0) serve(line);
  _exit(0);
}
