package explore

import (
	"context"
	"math"
	"time"
)

// A searcher is a search whatever the width of its keys.
type searcher interface {
	run(context.Context) status
	repack() (searcher, bool)
	about() *course
	saveKeys(*encoder)
	states() int
	read(state int, ids []uint32)
	bytes() Memory
	forget()
	sweep(targets []int) [][]Step
	cycles(ctx context.Context, budget int64) ([]Cycle, error)
	lasso(c *Cycle) (stem, loop []Step)
	remembered(rule, state int) []outcome
}

type status uint8

const (
	finished status = iota // nothing is left to expand
	halted                 // by a bound or the context
	stale                  // a part has outgrown its field: repack
)

// A teacher runs rules. It is a View of whatever parts.
type teacher interface {
	rules() (agents, checks, facts int)
	told(fact uint32) uint64
	enough(facts []uint64) (uint64, bool)
	initial() []uint32
	state() []uint32 // to be filled before learn
	learn(rule int) *lesson
	sizes() []int
	fits([]field) bool
	knows(ids []uint32) bool
	bytes() int64
	symmetric() bool
	members() int
	canon(r *renamer, learn bool) (changed, ok bool)
	occasional(label uint32) bool
}

// course is the part of a search that does not depend on the width of keys.
type course struct {
	opts    Options
	know    teacher
	fields  []field
	agents  int
	checks  int
	facts   int
	fair    []bool
	started time.Time
	shown   time.Time
	saved   time.Time

	next     int   // the first state not yet expanded
	layerEnd int   // the end of the layer that is being expanded
	layers   []int // where each layer begins
	stop     Stop
	tally
	notes   map[note]*noted
	lessons lessons // every run of a rule, in order
	packs   int     // rewritings for want of bits
	resumed int     // states that were expanded before the search was resumed
	sizes   []int   // of the tables, when resuming
	orbits  *renamer
}

// A tally is what is counted of expanded states.
type tally struct {
	transitions int
	reduced     int // states in which not all agents' steps were taken
	finals      []uint32
	hits        []hit
}

// A hit is a bound or a fault met when expanding a state.
type hit struct {
	note
	state int
}

type note struct {
	kind  kind
	rule  int // of a fault
	label uint32
}

type noted struct {
	first int // state
	count int
}

// search is a breadth-first search with keys of a certain width.
type search[K words] struct {
	*course
	memo  memo[K]
	store store[K]
	log   history[K]
	crew  []*worker[K]
}

func newCourse(know teacher, o Options) *course {
	if o.Every == 0 {
		o.Every = time.Second
	}
	if o.MaxStates == 0 || o.MaxStates > math.MaxUint32-1 {
		o.MaxStates = math.MaxUint32 - 1
	}
	if o.MaxMemory == 0 {
		o.MaxMemory = math.MaxInt64
	}
	if o.SaveEvery == 0 {
		o.SaveEvery = time.Minute
	}
	now := time.Now()
	c := &course{opts: o, know: know, started: now, shown: now, saved: now, notes: make(map[note]*noted)}
	c.agents, c.checks, c.facts = know.rules()
	if know.symmetric() {
		c.orbits = newRenamer(len(know.sizes()))
	}
	for a := range c.agents {
		c.fair = append(c.fair, o.Fair == nil || o.Fair(a))
	}
	return c
}

func newSearch[K words](know teacher, o Options) *search[K] {
	c := newCourse(know, o)
	ids := know.initial()
	c.fields, _ = arrange(know.sizes())
	s := &search[K]{course: c, memo: newMemo[K](c.rules()), store: newStore[K, K](nil)}
	s.crew = newCrew(s)
	s.add(pack[K](c.fields, ids))
	return s
}

// rules is how many rules there are to be run: of agents, invariants and facts.
func (c *course) rules() int { return c.agents + c.checks + c.facts }

func (s *search[K]) about() *course { return s.course }

func (s *search[K]) states() int { return s.log.n }

// add inserts one key.
func (s *search[K]) add(k K) {
	if s.store.add(&k) {
		s.log.append(k)
	}
}

// run expands states in order of discovery until nothing is left or something stops it.
func (s *search[K]) run(ctx context.Context) status {
	if !s.know.fits(s.fields) {
		return stale
	}
	for s.next < s.log.n {
		if s.next == s.layerEnd {
			s.layers = append(s.layers, s.next)
			s.layerEnd = s.log.n
		}
		s.progress(false)
		s.save()
		if ctx.Err() != nil {
			return s.halt(Cancelled)
		}
		if st := s.round(); st != finished {
			return st
		}
	}
	s.progress(true)
	return finished
}

func (s *search[K]) halt(why Stop) status {
	s.stop = why
	if s.layerEnd < s.log.n {
		s.layers = append(s.layers, s.layerEnd)
	}
	s.progress(true)
	return halted
}

// learn runs a rule in a state and remembers what it did. It is 0 if a part has
// outgrown its field.
func (s *search[K]) learn(rule, state int) int32 {
	ids := s.know.state()
	s.read(state, ids)
	les := s.know.learn(rule)
	s.lessons.append(uint32(rule), uint32(state))
	if !s.know.fits(s.fields) {
		return 0
	}
	return s.memo.teach(s.fields, rule, ids, les)
}

func (s *search[K]) count(t *tally) {
	s.transitions += t.transitions
	s.reduced += t.reduced
	s.finals = append(s.finals, t.finals...)
	for _, h := range t.hits {
		if h.kind == exceeded {
			h.rule = 0
		}
		if n := s.notes[h.note]; n != nil {
			n.count++
		} else {
			s.notes[h.note] = &noted{h.state, 1}
		}
	}
}

func (s *search[K]) progress(end bool) {
	if s.opts.Progress == nil {
		return
	}
	now := time.Now()
	if !end && now.Sub(s.shown) < s.opts.Every {
		return
	}
	s.shown = now
	s.opts.Progress(Progress{
		States:      s.log.n,
		Expanded:    s.next,
		Transitions: s.transitions,
		Depth:       max(len(s.layers)-1, 0),
		Frontier:    s.log.n - s.next,
		Memory:      s.bytes().Total(),
		Elapsed:     now.Sub(s.started),
		AtLeast:     s.atLeast(now),
	})
}

// atLeast is the time for the frontier at the rate since the search began or was resumed.
func (s *search[K]) atLeast(now time.Time) time.Duration {
	done := s.next - s.resumed
	if done == 0 {
		return 0
	}
	return time.Duration(float64(now.Sub(s.started)) / float64(done) * float64(s.log.n-s.next))
}

// save hands out a checkpoint when it is time.
func (s *search[K]) save() {
	if s.opts.Save != nil && time.Since(s.saved) >= s.opts.SaveEvery {
		s.opts.Save(Checkpoint{s})
		s.saved = time.Now()
	}
}

// read writes the numbers of a state's parts to ids.
func (s *search[K]) read(state int, ids []uint32) { unpack(s.fields, s.log.at(state), ids) }

func (s *search[K]) bytes() Memory {
	return Memory{Store: s.store.bytes(), Log: s.log.bytes() + 12*int64(cap(s.finals)), Memo: s.memo.bytes() + s.lessons.bytes(), Parts: s.know.bytes()}
}

// forget drops what only the search itself needs.
func (s *search[K]) forget() {
	s.store = store[K]{}
	s.crew = nil
}
