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
	rules() (agents, checks int)
	initial() []uint32
	state() []uint32 // to be filled before learn
	learn(rule int) *lesson
	sizes() []int
	fits([]field) bool
	bytes() int64
}

// course is the part of a search that does not depend on the width of keys.
type course struct {
	opts    Options
	know    teacher
	fields  []field
	agents  int
	checks  int
	fair    []bool
	started time.Time
	shown   time.Time

	next     int   // the first state not yet expanded
	layerEnd int   // the end of the layer that is being expanded
	layers   []int // where each layer begins
	stop     Stop
	tally
	notes map[note]*noted
	runs  int // of rules
	packs int // rewritings for want of bits
}

// A tally is what is counted of expanded states.
type tally struct {
	transitions int
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

// blockSize states are expanded before their successors are inserted: the touches
// of the store then overlap. Anything from 16 up gains the same.
const blockSize = 256

// search is a breadth-first search with keys of a certain width.
type search[K words] struct {
	*course
	memo  memo[K]
	store store[K]
	log   history[K]

	successors []K // of the block being expanded
	homes      []int
	touched    uint64
}

func newSearch[K words](know teacher, o Options) *search[K] {
	if o.Every == 0 {
		o.Every = time.Second
	}
	if o.MaxStates == 0 || o.MaxStates > math.MaxUint32-1 {
		o.MaxStates = math.MaxUint32 - 1
	}
	if o.MaxMemory == 0 {
		o.MaxMemory = math.MaxInt64
	}
	now := time.Now()
	c := &course{opts: o, know: know, started: now, shown: now, notes: make(map[note]*noted)}
	c.agents, c.checks = know.rules()
	for a := range c.agents {
		c.fair = append(c.fair, o.Fair == nil || o.Fair(a))
	}
	ids := know.initial()
	c.fields, _ = arrange(know.sizes())
	s := &search[K]{course: c, memo: newMemo[K](c.agents + c.checks), store: newStore[K](0)}
	s.add(pack[K](c.fields, ids))
	return s
}

func (s *search[K]) about() *course { return s.course }

func (s *search[K]) states() int { return s.log.n }

// add inserts one key.
func (s *search[K]) add(k K) {
	if s.store.insertAt(s.store.home(&k), &k) {
		s.log.append(k)
	}
}

// run expands states in order of discovery until nothing is left or something stops it.
func (s *search[K]) run(ctx context.Context) status {
	for s.next < s.log.n {
		if s.next == s.layerEnd {
			s.layers = append(s.layers, s.next)
			s.layerEnd = s.log.n
		}
		s.progress(false)
		if ctx.Err() != nil {
			return s.halt(Cancelled)
		}
		if st := s.block(min(s.next+blockSize, s.layerEnd)); st != finished {
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

// block expands the states up to end and inserts their successors. States before
// s.next are expanded wholly, others count for nothing: they are expanded again.
func (s *search[K]) block(end int) status {
	var t tally
	s.successors = s.successors[:0]
	i, st := s.next, finished
	for ; i < end; i++ {
		mark := len(s.successors)
		if !s.expand(i, &t) {
			s.successors = s.successors[:mark]
			st = stale
			break
		}
	}
	if why := s.insert(); why != 0 {
		return s.halt(why)
	}
	s.count(&t)
	s.next = i
	return st
}

// expand appends the successors of a state to the block. It reports false, having
// tallied nothing, if the layout must change first.
func (s *search[K]) expand(i int, t *tally) bool {
	k := s.log.at(i)
	start, hits := len(s.successors), len(t.hits)
	moves := false
	for rule := range s.agents + s.checks {
		r := s.memo.find(rule, k)
		if r == nothing {
			continue
		}
		if r == 0 {
			if r = s.learn(rule, k); r == 0 {
				t.hits = t.hits[:hits]
				return false
			}
		}
		if r != nothing {
			s.apply(rule, i, k, r, t)
			moves = moves || rule < s.agents && s.fair[rule]
		}
	}
	t.transitions += len(s.successors) - start
	if !moves {
		t.finals = append(t.finals, uint32(i))
	}
	return true
}

// apply appends the successors in a leaf.
func (s *search[K]) apply(rule, i int, k *K, leaf int32, t *tally) {
	for j := ^leaf; ; j++ {
		e := &s.memo.effects[j]
		if e.kind == successor {
			s.successors = append(s.successors, add(k, &e.delta))
		} else {
			t.hits = append(t.hits, hit{note{e.kind, rule, e.label}, i})
		}
		if !e.more {
			return
		}
	}
}

// learn runs a rule in state k and remembers what it did. It is 0 if a part has
// outgrown its field.
func (s *search[K]) learn(rule int, k *K) int32 {
	ids := s.know.state()
	unpack(s.fields, k, ids)
	les := s.know.learn(rule)
	s.runs++
	if !s.know.fits(s.fields) {
		return 0
	}
	return s.memo.teach(s.fields, rule, ids, les)
}

// insert puts the block's successors into the store and the new ones into the log.
func (s *search[K]) insert() Stop {
	n := len(s.successors)
	used := s.log.bytes() + s.memo.bytes() + s.know.bytes()
	if !s.store.grow(n, s.opts.MaxMemory-used) || used+s.store.bytes() > s.opts.MaxMemory {
		return OutOfMemory
	}
	if s.log.n+n > s.opts.MaxStates {
		return s.insertFew()
	}
	s.touch()
	for j := range s.successors {
		k := &s.successors[j]
		if s.store.insertAt(s.homes[j], k) {
			s.log.append(*k)
		}
	}
	return 0
}

// touch loads every slot where a search will begin, before any search depends on
// one: the loads overlap.
func (s *search[K]) touch() {
	s.homes = s.homes[:0]
	sum := uint64(0)
	for j := range s.successors {
		h := s.store.home(&s.successors[j])
		s.homes = append(s.homes, h)
		sum += s.store.slots[h][0]
	}
	s.touched += sum
}

// insertFew is insert close to the greatest number of states.
func (s *search[K]) insertFew() Stop {
	for j := range s.successors {
		k := &s.successors[j]
		if s.store.find(k) >= 0 {
			continue
		}
		if s.log.n == s.opts.MaxStates {
			return TooManyStates
		}
		s.add(*k)
	}
	return 0
}

func (s *search[K]) count(t *tally) {
	s.transitions += t.transitions
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
	})
}

// read writes the numbers of a state's parts to ids.
func (s *search[K]) read(state int, ids []uint32) { unpack(s.fields, s.log.at(state), ids) }

func (s *search[K]) bytes() Memory {
	return Memory{Store: s.store.bytes(), Log: s.log.bytes(), Memo: s.memo.bytes(), Parts: s.know.bytes()}
}

// forget drops what only the search itself needs.
func (s *search[K]) forget() {
	s.store = store[K]{}
	s.successors, s.homes = nil, nil
}
