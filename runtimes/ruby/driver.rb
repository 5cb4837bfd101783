# The Ruby driver: runs litmus programs on Thread#raise, Thread#kill and
# Thread.handle_interrupt.
#
# It speaks docs/protocol.md on standard input and output. A program's wire form is
# turned into Ruby source, one block for each thread, and compiled before any thread
# starts. CRuby looks for interrupts where a method of Ruby's own returns, at a branch,
# and where a call blocks; threads change only there, since one of them at a time holds
# the interpreter's lock. So the call of step with which each statement begins is the
# safe point that this driver adds, and what a thread records it records by stores
# without a branch, between which nothing can come.

require 'fiddle'
require 'json'

# What programs throw; each class of theirs is a subclass. Those that operations raise
# are StandardErrors and have the class Error.
class Raised < Exception; end
# Ends the threads of a run that is over. No handler of a program takes it.
class Abandon < Exception; end
class Unsupported < Exception; end
class Malformed < Exception; end

RUNS, BLOCK, TIMED, SPIN, AWAIT = *0..4 # what a thread is about to wait in
MANY = 5000 # statements in which a thread has been everywhere, many times: it loops
LEAKS = 50 # threads left over after which the process asks for a successor
NAP = 0.002
FOREIGN = Fiddle::Function.new(Fiddle.dlopen(nil)['usleep'], [Fiddle::TYPE_INT], Fiddle::TYPE_INT)

# One for each thread and run. own: the masks around it, innermost first; sent: the classes of the exceptions that it was sent.
Th = Struct.new(:name, :run, :thread, :steps, :beats, :at, :value, :log, :used, :returned,
                :forked, :own, :sent, :often, :delay, :random)

Run = Struct.new(:go, :abandon, :cells, :owner, :threads, :gates)

def step(th)
  th.steps += 1
  th.at = 0
  raise Abandon if th.run.abandon
  Thread.pass while th.random.rand < th.often
  Thread.pass if th.steps % 64 == 0 # one that loops would keep the lock for 100 ms
end

def beat(th)
  raise Abandon if th.run.abandon
  th.beats += 1
  Thread.pass
end

# ------------------------------------------------------------------ the wire form

def read_wire(text)
  stack = [[]]
  text.gsub('(', ' ( ').gsub(')', ' ) ').split.each do |t|
    raise Malformed, 'text after the program' if stack.size == 1 && !stack[0].empty?
    case t
    when '(' then stack.push([])
    when ')'
      raise Malformed, 'unbalanced parentheses' if stack.size == 1
      done = stack.pop
      stack[-1].push(done)
    else
      raise Malformed, 'no parenthesis at the beginning' if stack.size == 1
      stack[-1].push(t)
    end
  end
  raise Malformed, 'unbalanced parentheses' if stack.size != 1 || stack[0].empty?
  stack[0][0]
end

# -------------------------------------------------------------------- compilation

