;;; Records histories of SBCL in the form of docs/traces.md: sbcl --script record.lisp DIR

(defstruct tape name (events '()) (count 0))
(defvar *counter* (list 0)) ; one for the program

(defun record (tape key format &rest args)
  "An event with the stamp under the key; answers its number in the thread. Nothing is locked, and nobody else writes to the tape."
  (let ((stamp (1+ (sb-ext:atomic-incf (car *counter*)))) (n (tape-count tape)))
    (push (cons stamp (format nil "{\"t\":\"~a\",\"n\":~d,\"~a\":~d,~?}" (tape-name tape) n key stamp format args)) (tape-events tape))
    (incf (tape-count tape))
    n))

(defun enter (tape frame) (record tape "at" "\"k\":\"enter\",\"frame\":\"~a\"" frame))
(defun leave (tape of) (record tape "at" "\"k\":\"leave\",\"of\":~d,\"res\":\"normal\"" of))
(defun note (tape word) (record tape "at" "\"k\":\"log\",\"word\":\"~a\"" word))
(defun end (tape) (record tape "at" "\"k\":\"end\",\"res\":\"returned\""))

(defun send (tape to id thunk)
  (let ((call (record tape "inv" "\"k\":\"send\",\"to\":\"t\",\"id\":~d,\"sig\":\"thunk\"" id)))
    (sb-thread:interrupt-thread to thunk)
    (record tape "ret" "\"k\":\"send\",\"of\":~d,\"res\":\"queued\"" call)))

(defun thunk (tape id body)
  (lambda ()
    (record tape "at" "\"k\":\"recv\",\"id\":~d" id)
    (let ((frame (enter tape "thunk")))
      (funcall body)
      (leave tape frame))))

(defun opens (tape i)
  "The documented idiom: the body runs with interrupts enabled."
  (lambda ()
    (sb-sys:with-interrupts
      (let ((frame (enter tape "with")))
        (note tape (format nil "s~d" i))
        (note tape (format nil "e~d" i))
        (leave tape frame)))))

(defun interrupted (dir title test n body)
  "t is interrupted so often while it holds interrupts off; they are received behind."
  (setf *counter* (list 0))
  (let* ((tape (make-tape :name "t")) (sender (make-tape :name "s"))
         (go (sb-thread:make-semaphore)) (stop nil)
         (thread (sb-thread:make-thread
                  (lambda ()
                    (sb-sys:without-interrupts
                      (let ((frame (enter tape "without")))
                        (sb-thread:signal-semaphore go)
                        (loop until stop do (sb-ext:spin-loop-hint))
                        (leave tape frame)))
                    (sb-sys:without-interrupts (end tape))))))
    (sb-thread:wait-on-semaphore go)
    (dotimes (i n) (send sender thread (1+ i) (thunk tape (1+ i) (funcall body tape i))))
    (end sender)
    (setf stop t)
    (sb-thread:join-thread thread)
    (with-open-file (f (format nil "~a/~a.ndjson" dir title) :direction :output :if-exists :supersede)
      (format f "{\"interject\":1,~a,\"name\":\"~a\",\"edition\":\"sbcl@doc\",\"runtime\":\"sbcl ~a\",\"threads\":[\"t\",\"s\"],\"observed\":[\"send\",\"recv\",\"enter\",\"leave\",\"log\",\"end\"]}~%"
              test title (lisp-implementation-version))
      (let ((events (sort (append (tape-events tape) (tape-events sender)) #'< :key #'car)))
        (format f "~{~a~%~}" (mapcar #'cdr events))
        (format f "{\"over\":\"ended\",\"events\":~d}~%" (length events))))))

(let ((dir (second sb-ext:*posix-argv*)))
  (interrupted dir "sbcl-deferred" "\"test\":\"free\"" 1 (lambda (tape i) (lambda () (note tape (format nil "s~d" i)))))
  (interrupted dir "sbcl-reversed"
               "\"test\":\"38da3f1cd3668d96\",\"program\":\"(litmus 1 masked-nest (flag go) (flag stop) (thread t (without (set go 1) (spin stop 1))) (thread s (spin go 1) (interrupt t (with (log s0) (log e0))) (interrupt t (with (log s1) (log e1))) (set stop 1)))\""
               2 #'opens))
