;;;; What the drivers of the Lisps with nested interrupts share. A port comes before
;;;; it in the same file and says, under SBCL's names, what threads, masks and mutexes
;;;; are, and how the kernel is asked.
;;;;
;;;; It speaks docs/protocol.md on standard input and output. A program's wire form is
;;;; turned into Lisp source that uses the runtime's own macros, and that source is
;;;; compiled by COMPILE before any thread starts: nothing is interpreted between two
;;;; statements, and the masks are the real lexical macros.
;;;;
;;;; Every statement begins with STEP, where the run's jitter is spent. What a thread
;;;; records it records by stores into preallocated storage.

(in-package :interject-driver)
(declaim (optimize (speed 1) (safety 1) (debug 0)))

(define-condition unsupported (error) ((what :initarg :what :reader what)))
(define-condition malformed (error) ((what :initarg :what :reader what)))
;; What `raise` and `throwTo` signal. Any other error is of class Error.
(define-condition raised (error) ((name :initarg :name :reader class-name-of)))

;;; ------------------------------------------------------------------ run time

(defconstant +log-size+ 1024)
(defconstant +tape-size+ 512)           ; events of a thread that a history has room for

(deftype words () '(simple-array fixnum (*)))

(defstruct run
  (go nil) (abandon nil)
  (clock (make-counter))                ; the one that stamps the events of histories
  (polls 400 :type fixnum)              ; how long the harness looks on without sleeping
  (cells #() :type simple-vector)
  (threads #() :type simple-vector))

;;; One per thread and run; never reused, so that a thread left over from an
;;; abandoned run can write nothing into a later one.
(defstruct th
  (index 0 :type fixnum)
  (tid 0 :type fixnum)                  ; the kernel's name for it
  (run nil) (thread nil)
  (forked (make-counter))
  (phase 0 :type fixnum)                ; 0 newborn, 1 in its body, 2 past it
  (at 0 :type fixnum)                   ; what it is about to wait in, see WAITS
  (level 0 :type fixnum)                ; the mask there: 0 open, 1 masked, 2 closed
  (steps 0 :type fixnum)
  (beats 0 :type fixnum)           ; passes of a spinning wait
  (value 0 :type fixnum)
  (end "killed")                        ; unless somebody says better
  (log-used (make-counter))
  (log (make-array +log-size+ :element-type 'fixnum :initial-element -1) :type words)
  (marks (make-counter))                ; events of its history
  (tape (make-array (* 4 +tape-size+) :element-type 'fixnum :initial-element 0) :type words)
  (rng 1 :type (unsigned-byte 60))
  (delay 0 :type fixnum) (often 0 :type fixnum) (longest 0 :type fixnum)
  (buffer (make-array 256 :element-type '(unsigned-byte 8)) :type (simple-array (unsigned-byte 8) (256))))

(declaim (inline next-random pause-for))
;;; No step makes a bignum: where it does, a signal that comes as it is made reaches a
;;; masked thread of ECL [ecl-src ecl_alloc_object].
(defun next-random (x)
  (declare (type (unsigned-byte 60) x))
  (let* ((x (logxor x (ash (ldb (byte 47 0) x) 13)))
         (x (logxor x (ash x -7)))
         (x (logxor x (ash (ldb (byte 43 0) x) 17))))
    (if (zerop x) 88172645463325252 x)))

(defun pause-for (n)
  (declare (fixnum n))
  (loop repeat n do (spin-loop-hint)))

(defun jitter (th)
  (declare (type th th))
  (let ((r (setf (th-rng th) (next-random (th-rng th)))))
    (when (< (logand r 255) (th-often th))
      (if (zerop (logand (ash r -8) 15))
          (thread-yield)
          (pause-for (ash 1 (mod (ash r -12) (1+ (th-longest th)))))))))

(declaim (inline %step))
(defun %step (th)
  (declare (type th th))
  (incf (th-steps th))
  (when (run-abandon (th-run th)) (abort-thread))
  ;; A thread that has begun so many statements loops; that is to be seen soon.
  (unless (or (zerop (th-often th)) (> (th-steps th) 200)) (jitter th)))

;;; The place is taken before the word is stored, so an interruption between the
;;; two logs behind it; if it never comes back, a hole stays, and the statement
;;; has not happened.
(defmacro record (w)
  `(setf (aref (th-log th) (logand (take-number (th-log-used th)) (1- +log-size+))) ,w))

;;; Histories. The stamp is taken first and stored last: an event that an interruption cuts
;;; is one that is not there, and nothing has relied on it.
(defun mark (th what form value)
  (declare (type th th) (fixnum what form value))
  (let ((stamp (1+ (take-number (run-clock (th-run th)))))
        (n (take-number (th-marks th))))
    (declare (fixnum stamp n))
    (when (< n +tape-size+)
      (let ((tape (th-tape th)) (i (* 4 n)))
        (setf (aref tape (+ i 1)) what (aref tape (+ i 2)) form (aref tape (+ i 3)) value
              (aref tape i) stamp)))
    stamp))

(defmacro waiting ((at) &body body)
  `(progn (setf (th-level th) (level) (th-at th) ,at)
          (multiple-value-prog1 (progn ,@body) (setf (th-at th) 0))))

(defmacro spinning ((at) test)
  `(waiting (,at)
     (loop until ,test
           do (when (run-abandon (th-run th)) (abort-thread))
              (spin-loop-hint)
              (incf (th-beats th))
              (when (zerop (logand 127 (th-beats th))) (thread-yield)))))

(defmacro cell (i) `(svref (run-cells (th-run th)) ,i))
(defmacro peer (i) `(the th (svref (run-threads (th-run th)) ,i)))

(defun end-of (c)
  (concatenate 'string "died " (if (typep c 'raised) (class-name-of c) "Error")))

(defconstant +call+ 1)
(defconstant +return+ 2)
(defconstant +point+ 3)
(defconstant +receipt+ 4)

;;; A newborn thread has no handler and no tag of ours yet, one past its body no
;;; longer; what is sent to the latter is dropped, as SBCL itself drops what it
;;; accepts while a thread exits.
(defun deliver (th thunk id)
  (declare (type th th) (type function thunk) (fixnum id))
  (unless (or (zerop id) (= 2 (th-phase th))) (mark th +receipt+ 0 id))
  (case (th-phase th)
    (1 (funcall thunk th))
    (0 (setf (th-end th)
             (catch '%top
               (handler-bind ((error (lambda (c) (throw '%top (end-of c)))))
                 (funcall thunk th)
                 (return-from deliver))))
     (abort-thread))))

(defun send (target thunk id)
  (declare (type th target))
  (interrupt-thread (or (th-thread target) (error "not started"))
                    (lambda () (deliver target thunk id))))

;;; The interrupted point gets its block value and its waiting place back.
(defmacro thunk (&body body)
  `(lambda (th)
     (declare (type th th))
     (let ((value (th-value th)) (at (th-at th)) (level (th-level th)))
       (setf (th-at th) 0)
       ,@body
       (setf (th-value th) value (th-level th) level (th-at th) at))))

(defun body-of-thread (th code)
  (setf (th-tid th) (own-tid))
  (handler-bind ((error (lambda (c)     ; between the end of CATCH and phase 2
                          (setf (th-end th) (end-of c) (th-phase th) 2)
                          (abort-thread))))
    (setf (th-end th)
          (catch '%top
            (handler-bind ((error (lambda (c) (throw '%top (end-of c)))))
              (setf (th-phase th) 1)
              (loop for i fixnum from 1 until (run-go (th-run th))
                    do (spin-loop-hint)
                       (when (zerop (logand i 255)) (thread-yield)))
              (pause-for (th-delay th))
              (funcall (the function code) th)
              "returned")))
    (setf (th-phase th) 2)))

(defun start-thread-of (th code)
  (setf (th-thread th) (spawn #'body-of-thread th code)))

;;; ------------------------------------------------------------ the wire form

(defun tokens (text)
  (let ((out '()) (start nil))
    (flet ((finish (i) (when start (push (subseq text start i) out) (setf start nil))))
      (loop for c across text for i from 0
            do (case c
                 ((#\( #\)) (finish i) (push c out))
                 ((#\Space #\Tab) (finish i))
                 (t (unless start (setf start i)))))
      (finish (length text)))
    (nreverse out)))

(defvar *places* (make-hash-table :test 'eq)) ; the number of the parenthesis that opens a form

(defun read-wire (text)
  (clrhash *places*)
  (let ((rest (tokens text)) (opened 0))
    (labels ((one ()
               (let ((tok (pop rest)))
                 (cond ((eql tok #\()
                        (let* ((place (incf opened))
                               (form (loop until (eql (car rest) #\)) collect (one)
                                           finally (pop rest))))
                          (when form (setf (gethash form *places*) place))
                          form))
                       ((stringp tok) tok)
                       (t (error 'malformed :what "unbalanced parentheses"))))))
      (prog1 (one) (when rest (error 'malformed :what "text after the program"))))))

;;; ------------------------------------------------------------ compilation

(defvar *cells*)                        ; list of (name kind init hidden)
(defvar *threads*)                      ; list of (name later body)
(defvar *words*)                        ; vector of log words
(defvar *waits*)                        ; vector of (text kind . data): what th-at means
(defvar *codes*)                        ; vector of compiled bodies
(defvar *recording* nil)                ; whether histories are recorded
(defvar *text* nil)                     ; of the program

(defvar *forms* (make-hash-table :test 'equal))
(defmacro defform (name lambda-list &body body)
  `(setf (gethash ,name *forms*) (lambda (args) (destructuring-bind ,lambda-list args ,@body))))

(defun index-of (name list what)
  (or (position name list :key #'first :test #'equal)
      (error 'malformed :what (format nil "no ~A named ~A" what name))))
(defun cell-index (name) (index-of name *cells* "cell"))
(defun thread-index (name) (index-of name *threads* "thread"))
(defun word-index (w)
  (or (position w *words* :test #'equal) (vector-push-extend w *words*)))
(defun wait-at (kind text &rest data)
  (vector-push-extend (list* text kind data) *waits*))
(defun number-of (text) (if (equal text "full") 0 (parse-integer text)))
(defun tag-of (name) (intern name :keyword))

(defun statement (form)
  (let ((gen (gethash (first form) *forms*)))
    (when (or (null gen) (member (first form) +missing+ :test #'equal)) (error 'unsupported :what (first form)))
    `(progn (%step th) ,(recorded form (funcall gen (rest form))))))

;;; What is recorded, and the value of its return.
(defparameter +operations+
  '("throwTo" "interrupt" "kill" "lock" "unlock" "acquire" "post" "wait" "notify" "join" "join-timeout" "sleep"
    "fork" "await" "settle" "set" "spin" "held?" "alive?"))
(defun answer (op)
  (cond ((equal op "held?") `(if (eql answer ,(word-index "held")) 1 0))
        ((equal op "alive?") `(if (eql answer ,(word-index "alive")) 1 0))
        (t 0)))

(defun recorded (form code)
  "The code of a statement, and where histories are recorded the marks around it."
  (let ((op (first form)) (place (gethash form *places*)))
    (cond ((not *recording*) code)
          ((member op +operations+ :test #'equal)
           `(let* ((id (mark th +call+ ,place 0)) (answer ,code))
              (declare (ignorable id answer))
              (mark th +return+ ,place ,(answer op))))
          ((equal op "log") `(progn ,code (mark th +point+ ,place 0)))
          ((equal op "logv") `(progn ,code (mark th +point+ ,place (th-value th))))
          ((equal op "getmask") `(progn ,code (mark th +point+ ,place (level))))
          (t code))))

(defun id ()
  "What stands in the code of a statement for the stamp of its call."
  (if *recording* 'id 0))

(defun history (run)
  "The marks of a run, or nil if there was no room for them."
  (when (every (lambda (th) (<= (counted (th-marks th)) +tape-size+)) (run-threads run))
    (format nil "[~{[~{~D~^,~}]~^,~}]"
            (loop for th across (run-threads run)
                  nconc (loop for i below (* 4 (counted (th-marks th))) by 4
                              unless (zerop (aref (th-tape th) i))
                                collect (cons (th-index th) (coerce (subseq (th-tape th) i (+ i 4)) 'list)))))))

(defun unobserved ()
  "What the runtime's own functions do: kills are received, and lock scopes kept, where nothing can be recorded."
  (append (when (search "(kill " *text*) '("recv"))
          (when (search "(with-lock " *text*) '("lock" "unlock"))))
(defun block-of (forms) `(progn ,@(mapcar #'statement forms) nil))

(defun class-test (name)
  (cond ((equal name "any") 't)
        ((equal name "Error") '(not (typep c 'raised)))
        (t `(and (typep c 'raised) (string= (class-name-of c) ,name)))))

(defform "log" (w) `(record ,(word-index w)))
(defform "logv" (w) `(record (+ ,(word-index w) (ash (1+ (th-value th)) 16))))
(defform "value" (n) `(setf (th-value th) ,(number-of n)))
(defform "set" (x n) `(setf (cell ,(cell-index x)) ,(number-of n)))
(defform "spin" (x n)
  (let ((i (cell-index x)) (n (number-of n)))
    `(spinning (,(wait-at :spin nil i n)) (eql (cell ,i) ,n))))
(defform "while" (x n &rest body)
  `(loop while (eql (cell ,(cell-index x)) ,(number-of n)) do (%step th) ,(block-of body)))
(defform "nop" () nil)
(defform "point" () nil)

(defform "without" (&rest body) `(without-interrupts ,(block-of body)))
(defform "allow" (&rest body) `(allow-with-interrupts ,(block-of body)))
(defform "local" (&rest body) `(with-local-interrupts ,(block-of body)))
(defform "with" (&rest body) `(with-interrupts ,(block-of body)))

;;; HANDLER-CASE, with the class found at run time.
(defform "try" (class body handler)
  `(block try
     (block failed
       (handler-bind ((error (lambda (c) (when ,(class-test class) (return-from failed)))))
         ,(block-of body))
       (return-from try))
     ,(block-of handler)))
(defform "tag" (a &rest body)
  `(setf (th-value th) (catch ,(tag-of a) ,(block-of body) (th-value th))))
(defform "throw" (a n) `(throw ,(tag-of a) ,(number-of n)))
(defform "protect" (body cleanup)
  `(unwind-protect ,(block-of body)
     (let ((value (th-value th))) ,(block-of cleanup) (setf (th-value th) value))))
(defform "bracket" (acquire use release)
  `(progn ,(block-of acquire) ,(funcall (gethash "protect" *forms*) (list use release))))
(defform "with-lock" (l &rest body)
  `(progn (setf (th-level th) (level) (th-at th) ,(wait-at :block (format nil "lock ~A" l)))
          (with-mutex ((cell ,(cell-index l))) (setf (th-at th) 0) ,(block-of body))))
(defform "raise" (x) `(error 'raised :name ,x))
(defform "exit" () '(abort-thread))

(defun sending (name code) `(waiting (,(wait-at :send name (thread-index name))) ,code))
(defform "throwTo" (name x)
  (if (equal name "self")
      `(interrupt-thread *current-thread* (lambda () (deliver th (lambda (th) (declare (ignore th)) (error 'raised :name ,x)) ,(id))))
      (sending name `(send (peer ,(thread-index name))
                           (lambda (th) (declare (ignore th)) (error 'raised :name ,x)) ,(id)))))
(defform "interrupt" (name &rest body)
  (if (equal name "self")
      `(interrupt-thread *current-thread* (lambda () (deliver th (thunk ,(block-of body)) ,(id))))
      (sending name `(send (peer ,(thread-index name)) (thunk ,(block-of body)) ,(id)))))
(defform "kill" (name)
  (if (equal name "self")
      '(terminate-thread *current-thread*)
      (sending name `(terminate-thread (or (th-thread (peer ,(thread-index name))) (error "not started"))))))

(defform "lock" (l)
  `(waiting (,(wait-at :block (format nil "lock ~A" l))) (grab-mutex (cell ,(cell-index l)))))
(defform "unlock" (l)
  `(if (holding-mutex-p (cell ,(cell-index l)))
       (release-mutex (cell ,(cell-index l)))
       (error "not held")))
(defform "held?" (l)
  `(record (if (holding-mutex-p (cell ,(cell-index l))) ,(word-index "held") ,(word-index "notheld"))))
(defform "acquire" (s)
  `(waiting (,(wait-at :block (format nil "acquire ~A" s))) (wait-on-semaphore (cell ,(cell-index s)))))
(defform "post" (s) `(signal-semaphore (cell ,(cell-index s))))
(defform "wait" (c l)
  `(waiting (,(wait-at :block (format nil "wait ~A" c)))
     (condition-wait (cell ,(cell-index c)) (cell ,(cell-index l)))))
(defform "notify" (c) `(condition-notify (cell ,(cell-index c))))
(defform "join" (name)
  (let ((i (thread-index name)))
    `(waiting (,(wait-at :block (format nil "join ~A" name)))
       (await-end (or (th-thread (peer ,i)) (error "not started"))))))
(defform "join-timeout" (name)
  (let ((i (thread-index name)))
    `(waiting (,(wait-at :timed nil))
       (await-end-for 0.002 (or (th-thread (peer ,i)) (error "not started"))))))
(defform "sleep" () `(waiting (,(wait-at :timed nil)) (sleep 0.002)))
(defform "alive?" (name)
  (let ((i (thread-index name)))
    `(record (if (and (th-thread (peer ,i)) (thread-alive-p (th-thread (peer ,i))))
                 ,(word-index "alive") ,(word-index "dead")))))
(defform "getmask" ()
  `(record (case (level) (0 ,(word-index "open")) (1 ,(word-index "masked")) (t ,(word-index "closed")))))
(defform "fork" (name)
  (let ((i (thread-index name)))
    `(if (zerop (take-number (th-forked (peer ,i))))
         (start-thread-of (peer ,i) (svref *codes* ,i))
         (error "started twice"))))
(defform "await" (name)
  (let ((i (thread-index name)))
    `(spinning (,(wait-at :await nil i)) (at-rest-p (peer ,i) th))))
(defform "settle" () `(progn (spinning (,(wait-at :settle nil)) (not (sends-to-p th))) (thread-yield)))

(defun at-rest-p (th asker)
  "TH is gone, or asleep in an operation that waits for another thread."
  (let ((thread (th-thread th)))
    (and thread
         (or (not (thread-alive-p thread))
             (let ((at (th-at th)) (steps (th-steps th)))
               (and (member (second (aref *waits* at)) '(:block :timed))
                    (loop repeat 2 always (char= #\S (os-state (th-tid th) (th-buffer asker)))
                          do (thread-yield))
                    (= at (th-at th)) (= steps (th-steps th))))))))

(defun sends-to-p (th)
  (loop for p across (run-threads (th-run th))
        thereis (destructuring-bind (&optional text kind target) (aref *waits* (th-at p))
                  (declare (ignore text))
                  (and (eq kind :send) (eql target (th-index th))))))

;;; ------------------------------------------------------------ load

(defun declare-cell (form)
  (destructuring-bind (kind name &optional init) form
    (cond ((member kind '("flag" "var" "mutex" "sem" "cond") :test #'equal)
           (push (list name kind (if init (number-of init) 0)) *cells*))
          ((member kind '("thread" "later") :test #'equal)
           (push (list name (equal kind "later") (cddr form)) *threads*))
          (t (error 'unsupported :what kind)))))

(defun compile-quietly (source)
  (multiple-value-bind (f warnings failure)
      (let ((*error-output* (make-broadcast-stream)))
        (handler-bind ((warning #'muffle-warning))
          (compile nil `(lambda () ,source))))
    (declare (ignore warnings))
    (when failure (error 'malformed :what "allow and local stand only inside without"))
    (funcall f)))

(defun load-program (text &optional recording)
  (setf *text* text *recording* recording)
  (let ((form (read-wire text)))
    (unless (and (equal (first form) "litmus") (equal (second form) "1"))
      (error 'malformed :what "not a program of wire version 1"))
    (setf *cells* '() *threads* '()
          *words* (make-array 16 :adjustable t :fill-pointer 0)
          *waits* (make-array 16 :adjustable t :fill-pointer 0))
    (wait-at :runs nil)
    (dolist (d (cdddr form))
      (if (member (first d) '("thread" "later") :test #'equal)
          (push (list (second d) (equal (first d) "later") (cddr d)) *threads*)
          (declare-cell d)))
    (setf *cells* (nreverse *cells*) *threads* (nreverse *threads*))
    (let ((source `(vector ,@(loop for (nil nil body) in *threads*
                                   collect `(lambda (th) (declare (type th th) (ignorable th))
                                              ,(block-of body))))))
      (setf *codes* (compile-quietly source)))))

;;; ------------------------------------------------------------ one run

(defun fresh-cell (kind init)
  (cond ((equal kind "mutex") (make-mutex))
        ((equal kind "sem") (make-semaphore :count init))
        ((equal kind "cond") (make-waitqueue))
        (t init)))

(defun random-shape (rng)
  "How much jitter this run has: chance in 256 per statement, log2 of the longest."
  (values (svref #(0 0 16 64 160) (random 5 rng)) (svref #(4 8 11 13) (random 4 rng))))

(defun fresh-run (rng)
  (let ((run (make-run :polls (svref #(0 0 50 400) (random 4 rng)))))
    (multiple-value-bind (often longest) (random-shape rng)
      (setf (run-cells run)
            (map 'simple-vector (lambda (c) (fresh-cell (second c) (third c))) *cells*)
            (run-threads run)
            (coerce (loop for i from 0 below (length *threads*)
                          collect (make-th :index i :run run :rng (1+ (random (ash 1 59) rng))
                                           :often often :longest longest
                                           :delay (random (ash 1 (1+ (random 13 rng))) rng)))
                    'simple-vector)))
    run))

(defun shuffled (list rng)
  (mapcar #'cdr (sort (mapcar (lambda (x) (cons (random 1.0 rng) x)) list) #'< :key #'car)))

(defun start-run (run rng)
  (let ((now (loop for (nil later) in *threads* for th across (run-threads run)
                   unless later collect th)))
    (dolist (th (shuffled now rng))
      (start-thread-of th (svref *codes* (th-index th))))
    (loop until (every (lambda (th) (= (th-phase th) 1)) now) do (thread-yield))
    (setf (run-go run) t)))

(defun ended-p (th) (or (null (th-thread th)) (not (thread-alive-p (th-thread th)))))

;;; Quiescence is decided by state, not by time: between two looks no thread took
;;; a step, those that wait slept through without once being scheduled, and those
;;; that spin went round (so that the kernel gave them every signal it had) and
;;; still wait for something that is not so.
(defun look (th)
  (if (ended-p th)
      :ended
      (destructuring-bind (text kind &optional i n) (aref *waits* (th-at th))
        (declare (ignore text))
        (ecase kind
          (:block (let ((s (switches-of (th-tid th))))
                    (if (and s (char= #\S (os-state (th-tid th) *wide*)))
                        (list :block (th-at th) (th-steps th) s)
                        nil)))
          (:spin (if (eql n (svref (run-cells (th-run th)) i)) nil
                     (list :spin (th-at th) (th-steps th))))
          ((:await :settle) (list :spin (th-at th) (th-steps th)))
          ((:runs :timed :send) nil)))))

(defun looks (run) (map 'list #'look (run-threads run)))

(defun beats (run) (map 'list #'th-beats (run-threads run)))

(defun spun-p (look before now) (or (atom look) (not (eq (first look) :spin)) (> now (+ before 256))))

(defun went-on-p (look th)
  "Whether TH has ended or taken a step since LOOK: it may go round no more."
  (and (consp look) (or (ended-p th) (/= (second look) (th-at th)) (/= (third look) (th-steps th)))))

(defun left-the-kernel-p (th)
  "A thread that is dead to Lisp may still have to wake those that join it."
  (or (not (ended-p th)) (zerop (th-tid th)) (not (in-kernel-p (th-tid th)))))

(defun quiescent-p (run)
  (let ((first (looks run)) (beats (beats run)))
    (and (notany #'null first)
         (every #'left-the-kernel-p (run-threads run))
         (loop repeat 200
               when (some #'went-on-p first (run-threads run)) return nil
               when (every #'spun-p first beats (beats run)) return t
               do (sleep 0.0002))
         (equal first (looks run)))))

(defun now-ms () (floor (get-internal-real-time) (/ internal-time-units-per-second 1000)))

(defconstant +many+ 20000)

(defun steps (run) (map 'list #'th-steps (run-threads run)))
(defun snapshot (run) (cons (looks run) (steps run)))

(defun loopers (run before)
  "The threads that went round many times since BEFORE, if all others have been at rest since."
  (destructuring-bind (looks . steps) before
    (loop for th across (run-threads run)
          for look0 in looks for look1 in (looks run)
          for step0 in steps for step1 in (steps run)
          if (> step1 (+ step0 +many+)) collect th into moved
            else unless (and look0 (equal look0 look1)) return '()
          finally (return moved))))

(defun old-p (run before)
  (some (lambda (a b) (> a (+ b (* 2 +many+)))) (steps run) (cdr before)))

(defun finish-run (run limit-ms)
  "Waits until RUN has ended or can go no further: the threads that loop, or :starved."
  (let ((ths (run-threads run)) (deadline (+ (now-ms) limit-ms))
        (before (snapshot run)))
    (loop for i from 1
          do (when (every #'ended-p ths) (return '()))
             (if (< i (run-polls run)) (thread-yield)
                 (progn (when (quiescent-p run) (return '()))
                        (let ((loopers (loopers run before)))
                          (when loopers (return loopers)))
                        (when (old-p run before) (setf before (snapshot run)))
                        (sleep 0.00005)
                        (when (and (> (now-ms) deadline) (> i (+ 30 (run-polls run)))) ; few looks: a loaded machine
                          (return :starved)))))))

;;; ------------------------------------------------------------ its outcome

(defun unreceived-p (th)
  (and (queued-p (th-thread th))
       (<= (th-level th) (if (and +waits-open+ (eq (second (aref *waits* (th-at th))) :block)) 1 0))))

(defun end-text (th)
  (cond ((null (th-thread th)) "unstarted")
        ((ended-p th) (th-end th))
        (t (destructuring-bind (text kind . rest) (aref *waits* (th-at th))
             (declare (ignore rest))
             (format nil "~A~:[~; (pending)~]"
                     (if (eq kind :block) (concatenate 'string "blocked " text) "running")
                     (unreceived-p th))))))

(defun log-text (th)
  (let ((words (loop for i below (min (counted (th-log-used th)) +log-size+)
                     for w = (aref (th-log th) i)
                     unless (= w -1)
                       collect (let ((v (ash w -16)) (name (aref *words* (logand w 65535))))
                                 (if (zerop v) name (format nil "~A=~D" name (1- v)))))))
    (format nil "~@[ [~{~A~^ ~}]~]" words)))

(defun holder (mutex run)
  (let ((th (find-if (lambda (th) (and (th-thread th) (eq (mutex-owner mutex) (th-thread th))))
                     (run-threads run))))
    (cond (th (first (nth (th-index th) *threads*)))
          ((mutex-taken-p mutex) "gone"))))

(defun cell-text (decl cell run)
  (destructuring-bind (name kind init) decl
    (declare (ignore init))
    (cond ((equal kind "var") (format nil "~A=~D" name cell))
          ((equal kind "sem") (format nil "~A=~D" name (semaphore-count cell)))
          ((equal kind "mutex")
           (let ((h (holder cell run))) (format nil "~A=~:[free~;held ~:*~A~]" name h))))))

(defun outcome (run looping)
  (format nil "~{~A~^; ~}"
          (append (loop for th across (run-threads run) for (name) in *threads*
                        collect (format nil "~A=~A~A" name (if (member th looping) "running" (end-text th)) (log-text th)))
                  (loop for decl in *cells* for cell across (run-cells run)
                        for text = (cell-text decl cell run)
                        when text collect text))))

;;; Threads that are left are told to go and let go: every lock is opened, every
;;; semaphore filled. What is still there afterwards is leaked and counted. They are
;;; killed only if they do not go by themselves, and twice: nine kills in a closed
;;; thread end SBCL, one in a thread that is on its way out can end ECL.
(defun abandon (run)
  (setf (run-abandon run) t)
  (loop for round from 0 below 40
        until (every #'ended-p (run-threads run))
        do (loop for cell across (run-cells run)
                 do (typecase cell
                      (mutex (force-mutex cell))
                      (semaphore (signal-semaphore cell 8))
                      (waitqueue (condition-broadcast cell))))
           (loop for th across (run-threads run)
                 do (unless (or (/= 10 (mod round 20)) (ended-p th)) (ignore-errors (terminate-thread (th-thread th)))))
           (sleep 0.0005))
  (count-if-not #'ended-p (run-threads run)))

;;; ------------------------------------------------------------ the protocol

(defun field (line name)
  "The value of the flat field NAME of a request; requests escape nothing."
  (let* ((key (format nil "\"~A\":" name)) (p (search key line)))
    (when p
      (let ((start (+ p (length key))))
        (if (char= (char line start) #\")
            (subseq line (1+ start) (position #\" line :start (1+ start)))
            (parse-integer line :start start :junk-allowed t))))))

(defvar *seq* 0)
(defun reply (control &rest args)
  (write-reply (format nil "{\"seq\":~D,~?}~%" *seq* control args)))

(defun printable (text)
  (substitute-if #\Space (lambda (c) (or (find c "\"\\") (not (graphic-char-p c)) (> (char-code c) 126)))
                 (princ-to-string text)))

(defun flush-counts (counts)
  (let ((all (sort (loop for k being the hash-keys of counts using (hash-value n) collect (cons k n))
                   #'string< :key #'car)))
    (loop for (text . n) in all do (reply "\"outcome\":\"~A\",\"count\":~D" text n))
    (clrhash counts)))

(defun note-outcome (text history counts)
  (if history
      (reply "\"outcome\":\"~A\",\"count\":1,\"history\":~A" text history)
      (incf (gethash text counts 0))))

(defun run-many (runs seed limit-ms)
  (let ((rng (seed-random-state seed)) (counts (make-hash-table :test 'equal))
        (hangs 0) (leaked 0) (done 0) (flushed (now-ms)))
    (loop while (and (< done runs) (< leaked +leaks+))
          do (let ((run (fresh-run rng)))
               (start-run run rng)
               (let ((looping (finish-run run limit-ms)))
                 (cond ((eq looping :starved)
                        (incf hangs)
                        (reply "\"undecided\":\"starved\",\"count\":1"))
                       (t (note-outcome (outcome run looping) (and *recording* (null looping) (history run)) counts))))
               (unless (every #'ended-p (run-threads run)) (incf leaked (abandon run)))
               (incf done)
               (when (> (now-ms) (+ flushed 100)) (flush-counts counts) (setf flushed (now-ms)))))
    (flush-counts counts)
    (reply "\"done\":true,\"runs\":~D,\"hangs\":~D,\"recycle\":~:[false~;true~]" done hangs (>= leaked +leaks+))))

(defun calibrate ()
  "How long a trivial program takes, in microseconds, at the 99th percentile."
  (load-program "(litmus 1 calibrate (thread a (nop)) (thread b (nop)))")
  (let ((rng (seed-random-state 1)) (times '()))
    (dotimes (i 200)
      (let ((start (now-us)) (run (fresh-run rng)))
        (start-run run rng)
        (finish-run run 2000)
        (push (- (now-us) start) times)))
    (reply "\"ok\":true,\"p99_us\":~D" (nth 2 (sort times #'>)))))

(defun form-names ()
  (sort (append '("flag" "var" "mutex" "sem" "cond" "thread" "later")
                (set-difference (loop for k being the hash-keys of *forms* collect k) +missing+ :test #'equal))
        #'string<))

(defun serve (line)
  (setf *seq* (or (field line "seq") 0))
  (let ((cmd (field line "cmd")))
    (handler-case
        (cond ((equal cmd "hello")
               (reply "\"ok\":true,\"proto\":1,\"runtime\":\"~A\",\"version\":\"~A\",\"await\":\"state\",\"forms\":[~{\"~A\"~^,~}]"
                      +runtime+ (lisp-implementation-version) (form-names)))
              ((equal cmd "load") (load-program (field line "program"))
               (reply "\"ok\":true~@[,\"unobserved\":[~{\"~A\"~^,~}]~]" (unobserved)))
              ((and (equal cmd "run") (not (member (field line "mode") '("outcome" "history") :test #'equal)))
               (reply "\"skipped\":\"no mode ~A\"" (field line "mode")))
              ((equal cmd "run")
               (let ((recording (equal (field line "mode") "history")))
                 (unless (eq recording *recording*) (load-program *text* recording)))
               (run-many (field line "runs") (field line "seed") (field line "limit_ms")))
              ((equal cmd "calibrate") (calibrate))
              ((equal cmd "stop") (reply "\"ok\":true") (leave-process))
              (t (reply "\"error\":\"no command ~A\"" cmd)))
      (unsupported (c) (reply "\"skipped\":\"no form ~A\"" (what c)))
      (malformed (c) (reply "\"error\":\"~A\"" (printable (what c))))
      ;; The program is not to blame: what it was, and where, is all that can be told of it.
      (error (c) (reply "\"error\":\"~A in ~A: ~A\"" (printable (type-of c)) cmd (printable c))))))

(defun main ()
  (prepare-process)
  (loop for line = (read-line *standard-input* nil nil)
        while line do (serve line))
  (leave-process))