class Program
  attr_reader :cells, :threads, :waits, :bodies, :gates

  def initialize(text)
    form = read_wire(text)
    raise Malformed, 'not a program of wire version 1' unless form[0, 2] == %w[litmus 1]
    @cells, @threads, @waits, @unique = [], [], [[RUNS, '']], 0
    @classes = {}
    declared = form.drop(3)
    declared.each do |d|
      case d[0]
      when 'thread', 'later' then @threads.push([d[1], d[0] == 'later'])
      when 'flag', 'var', 'mvar', 'mutex', 'cond' then @cells.push([d[1], d[0], d[2]])
      else raise Unsupported, d[0]
      end
    end
    bodies = declared.select { |d| %w[thread later].include?(d[0]) }.map { |d| d.drop(2) }
    @gates = bodies.flat_map { |b| awaited(b) }.uniq
    @bodies = bodies.map { |b| compile(b) }
  end

  # What some thread blocks for: a variable and a number each.
  def awaited(form)
    return [] unless form.is_a?(Array)
    return [[cell(form[1]), number(form[2])]] if form[0] == 'wait-until' && form.size == 3
    form.flat_map { |f| awaited(f) }
  end

  def compile(body)
    @out = []
    block(body)
    eval("lambda do |th, run, cells, owner, threads, log, gates|\n#{@out.join("\n")}\nend", TOPLEVEL_BINDING.dup, 'litmus')
  end

  def emit(*lines) = @out.concat(lines)

  def block(forms)
    forms.each do |f|
      raise Malformed, "#{f} is no statement" unless f.is_a?(Array) && !f.empty?
      emit 'step(th)'
      name = "form_#{f[0]}"
      raise Unsupported, f[0] unless FORMS.include?(f[0])
      method(FORMS[f[0]]).call(*f.drop(1))
    end
  end

  def index(what, names, name)
    names.index { |n| n[0] == name } or raise Malformed, "no #{what} named #{name}"
  end

  def cell(name) = index('cell', @cells, name)
  def thread(name) = name == 'self' ? 'th' : "threads[#{index('thread', @threads, name)}]"
  def number(text) = Integer(text)
  def unique = @unique += 1

  # The classes that a handler or a mask means.
  def classes(name)
    case name
    when 'any' then 'Raised, StandardError'
    when 'Error' then 'StandardError'
    else class_of(name)
    end
  end

  def class_of(name)
    constant = 'Class_' + name.gsub('-', '_dash_')
    unless @classes[name]
      @classes[name] = Class.new(Raised) { define_singleton_method(:word) { name } }
      Object.send(:remove_const, constant) if Object.const_defined?(constant)
      Object.const_set(constant, @classes[name])
    end
    constant
  end

  def waiting(kind, text, *data)
    @waits.push([kind, text, *data])
    @waits.size - 1
  end

  def wait(kind, text, code) = emit("th.at = #{waiting(kind, text)}", code, 'th.at = 0')

  def record(code) = emit("log[th.used] = #{code}", 'th.used += 1')

  FORMS = {}
  def self.form(name, &code)
    FORMS[name] = :"form_#{name}"
    define_method(FORMS[name], &code)
  end

  form('log') { |w| record(w.dump) }
  form('logv') { |w| record("\"#{w}=\#{th.value}\"") }
  form('value') { |n| emit "th.value = #{number(n)}" }
  form('nop') { || }
  form('point') { || }
  form('settle') { || } # what was sent has arrived when the call returns
  # Who waits for a number waits at a gate, a queue that is closed while it is so.
  form('set') do |x, n|
    i, n = cell(x), number(n)
    emit "cells[#{i}] = #{n}"
    @gates.each_with_index do |(c, m), g|
      emit m == n ? "gates[#{g}].close" : "gates[#{g}] = Thread::Queue.new" if c == i
    end
  end
  form('wait-until') do |x, n|
    g = @gates.index([cell(x), number(n)])
    wait(BLOCK, "wait-until #{x}", "gates[#{g}].pop while cells[#{cell(x)}] != #{number(n)}")
  end
  form('spin') do |x, n|
    i, n = cell(x), number(n)
    emit "th.at = #{waiting(SPIN, '', i, n)}", "beat(th) while cells[#{i}] != #{n}", 'th.at = 0'
  end
  form('while') do |x, n, *body|
    emit "while cells[#{cell(x)}] == #{number(n)}"
    block(body)
    emit 'step(th)', 'end'
  end

  form('raise') { |x| emit "raise #{class_of(x)}" }
  form('try') do |x, body, handler|
    emit 'begin'
    block(body)
    emit "rescue #{classes(x)}"
    block(handler)
    emit 'end'
  end
  form('protect') do |body, cleanup|
    kept = "kept#{unique}" # the block's value is not that of its cleanup
    emit 'begin'
    block(body)
    emit 'ensure', "#{kept} = th.value"
    block(cleanup)
    emit "th.value = #{kept}", 'end'
  end
  form('bracket') do |acquire, use, release|
    block(acquire)
    form_protect(use, release)
  end
  form('tag') do |a, *body|
    emit "th.value = catch(#{a.dump}.to_sym) do"
    block(body)
    emit 'th.value', 'end'
  end
  form('throw') { |a, n| emit "throw #{a.dump}.to_sym, #{number(n)}" }

  def handle(x, level, body)
    mask = x == 'any' ? 'Exception' : classes(x)
    was = "was#{unique}"
    emit "#{was} = th.own", "Thread.handle_interrupt(#{mask} => :#{level}) do", "th.own = [[#{mask}, :#{level}], *#{was}]",
         'begin'
    block(body)
    emit 'ensure', "th.own = #{was}", 'end', 'end'
  end
  form('handle-never') { |x, *body| handle(x, 'never', body) }
  form('handle-on-blocking') { |x, *body| handle(x, 'on_blocking', body) }
  form('handle-immediate') { |x, *body| handle(x, 'immediate', body) }

  form('throwTo') do |t, x|
    emit "#{thread(t)}.sent << #{class_of(x)}", "#{thread(t)}.thread.raise(#{class_of(x)})"
  end
  form('kill') { |t| emit "#{thread(t)}.thread.kill" }
  form('exit') { || emit 'Thread.exit' }

  form('take') { |m| wait(BLOCK, "take #{m}", "th.value = cells[#{cell(m)}].pop") }
  form('put') { |m, n| wait(BLOCK, "put #{m}", "cells[#{cell(m)}].push(#{n == 'full' ? 0 : number(n)})") }
  form('lock') do |l|
    i = cell(l)
    wait(BLOCK, "lock #{l}", "cells[#{i}].lock; owner[#{i}] = th")
  end
  form('unlock') { |l| emit "cells[#{cell(l)}].unlock" }
  form('held?') do |l|
    emit "answer = cells[#{cell(l)}].owned? ? 'held' : 'notheld'"
    record('answer')
  end
  form('with-lock') do |l, *body|
    i = cell(l)
    emit "th.at = #{waiting(BLOCK, "lock #{l}")}", "cells[#{i}].synchronize do", "owner[#{i}] = th", 'th.at = 0'
    block(body)
    emit 'end'
  end
  form('wait') do |c, l|
    i = cell(l)
    emit "cells[#{i}].owned? or raise ThreadError", "th.at = #{waiting(BLOCK, "wait #{c}")}",
         'begin', "cells[#{cell(c)}].wait(cells[#{i}])", 'ensure', "owner[#{i}] = th", 'end', 'th.at = 0'
  end
  form('notify') { |c| emit "cells[#{cell(c)}].signal" }

  form('join') { |t| wait(BLOCK, "join #{t}", "#{thread(t)}.thread.join") }
  form('join-timeout') { |t| wait(TIMED, '', "#{thread(t)}.thread.join(NAP)") }
  form('sleep') { || wait(TIMED, '', 'sleep(NAP)') }
  form('foreign') { || wait(TIMED, '', 'FOREIGN.call(200)') }
  form('alive?') do |t|
    emit "answer = #{thread(t)}.thread&.alive? ? 'alive' : 'dead'"
    record('answer')
  end
  form('fork') { |t| emit "start_later(#{thread(t)}, th.own)" }
  form('await') do |t|
    emit "th.at = #{waiting(AWAIT, '')}", "beat(th) until at_rest(#{thread(t)})", 'th.at = 0'
  end
