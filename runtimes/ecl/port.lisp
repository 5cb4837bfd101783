;;;; The port to ECL of the Lisp driver: mp:interrupt-process [ecl-src mp_interrupt_process].
;;;; It is built as a program of its own, so that the driver is compiled to C too.

(defpackage :interject-driver
  (:use :cl)
  (:import-from :mp #:without-interrupts #:with-interrupts #:allow-with-interrupts #:with-local-interrupts))
(in-package :interject-driver)
(declaim (optimize (speed 1) (safety 1) (debug 0)))

(ffi:clines "
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int proc_file(int tid, const char *file, char *buf, int size) {
  char path[64];
  snprintf(path, sizeof path, \"/proc/self/task/%d/%s\", tid, file);
  int fd = open(path, O_RDONLY | O_CLOEXEC), n = fd < 0 ? 0 : read(fd, buf, size - 1);
  if (fd >= 0) close(fd);
  return buf[n > 0 ? n : 0] = 0, n;
}
static int os_state_of(int tid) {
  char buf[512], *p;
  proc_file(tid, \"stat\", buf, sizeof buf);
  return (p = strrchr(buf, ')')) && p[1] ? p[2] : '?';
}
static int switches_of_tid(int tid) {
  char buf[4096], *p;
  proc_file(tid, \"status\", buf, sizeof buf);
  return (p = strstr(buf, \"\\nvoluntary_ctxt_switches:\")) ? atoi(p + 25) : -1;
}
static int replies = 1;
static void keep_standard_output(void) { replies = dup(1); dup2(2, 1); fcntl(replies, F_SETFD, FD_CLOEXEC); }
static void write_all(const char *s, int n) {
  while (n > 0) {
    int k = write(replies, s, n);
    if (k <= 0) _exit(3);
    s += k, n -= k;
  }
}
static long long micro(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}
static void pause_once(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}
")

(defparameter +runtime+ "ecl")
;; process-join has no time-out.
(defparameter +missing+ '("join-timeout"))
;; Threads left over, then the process asks for a successor: for which the C compiler runs again.
(defconstant +leaks+ 200)
;; No wait enables what allow-with-interrupts allows [ecl-src ecl_wait_on].
(defparameter +waits-open+ nil)

(deftype counter () 'simple-vector)
(defun make-counter () (make-array 1 :initial-element 0))
(defmacro counted (c) `(the fixnum (svref ,c 0)))
(defmacro take-number (c) `(the fixnum (mp:atomic-incf (svref ,c 0) 1)))

;;; What SBCL calls it.
(defun thread-yield () (ffi:c-inline () () :void "sched_yield()" :one-liner t))
(defun spin-loop-hint () (ffi:c-inline () () :void "pause_once()" :one-liner t))
(defun level ()
  (cond (ext:*interrupts-enabled* 0) (si::*allow-with-interrupts* 1) (t 2)))
(define-symbol-macro *current-thread* mp:*current-process*)
(defun spawn (function &rest arguments) (apply #'mp:process-run-function 'litmus function arguments))
(defun interrupt-thread (thread function) (mp:interrupt-process thread function))
(defun terminate-thread (thread) (mp:process-kill thread))
(defun abort-thread () (mp:exit-process))
(defun thread-alive-p (thread) (mp:process-active-p thread))
(defun await-end (thread) (mp:process-join thread))
(defun await-end-for (seconds thread) (declare (ignore seconds thread)) (error "no such thing"))
;; Lisp has no way to ask, but the environment has the queue [ecl-src queue_signal].
(defun queued-p (thread)
  (ffi:c-inline (thread) (:object) :bool
    "(#0)->process.env && (#0)->process.env->interrupt_struct->pending_interrupt != ECL_NIL" :one-liner t))

(deftype mutex () 'mp:lock)
(deftype semaphore () 'mp:semaphore)
(deftype waitqueue () 'mp:condition-variable)
(defun make-mutex () (mp:make-lock :recursive nil))
(defmacro with-mutex ((lock) &body body) `(mp:with-lock (,lock) ,@body))
(defmacro grab-mutex (lock) `(mp:get-lock ,lock))
(defmacro release-mutex (lock) `(mp:giveup-lock ,lock))
(defun holding-mutex-p (lock) (mp:holding-lock-p lock))
(defun mutex-owner (lock) (mp:lock-owner lock))
(defun mutex-taken-p (lock) (mp:lock-owner lock))
(defun force-mutex (lock) (declare (ignore lock)) nil) ; only its owner may
(defun make-semaphore (&key count) (mp:make-semaphore :count count))
(defmacro wait-on-semaphore (s) `(mp:wait-on-semaphore ,s))
(defun signal-semaphore (s &optional (n 1)) (mp:signal-semaphore s n))
(defun semaphore-count (s) (mp:semaphore-count s))
(defun make-waitqueue () (mp:make-condition-variable))
(defmacro condition-wait (c lock) `(mp:condition-variable-wait ,c ,lock))
(defun condition-notify (c) (mp:condition-variable-signal c))
(defun condition-broadcast (c) (mp:condition-variable-broadcast c))

;;; ------------------------------------------------ what the kernel says of a thread

(defvar *wide* nil)
(defun own-tid () (ffi:c-inline () () :int "syscall(SYS_gettid)" :one-liner t))
(defun os-state (tid buffer)
  "The letter that the kernel has for the state of a thread: S when it sleeps."
  (declare (ignore buffer))
  (code-char (without-interrupts (ffi:c-inline (tid) (:int) :int "os_state_of(#0)" :one-liner t))))
(defun in-kernel-p (tid) (char/= #\? (os-state tid nil)))
(defun switches-of (tid)
  "How often it gave up the processor, or nil."
  (let ((n (ffi:c-inline (tid) (:int) :int "switches_of_tid(#0)" :one-liner t)))
    (if (minusp n) nil n)))

;;; ------------------------------------------------------------ the process

(defun write-reply (text)
  (let ((s (coerce text 'base-string)))
    (ffi:c-inline (s (length s)) (:cstring :int) :void "write_all(#0, #1)" :one-liner t)))
(defun leave-process () (ffi:c-inline () () :void "_exit(0)" :one-liner t))
(defun now-us () (ffi:c-inline () () :long-long "micro()" :one-liner t))
(defun seed-random-state (seed) (make-random-state (mod seed most-positive-fixnum)))

;;; Half of the time that a program took to be compiled went into debugging information and
;;; optimization of a dozen statements. Of the C compiler's flags the last ones count.
(defun quicken-compiler ()
  (flet ((variable (name) (find-symbol name (find-package "C"))))
    (set (variable "*CC-OPTIMIZE*") "-O0 -g0")
    (set (variable "*CC-FLAGS*") (concatenate 'string (symbol-value (variable "*CC-FLAGS*")) " -O0 -g0"))))

(defun prepare-process ()
  (ffi:c-inline () () :void "keep_standard_output()" :one-liner t)
  (setf *error-output* (make-broadcast-stream)
        *standard-output* *error-output*
        ext:*invoke-debugger-hook* (lambda (c hook) (declare (ignore c hook)) (abort-thread)))
  (require :cmp)
  (quicken-compiler))
