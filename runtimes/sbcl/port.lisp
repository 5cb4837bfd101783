;;;; The port to SBCL of the Lisp driver: its own interrupts [sbcl-it].

(defpackage :interject-driver (:use :cl :sb-thread :sb-ext :sb-sys))
(in-package :interject-driver)
(declaim (optimize (speed 1) (safety 1) (debug 0)))

(defparameter +runtime+ "sbcl")
(defparameter +missing+ '())
(defconstant +leaks+ 64)      ; threads left over, then the process asks for a successor
(defparameter +waits-open+ t) ; in a wait, what is allowed is enabled

(deftype counter () '(simple-array sb-ext:word (1)))
(defun make-counter () (make-array 1 :element-type 'sb-ext:word :initial-element 0))
(defmacro counted (c) `(aref (the counter ,c) 0))
(defmacro take-number (c) `(atomic-incf (aref (the counter ,c) 0)))

(defun level ()
  (cond (*interrupts-enabled* 0) (*allow-with-interrupts* 1) (t 2)))
(defun spawn (function &rest arguments) (make-thread function :arguments arguments))
(defun await-end (thread) (join-thread thread :default nil))
(defun await-end-for (seconds thread) (join-thread thread :default nil :timeout seconds))
(defun mutex-taken-p (mutex) (not (zerop (sb-thread::mutex-%owner mutex))))
(defun force-mutex (mutex) (without-interrupts (release-mutex mutex :if-not-owner :force)))
(defun queued-p (thread) (sb-thread::thread-interruptions thread))
(defun own-tid () (thread-os-tid *current-thread*))

;;; ------------------------------------------------ what the kernel says of a thread

(defun slurp-proc (tid file buffer)
  (declare (type (simple-array (unsigned-byte 8) (*)) buffer))
  (let ((fd (sb-unix:unix-open (format nil "/proc/self/task/~D/~A" tid file) sb-unix:o_rdonly 0)))
    (if (null fd)
        0
        (unwind-protect
             (with-pinned-objects (buffer)
               (or (sb-unix:unix-read fd (vector-sap buffer) (length buffer)) 0))
          (sb-unix:unix-close fd)))))

(defun os-state (tid buffer)
  "The letter that the kernel has for the state of a thread: S when it sleeps."
  (without-interrupts
    (let* ((n (slurp-proc tid "stat" buffer))
           (p (position 41 buffer :end n :from-end t)))
      (if (and p (< (+ p 2) n)) (code-char (aref buffer (+ p 2))) #\?))))

(defvar *wide* (make-array 4096 :element-type '(unsigned-byte 8)))

(defun in-kernel-p (tid) (plusp (slurp-proc tid "stat" *wide*)))

(defun switches-of (tid)
  "How often it gave up the processor, or nil."
  (let* ((n (slurp-proc tid "status" *wide*))
         (text (map 'string #'code-char (subseq *wide* 0 n)))
         (p (search "voluntary_ctxt_switches:" text)))
    (and p (parse-integer text :start (+ p 24) :junk-allowed t))))

;;; ------------------------------------------------------------ the process

(defvar *replies* *standard-output*)
(defun write-reply (text) (write-string text *replies*) (finish-output *replies*))
(defun leave-process () (exit :code 0 :abort t))
(defun now-us ()
  (multiple-value-bind (s n) (sb-unix::clock-gettime 1) (+ (* 1000000 s) (floor n 1000))))

(defun keep-standard-output ()
  "SBCL's C runtime prints on file descriptor 1 when it dies. Replies go to a copy
of it, and 1 becomes standard error."
  (let ((fd (sb-unix:unix-dup 1)))
    (sb-alien:alien-funcall (sb-alien:extern-alien "dup2" (function sb-alien:int sb-alien:int sb-alien:int)) 2 1)
    (setf *replies* (sb-sys:make-fd-stream fd :output t :buffering :full :external-format :utf-8))))

(defun prepare-process ()
  (keep-standard-output)
  (sb-impl::finalizer-thread-stop))