end

# ------------------------------------------------------------------------ one run

# The thread is gone, or asleep in the operation that it was about to wait in: between
# the store that says where it is and the wait itself threads do not change.
def at_rest(th)
  return false if th.thread.nil?
  return true unless th.thread.alive?
  [BLOCK, TIMED].include?($program.waits[th.at][0]) && th.thread.status == 'sleep'
end

def start_later(th, own)
  raise ThreadError, 'started twice' if th.forked
  th.forked = true
  start(th, own)
end

def start(th, own)
  th.own = own
  body = $program.bodies[th.run.threads.index { |t| t.equal?(th) }]
  th.thread = Thread.new do
    Thread.pass until th.run.go
    th.delay.times { Thread.pass }
    body.call(th, th.run, th.run.cells, th.run.owner, th.run.threads, th.log, th.run.gates)
    th.returned = true
  end
end

def fresh_cell(kind, init)
  case kind
  when 'mutex' then Thread::Mutex.new
  when 'cond' then Thread::ConditionVariable.new
  when 'mvar'
    queue = Thread::SizedQueue.new(1)
    queue.push(init == 'full' ? 0 : Integer(init)) unless init == '-'
    queue
  else Integer(init || 0)
  end
end

def new_run(p, rng)
  run = Run.new(false, false, p.cells.map { |_, kind, init| fresh_cell(kind, init) }, Array.new(p.cells.size),
                [], p.gates.map { Thread::Queue.new })
  often = [0.0, 0.1, 0.3, 0.5, 0.7].sample(random: rng)
  run.threads = p.threads.map do |name, _|
    Th.new(name, run, nil, 0, 0, 0, 0, Array.new(64), 0, false, false, [], [], often,
           rng.rand(1 << rng.rand(6)), Random.new(rng.rand(1 << 30)))
  end
  run
