;;; The operations of impl's benchmarks in SBCL. Each line that it prints is a name and the
;;; processor time of one operation in ns.
(declaim (optimize speed (safety 1)) (sb-ext:muffle-conditions sb-ext:compiler-note))

(defvar *sink* 0)
(declaim (type fixnum *sink*))
(defun ok () (incf *sink*))
(declaim (notinline ok))

(defun say (name n begin)
  (format t "~a ~,2f~%" name (/ (* (- (get-internal-run-time) begin) 1e9)
                                internal-time-units-per-second n))
  (finish-output))

(defmacro each (name n &body body)
  (let ((begin (gensym)))
    `(let ((,begin (get-internal-run-time)))
       (loop repeat ,n do (progn ,@body))
       (say ,name ,n ,begin))))

(define-condition x (error) ())

(defun frames (&aux (many 1000000))
  (each "mask" many (sb-sys:without-interrupts (ok)))
  (each "mask-restore" many (sb-sys:without-interrupts (sb-sys:with-local-interrupts (ok))))
  (each "catch" many (handler-case (ok) (x () nil)))
  (each "catch-error" 100000 (handler-case (error 'x) (x () nil)))
  (each "finally" many (unwind-protect (ok) (ok)))
  (each "bracket" many
    (let ((a nil))
      (sb-sys:without-interrupts
        (unwind-protect (progn (setf a t) (sb-sys:with-local-interrupts (ok)))
          (when a (ok)))))))

;; A thread that waits is thrown out and waits again, and says so.
(defun parked (&aux (n 2000) (ready (sb-thread:make-semaphore)) (never (sb-thread:make-semaphore)))
  (let ((target (sb-thread:make-thread
                 (lambda ()
                   (catch 'end
                     (loop (catch 'out
                             (sb-thread:signal-semaphore ready)
                             (sb-thread:wait-on-semaphore never))))))))
    (sb-thread:wait-on-semaphore ready)
    (each "parked" n
      (sb-thread:interrupt-thread target (lambda () (throw 'out nil)))
      (sb-thread:wait-on-semaphore ready))
    (sb-thread:interrupt-thread target (lambda () (throw 'end nil)))
    (sb-thread:join-thread target :default nil)))

;; N functions are queued, then all are received.
(defun pending (n &aux (self sb-thread:*current-thread*) full)
  (let ((begin (get-internal-run-time)))
    (sb-sys:without-interrupts
      (loop repeat n do (sb-thread:interrupt-thread self #'ok))
      (say (format nil "enqueue-~d" n) n begin)
      (setf full (get-internal-run-time)))
    (say (format nil "drain-~d" n) n full)))

(frames)
(parked)
(each "self" 10000 (sb-thread:interrupt-thread sb-thread:*current-thread* #'ok))
(pending 100)
(pending 1000)
