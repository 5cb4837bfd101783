#lang racket/base
;; The Racket driver: runs litmus programs on break-thread and kill-thread.
;;
;; It speaks docs/protocol.md on standard input and output. A program's wire form is
;; turned into closures before any thread starts. Masks, cleanups, handlers and tags
;; are Racket's own: parameterize-break, dynamic-wind, with-handlers, and prompts.
;;
;; A break says no more than that it is one [racket-ref break-thread]. So the class
;; that throwTo gives it is that of its target: a program that sends breaks of two
;; classes to one thread is skipped.
;;
;; Racket's threads take turns on one processor and would run a short program in the
;; order of its text: every statement begins with STEP, where the run's jitter lets
;; the others have a turn, and so may every block end.

(struct raised (name))                          ; what `raise` raises
(struct malformed (what))
(struct unsupported (what))

;; What a thread is about to wait in: its kind, the text for the outcome, the
;; variable and the number that a spinning one waits for.
(struct wait (kind text cell number))
(define runs (wait 'runs #f #f #f))

(struct run (cells threads [go #:mutable]))

;; One for each thread and run. A thread records with a store of its own.
(struct th (name run break [thread #:mutable] [at #:mutable] [steps #:mutable] [beats #:mutable]
                 [value #:mutable] [log #:mutable] [end #:mutable] [rng #:mutable] often turns delay forked))

(define (fresh-th t r rng often turns)
  (th (thread-name t) r (hash-ref breaks (thread-name t) "Error") #f runs 0 0 0 '() #f
      (add1 (random 1000000 rng)) often turns (random (expt 2 (random 6 rng)) rng) (box #f)))

(define (next! t)
  (define x (modulo (+ (* 1103515245 (th-rng t)) 12345) 2147483648))
  (set-th-rng! t x)
  (quotient x 65536))

(define (turn) (sleep 0))                       ; everyone else that can run has a turn

(define (step t)
  (set-th-steps! t (add1 (th-steps t)))
  (set-th-at! t runs)
  (jitter t))

(define (jitter t)
  (when (< (modulo (next! t) 256) (th-often t))
    (for ([_ (in-range (add1 (modulo (next! t) (th-turns t))))]) (turn))))

(define (beat t)
  (set-th-beats! t (add1 (th-beats t)))
  (turn))

(define (record t w) (set-th-log! t (cons w (th-log t))))

(define (class-of t e)
  (cond [(raised? e) (raised-name e)]
        [(exn:break? e) (th-break t)]
        [else "Error"]))

;; ------------------------------------------------------------ the wire form

(define (read-wire text)
  (define (block rest)                          ; the forms up to a parenthesis, and what follows it
    (let loop ([rest rest] [done '()])
      (cond [(null? rest) (raise (malformed "unbalanced parentheses"))]
            [(equal? (car rest) ")") (values (reverse done) (cdr rest))]
            [(equal? (car rest) "(") (let-values ([(form rest) (block (cdr rest))]) (loop rest (cons form done)))]
            [else (loop (cdr rest) (cons (car rest) done))])))
  (define tokens (regexp-match* #rx"[()]|[^() \t]+" text))
  (unless (and (pair? tokens) (equal? (car tokens) "(")) (raise (malformed "no parenthesis at the beginning")))
  (define-values (form rest) (block (cdr tokens)))
  (unless (null? rest) (raise (malformed "text after the program")))
  form)

;; ------------------------------------------------------------ compilation

(struct cell (name kind init))
(struct thread-of (name later? index [code #:mutable]))
(define thread-name thread-of-name)

(define cells '())                              ; of the loaded program, in order
(define threads '())
(define breaks (hash))                          ; thread -> class of the breaks it is sent
(define tags (make-hash))

(define forms (make-hash))
(define-syntax-rule (define-form (name . args) body ...)
  (hash-set! forms name (lambda args body ...)))

(define (index-of name list name-of what)
  (or (for/first ([x list] [i (in-naturals)] #:when (equal? (name-of x) name)) i)
      (raise (malformed (format "no ~a named ~a" what name)))))
(define (cell-index name) (index-of name cells cell-name "cell"))
(define (thread-index name) (index-of name threads thread-name "thread"))
(define (number text)
  (or (string->number text) (raise (malformed (format "~a is no number" text)))))
(define (peer t i) (vector-ref (run-threads (th-run t)) i))
(define (cell-of t i) (vector-ref (run-cells (th-run t)) i))

;; The thread of that name when the statement runs, which may be "self".
(define (whom name)
  (if (equal? name "self")
      values
      (let ([i (thread-index name)]) (lambda (t) (peer t i)))))
(define (started t) (or (th-thread t) (error "not started")))

(define (statement form)
  (unless (pair? form) (raise (malformed (format "~a is no statement" form))))
  (apply (hash-ref forms (car form) (lambda () (raise (unsupported (car form))))) (cdr form)))

(define (block forms)
  (if (null? forms)
      jitter
      (let ([first (statement (car forms))] [rest (block (cdr forms))])
        (lambda (t) (step t) (first t) (rest t)))))

(define (waiting kind text operation)
  (define at (wait kind text #f #f))
  (lambda (t) (set-th-at! t at) (operation t) (set-th-at! t runs)))

(define-form ("log" w) (lambda (t) (record t w)))
(define-form ("logv" w) (lambda (t) (record t (format "~a=~a" w (th-value t)))))
(define-form ("value" n) (let ([n (number n)]) (lambda (t) (set-th-value! t n))))
(define-form ("nop") void)
(define-form ("point") void)
(define-form ("settle") (lambda (t) (turn)))    ; a break has arrived when break-thread returns

(define-form ("set" x n)
  (let ([i (cell-index x)] [n (number n)]) (lambda (t) (vector-set! (run-cells (th-run t)) i n))))
(define-form ("spin" x n)
  (define i (cell-index x))
  (define at (wait 'spin #f i (number n)))
  (lambda (t)
    (set-th-at! t at)
    (let loop () (unless (eqv? (cell-of t i) (wait-number at)) (beat t) (loop)))
    (set-th-at! t runs)))
(define-form ("while" x n . body)
  (let ([i (cell-index x)] [n (number n)] [body (block body)])
    (lambda (t) (let loop () (when (eqv? (cell-of t i) n) (step t) (body t) (loop))))))

(define-form ("breaks-off" . body)
  (let ([body (block body)]) (lambda (t) (parameterize-break #f (body t) (void)))))
(define-form ("breaks-on" . body)
  (let ([body (block body)]) (lambda (t) (parameterize-break #t (body t) (void)))))
(define-form ("getmask") (lambda (t) (record t (if (break-enabled) "open" "masked"))))

(define-form ("raise" x) (lambda (t) (raise (raised x))))
(define-form ("try" x body handler)
  (let ([body (block body)] [handler (block handler)])
    (lambda (t)
      (with-handlers ([(lambda (e) (or (equal? x "any") (equal? x (class-of t e))))
                       (lambda (e) (handler t))])
        (body t)))))
(define (tag-of a) (hash-ref! tags a (lambda () (make-continuation-prompt-tag (string->symbol a)))))
(define-form ("tag" a . body)
  (let ([body (block body)] [tag (tag-of a)])
    (lambda (t) (call-with-continuation-prompt (lambda () (body t)) tag (lambda (n) (set-th-value! t n))))))
(define-form ("throw" a n)
  (let ([tag (tag-of a)] [n (number n)]) (lambda (t) (abort-current-continuation tag n))))
(define-form ("protect" body cleanup)
  (let ([body (block body)] [cleanup (block cleanup)])
    (lambda (t)
      (dynamic-wind void
                    (lambda () (body t))
                    (lambda () (let ([value (th-value t)]) (cleanup t) (set-th-value! t value)))))))
(define-form ("bracket" acquire use release)
  (let ([acquire (block acquire)] [rest ((hash-ref forms "protect") use release)])
    (lambda (t) (acquire t) (rest t))))

(define-form ("throwTo" name x)
  (let ([target (whom name)]) (lambda (t) (break-thread (started (target t))))))
(define-form ("kill!" name)
  (let ([target (whom name)]) (lambda (t) (kill-thread (started (target t))))))

(define-form ("acquire" s)
  (let ([i (cell-index s)])
    (waiting 'block (format "acquire ~a" s) (lambda (t) (semaphore-wait (cell-of t i))))))
(define-form ("acquire-enable" s)
  (let ([i (cell-index s)])
    (waiting 'block (format "acquire ~a" s) (lambda (t) (sync/enable-break (cell-of t i))))))
(define-form ("post" s) (let ([i (cell-index s)]) (lambda (t) (semaphore-post (cell-of t i)))))
(define-form ("join" name)
  (let ([target (whom name)])
    (waiting 'block (format "join ~a" name) (lambda (t) (thread-wait (started (target t)))))))
(define-form ("join-timeout" name)
  (let ([target (whom name)])
    (waiting 'timed #f (lambda (t) (sync/timeout 0.002 (started (target t)))))))
(define-form ("sleep") (waiting 'timed #f (lambda (t) (sleep 0.002))))
(define-form ("alive?" name)
  (let ([target (whom name)])
    (lambda (t) (record t (if (ended? (target t)) "dead" "alive")))))
(define-form ("fork" name)
  (let ([i (thread-index name)])
    (lambda (t)
      (unless (box-cas! (th-forked (peer t i)) #f #t) (error "started twice"))
      (start (peer t i) (thread-of-code (list-ref threads i)) (break-enabled)))))
(define-form ("await" name)
  (let ([target (whom name)] [at (wait 'await #f #f #f)])
    (lambda (t)
      (set-th-at! t at)
      (let loop () (unless (at-rest? (target t) t) (beat t) (loop)))
      (set-th-at! t runs))))

(define (ended? t) (or (not (th-thread t)) (thread-dead? (th-thread t))))

;; Turns go round: who can run has had one, and has left the operation that it was
;; about to wait in, when somebody else has had two. So a thread that is still there
;; is blocked; Racket CS itself does not say.
(define (at-rest? t asker)
  (define at (th-at t))
  (define steps (th-steps t))
  (and (th-thread t)
       (or (thread-dead? (th-thread t))
           (and (memq (wait-kind at) '(block timed))
                (for/and ([_ 3]) (beat asker) (and (eq? at (th-at t)) (eqv? steps (th-steps t))))))))

;; ------------------------------------------------------------ load

(define (declare-cell form)
  (unless (and (pair? form) (pair? (cdr form))) (raise (malformed "no declaration")))
  (unless (member (car form) '("flag" "var" "sem")) (raise (unsupported (car form))))
  (cell (cadr form) (car form) (if (null? (cddr form)) 0 (number (caddr form)))))

(define (a-thread? form) (and (pair? form) (pair? (cdr form)) (member (car form) '("thread" "later"))))

;; The classes of the breaks that are sent to each thread, of which there may be one.
(define (breaks-in thread)
  (let walk ([form (cddr thread)] [all '()])
    (cond [(not (pair? form)) all]
          [(and (equal? (car form) "throwTo") (= (length form) 3))
           (cons (cons (if (equal? (cadr form) "self") (cadr thread) (cadr form)) (caddr form)) all)]
          [else (walk (cdr form) (walk (car form) all))])))

(define (classes-of sent)
  (for/fold ([classes (hash)]) ([s sent])
    (unless (equal? (cdr s) (hash-ref classes (car s) (cdr s)))
      (raise (unsupported #f)))
    (hash-set classes (car s) (cdr s))))

(define (load-program text)
  (define form (read-wire text))
  (unless (and (>= (length form) 3) (equal? (car form) "litmus") (equal? (cadr form) "1"))
    (raise (malformed "not a program of wire version 1")))
  (define declared (cdddr form))
  (define bodies (filter a-thread? declared))
  (set! tags (make-hash))
  (set! cells (for/list ([d declared] #:unless (a-thread? d)) (declare-cell d)))
  (set! threads (for/list ([b bodies] [i (in-naturals)]) (thread-of (cadr b) (equal? (car b) "later") i void)))
  (for ([b bodies] [t threads]) (set-thread-of-code! t (block (cddr b))))
  (set! breaks (classes-of (apply append (map breaks-in bodies)))))

(define (filter f list) (for/list ([x list] #:when (f x)) x))

;; ------------------------------------------------------------ one run

;; The thread starts with breaks off and passes into its own setting where its
;; handler stands, so that a break that comes before is no trouble of the driver's.
(define (start t code open?)
  (define (body)
    (set-th-end! t (with-handlers ([(lambda (e) #t) (lambda (e) (format "died ~a" (class-of t e)))])
                     (let loop () (unless (run-go (th-run t)) (turn) (loop)))
                     (parameterize-break open?
                       (for ([_ (in-range (th-delay t))]) (turn))
                       (code t)
                       (void))
                     "returned")))
  (parameterize-break #f (set-th-thread! t (thread body))))

(define (pick rng . values) (list-ref values (random (length values) rng)))

(define (fresh-run rng)
  (define often (pick rng 0 0 24 80 160 255))
  (define turns (pick rng 1 2 6))
  (define r (run (for/vector ([c cells]) (if (equal? (cell-kind c) "sem") (make-semaphore (cell-init c)) (cell-init c)))
                 (make-vector (length threads) #f)
                 #f))
  (for ([t threads]) (vector-set! (run-threads r) (thread-of-index t) (fresh-th t r rng often turns)))
  r)

(define (shuffled list rng) (map cdr (sort (map (lambda (x) (cons (random rng) x)) list) < car)))
(define (sort list less key)                    ; racket/private/list takes a while to load
  (for/fold ([done '()]) ([x list])
    (let insert ([done done])
      (if (or (null? done) (less (key x) (key (car done)))) (cons x done) (cons (car done) (insert (cdr done)))))))

(define (start-run r rng)
  (for ([t (shuffled (filter (lambda (t) (not (thread-of-later? t))) threads) rng)])
    (start (vector-ref (run-threads r) (thread-of-index t)) (thread-of-code t) #t))
  (turn)
  (set-run-go! r #t))

;; Quiescence is decided by state: between two looks everyone that can run had
;; several turns, no thread began a statement, those that are about to wait are still
;; there, and those that spin went round for something that is not so.
(define (look t)
  (define at (th-at t))
  (cond [(ended? t) 'ended]
        [else (case (wait-kind at)
                [(block await) (cons at (th-steps t))]
                [(spin) (and (not (eqv? (cell-of t (wait-cell at)) (wait-number at))) (cons at (th-steps t)))]
                [else #f])]))

(define (looks r) (for/list ([t (run-threads r)]) (look t)))
(define (rounds r) (for/list ([t (run-threads r)]) (th-beats t)))
(define (steps r) (for/list ([t (run-threads r)]) (th-steps t)))
(define (spins? look) (and (pair? look) (memq (wait-kind (car look)) '(spin await))))

;; Whether t has ended or taken a step since: it may go round no more.
(define (went-on? look t) (and (pair? look) (or (ended? t) (not (equal? look (cons (th-at t) (th-steps t)))))))

(define (quiescent? r)
  (define first (looks r))
  (and (andmap values first)
       (let ([before (rounds r)])
         (for ([_ 4]) (turn))
         (for/or ([_ 400] #:break (for/or ([l first] [t (run-threads r)]) (went-on? l t)))
           (or (for/and ([l first] [b before] [now (rounds r)]) (or (not (spins? l)) (> now (+ b 12))))
               (begin (turn) #f))))
       (equal? first (looks r))))

(define many 3000)                              ; statements after which a thread loops, if all others rest

(define (loopers r before)
  (let/ec return
    (for/list ([t (run-threads r)] [look0 (car before)] [look1 (looks r)] [step0 (cdr before)] [step1 (steps r)]
                                   #:unless (and (<= step1 (+ step0 many))
                                                 (or (and look0 (equal? look0 look1)) (return '()))))
      t)))

(define (snapshot r) (cons (looks r) (steps r)))

;; Waits until r has ended or can go no further: the threads that loop, or #f.
(define (finish r limit-ms)
  (define deadline (+ (current-inexact-milliseconds) limit-ms))
  (let loop ([before (snapshot r)])
    (turn)
    (cond [(or (for/and ([t (run-threads r)]) (ended? t)) (quiescent? r)) '()]
          [(let ([l (loopers r before)]) (and (pair? l) l))]
          [(> (current-inexact-milliseconds) deadline) #f]
          [(for/or ([a (steps r)] [b (cdr before)]) (> a (+ b many many))) (loop (snapshot r))]
          [else (loop before)])))

;; ------------------------------------------------------------ its outcome

(define (join-with separator texts)
  (if (null? texts)
      ""
      (apply string-append (car texts) (for/list ([t (cdr texts)]) (string-append separator t)))))

(define (end-text t)
  (cond [(not (th-thread t)) "unstarted"]
        [(ended? t) (or (th-end t) "killed")]
        [(eq? (wait-kind (th-at t)) 'block) (string-append "blocked " (wait-text (th-at t)))]
        [else "running"]))

(define (thread-text t looping)
  (format "~a=~a~a" (th-name t) (if (memq t looping) "running" (end-text t))
          (if (null? (th-log t)) "" (format " [~a]" (join-with " " (reverse (th-log t)))))))

;; A semaphore is counted by emptying it: nobody waits for one that has a token.
(define (count-of s) (let loop ([n 0]) (if (semaphore-try-wait? s) (loop (add1 n)) n)))

(define (outcome r looping)
  (join-with "; " (append (for/list ([t (run-threads r)]) (thread-text t looping))
                          (for/list ([c cells] [v (run-cells r)] #:unless (equal? (cell-kind c) "flag"))
                            (format "~a=~a" (cell-name c) (if (equal? (cell-kind c) "sem") (count-of v) v))))))

(define (abandon r)
  (for ([t (run-threads r)] #:when (th-thread t)) (kill-thread (th-thread t))))

;; ------------------------------------------------------------ the protocol

;; Requests are flat and escape nothing.
(define (field line name)
  (define m (regexp-match (regexp (format "\"~a\":(\"([^\"]*)\"|[0-9]+)" name)) line))
  (and m (or (caddr m) (string->number (cadr m)))))

(define seq 0)
(define (reply text . args)
  (printf "{\"seq\":~a,~a}\n" seq (apply format text args))
  (flush-output))
(define (printable text) (regexp-replace* #rx"[^ !#-[^-~]|]" text " "))

(define (report counts)
  (for ([text (sort (hash-keys counts) string<? values)])
    (reply "\"outcome\":\"~a\",\"count\":~a" text (hash-ref counts text)))
  (hash-clear! counts))

(define (generator seed)
  (define g (make-pseudo-random-generator))
  (parameterize ([current-pseudo-random-generator g]) (random-seed (modulo seed 2147483647)))
  g)

(define (run-many n seed limit-ms)
  (define rng (generator seed))
  (define counts (make-hash))
  (define hangs
    (for/fold ([hangs 0] [reported (current-inexact-milliseconds)] #:result hangs) ([_ (in-range n)])
      (define r (fresh-run rng))
      (start-run r rng)
      (define looping (finish r limit-ms))
      (if looping
          (hash-update! counts (outcome r looping) add1 0)
          (reply "\"undecided\":\"starved\",\"count\":1"))
      (abandon r)
      (define now (current-inexact-milliseconds))
      (define late? (> now (+ reported 100)))
      (when late? (report counts))
      (values (if looping hangs (add1 hangs)) (if late? now reported))))
  (report counts)
  (reply "\"done\":true,\"runs\":~a,\"hangs\":~a" n hangs))

(define (calibrate)
  (load-program "(litmus 1 calibrate (thread a (nop)) (thread b (nop)))")
  (define rng (generator 1))
  (define times
    (for/list ([_ 200])
      (define start (current-inexact-milliseconds))
      (define r (fresh-run rng))
      (start-run r rng)
      (finish r 2000)
      (- (current-inexact-milliseconds) start)))
  (reply "\"ok\":true,\"p99_us\":~a" (inexact->exact (round (* 1000 (list-ref (sort times > values) 2))))))

(define (hello)
  (reply "\"ok\":true,\"proto\":1,\"runtime\":\"racket\",\"version\":\"~a\",\"await\":\"state\",\"forms\":[~a]"
         (version)
         (join-with "," (for/list ([f (sort (append '("flag" "var" "sem" "thread" "later") (hash-keys forms)) string<? values)])
                          (format "\"~a\"" f)))))

(define (serve line)
  (set! seq (or (field line "seq") 0))
  (define cmd (field line "cmd"))
  (define mode (field line "mode"))
  (with-handlers ([unsupported? (lambda (e)
                                  (reply "\"skipped\":\"no ~a\"" (if (unsupported-what e)
                                                                     (format "form ~a" (unsupported-what e))
                                                                     "second class of breaks for one thread")))]
                  [malformed? (lambda (e) (reply "\"error\":\"~a\"" (printable (malformed-what e))))]
                  [exn:fail:contract:arity? (lambda (e) (reply "\"error\":\"~a\"" "a statement with wrong arguments"))])
    (cond [(equal? cmd "hello") (hello)]
          [(equal? cmd "load") (load-program (field line "program")) (reply "\"ok\":true")]
          [(and (equal? cmd "run") (not (equal? mode "outcome"))) (reply "\"skipped\":\"no mode ~a\"" mode)]
          [(equal? cmd "run") (run-many (field line "runs") (field line "seed") (field line "limit_ms"))]
          [(equal? cmd "calibrate") (calibrate)]
          [(equal? cmd "stop") (reply "\"ok\":true") (exit 0)]
          [else (reply "\"error\":\"no command ~a\"" cmd)])))

(for ([line (in-lines)]) (serve line))