end

def start_run(p, run, rng)
  run.threads.zip(p.threads).reject { |_, (_, later)| later }.shuffle(random: rng).each { |th, _| start(th, []) }
  run.go = true
end

# Quiescence is decided by state: between two looks no thread took a step, those that
# wait slept through, and those that spin went round. That a thread sleeps Ruby says;
# that it was not woken meanwhile the kernel does, which counts how often it ran.

def os_look(th)
  text = File.read("/proc/self/task/#{th.thread.native_thread_id}/status")
  text.include?("\nState:\tS") ? text[/^voluntary_ctxt_switches.*/m] : nil
rescue SystemCallError, TypeError
  nil
end

def over(th) = th.thread.nil? || !th.thread.alive?

def look(p, th)
  return [:over] if over(th)
  kind, _, cell, number = p.waits[th.at]
  case kind
  when BLOCK
    s = th.thread.status == 'sleep' && os_look(th)
    s && [th.at, th.steps, s]
  when AWAIT then [th.at, th.steps]
  when SPIN then th.run.cells[cell] == number ? nil : [th.at, th.steps]
  end
end

def quiescent(p, run)
  first = run.threads.map { |th| look(p, th) }
  return false unless first.all?
  beats = run.threads.map(&:beats)
  100.times do
    sleep 0.001
    if run.threads.zip(first, beats).all? { |th, x, b| x.size != 2 || th.beats > b + 20 }
      return first == run.threads.map { |th| look(p, th) }
    end
    # Who has ended or taken a step may go round no more.
    return false if run.threads.zip(first).any? { |th, x| x.size > 1 && (over(th) || x[0, 2] != [th.at, th.steps]) }
  end
  false
end

def snapshot(p, run) = run.threads.map { |th| [look(p, th), th.steps] }

# The threads that went round many times since, if all others have been at rest since.
def loopers(p, run, before)
  run.threads.zip(before).select do |th, (look0, steps0)|
    moved = th.steps > steps0 + MANY
    return [] unless moved || look0 && look0 == look(p, th)
    moved
  end.map(&:first)
end

def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

# Waits for the end: the threads that loop, or nil when it did not come.
def finish(p, run, limit)
  deadline = now + limit
  before = snapshot(p, run)
  (0..).each do |k|
    return [] if run.threads.all? { |th| over(th) }
    if k < 200
      Thread.pass
      next
    end
    return [] if quiescent(p, run)
    looping = loopers(p, run, before)
    return looping unless looping.empty?
    before = snapshot(p, run) if run.threads.zip(before).any? { |th, (_, s)| th.steps > s + 2 * MANY }
    return nil if now > deadline
    sleep 0.0005
  end
end

# -------------------------------------------------------------------- its outcome

# Whether a signal waits that the thread should have received. Ruby tells that some
# are pending, not of which classes (asked for a class, 3.1.2 dies of a segmentation
# fault); those of which it was sent none are not.
def unreceived(th, blocked)
  return false unless th.thread.pending_interrupt?
  th.sent.empty? || th.sent.uniq.any? { |x| receptive(th, x, blocked) }
end

def receptive(th, x, blocked)
  level = th.own.find { |mask, _| x <= mask }&.last || :immediate
  level == :immediate || level == :on_blocking && blocked
end

def end_text(p, th, loops)
  return 'unstarted' if th.thread.nil?
  if th.thread.alive?
    blocked = !loops && p.waits[th.at][0] == BLOCK
    return (blocked ? "blocked #{p.waits[th.at][1]}" : 'running') + (unreceived(th, blocked) ? ' (pending)' : '')
  end
  return died(th) if th.thread.status.nil?
  th.returned ? 'returned' : 'killed'
end

def died(th)
  th.thread.join
rescue Exception => e
  "died #{e.class.respond_to?(:word) ? e.class.word : 'Error'}"
end

def outcome(p, run, looping)
  parts = run.threads.map do |th|
    words = th.log.first(th.used).join(' ')
    "#{th.name}=#{end_text(p, th, looping.include?(th))}#{words.empty? ? '' : " [#{words}]"}"
  end
  p.cells.each_with_index do |(name, kind, _), i|
    c = run.cells[i]
    case kind
    when 'var' then parts.push("#{name}=#{c}")
    when 'mutex' then parts.push("#{name}=#{c.locked? ? "held #{run.owner[i]&.name || 'gone'}" : 'free'}")
    when 'mvar' then parts.push("#{name}=#{c.empty? ? 'empty' : c.pop(true).then { |n| n.zero? ? 'full' : n }}")
    end
  end
  parts.join('; ')
end

# Tells the threads that are left to go; how many did not.
def abandon(run)
  run.abandon = true
  left = run.threads.reject { |th| over(th) }
  50.times do |k|
    left.each { |th| k.zero? ? th.thread.kill : th.thread.raise(Abandon) }
    Thread.pass
    left.reject! { |th| over(th) }
    return 0 if left.empty?
    sleep 0.0002 if k > 5
  end
  left.size
end

# ------------------------------------------------------------------- the protocol

def reply(seq, **fields)
  $stdout.write(JSON.generate({ seq: seq, **fields }), "\n")
  $stdout.flush
end

def flush(seq, counts)
  counts.sort.each { |text, n| reply(seq, outcome: text, count: n) }
  counts.clear
end

def run_many(seq, p, runs, seed, limit)
  rng, counts = Random.new(seed), Hash.new(0)
  hangs = leaks = done = 0
  flushed = now
  while done < runs && leaks < LEAKS
    run = new_run(p, rng)
    start_run(p, run, rng)
    looping = finish(p, run, limit)
    if looping
      counts[outcome(p, run, looping)] += 1
    else
      hangs += 1
      reply(seq, undecided: 'starved', count: 1)
    end
    leaks += abandon(run)
    done += 1
    if now > flushed + 0.1
      flush(seq, counts)
      flushed = now
    end
  end
  flush(seq, counts)
  reply(seq, done: true, runs: done, hangs: hangs, recycle: leaks >= LEAKS)
end

def calibrate(seq)
  $program = p = Program.new('(litmus 1 calibrate (thread a (nop)) (thread b (nop)))')
  rng = Random.new(1)
  times = Array.new(100) do
    from = now
    run = new_run(p, rng)
    start_run(p, run, rng)
    finish(p, run, 2)
    now - from
  end
  reply(seq, ok: true, p99_us: (times.sort[98] * 1e6).to_i)
end

DECLARATIONS = %w[flag var mvar mutex cond thread later]

def serve(line)
  m = JSON.parse(line)
  seq = m['seq']
  case m['cmd']
  when 'hello'
    reply(seq, ok: true, proto: 1, runtime: 'ruby', version: RUBY_DESCRIPTION[/\S+ \S+/], await: 'state',
          forms: (DECLARATIONS + Program::FORMS.keys).sort)
  when 'load'
    $program = Program.new(m['program'])
    reply(seq, ok: true)
  when 'run'
    return reply(seq, skipped: "no mode #{m['mode']}") if m['mode'] != 'outcome'
    run_many(seq, $program, m['runs'], m['seed'], m['limit_ms'] / 1000.0)
  when 'calibrate' then calibrate(seq)
  when 'stop'
    reply(seq, ok: true)
    exit!(0)
  else reply(seq, error: "no command #{m['cmd']}")
  end
rescue Unsupported => e
  reply(seq, skipped: "no form #{e.message}")
rescue Malformed, ArgumentError => e
  reply(seq, error: e.message)
end

Thread.report_on_exception = false
$stdin.each_line { |line| serve(line) }
exit!(0)
