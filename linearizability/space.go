package linearizability

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/interject/interject/model"
)

// space holds the configurations of a machine that were met, as numbers, and what
// every agent can do in them. A rule runs once for what it looked at; where it
// would look at the same again, its steps are remembered.
type space struct {
	machine  *model.Machine
	parts    []model.Part
	partIDs  map[model.Part]uint32
	configs  [][]uint32
	ids      map[string]uint32
	moves    [][]move // by configuration; nil: not asked yet
	looks    []*look  // by agent
	puts     map[putKey]uint32
	exceeded map[string]bool
	key      []byte
}

// move is one step that a configuration can take.
type move struct {
	label  model.Label
	by     model.Agent
	to     uint32
	events []model.Event
	moved  []int // the threads whose core or stack it changes
}

// look is a node of a decision tree: what an agent does depends on a part; or,
// when next is nil, what it does.
type look struct {
	part    int
	next    map[uint32]*look
	effects []effect
}

type effect struct {
	label  model.Label
	writes []write
	events []model.Event
}

type write struct {
	part int
	id   uint32
}

func newSpace(m *model.Machine) *space {
	return &space{machine: m, partIDs: map[model.Part]uint32{}, ids: map[string]uint32{}, puts: map[putKey]uint32{}, looks: make([]*look, m.Agents()), exceeded: map[string]bool{}}
}

// start is the configuration in which every run begins.
func (s *space) start() uint32 {
	c := make([]uint32, s.machine.Parts())
	for i := range c {
		c[i] = s.part(s.machine.Initial(i))
	}
	return s.config(c)
}

func (s *space) part(p model.Part) uint32 {
	id, ok := s.partIDs[p]
	if !ok {
		id = uint32(len(s.parts))
		s.parts = append(s.parts, p)
		s.partIDs[p] = id
	}
	return id
}

// config is the number of a configuration. Logs are emptied: the history has them.
func (s *space) config(c []uint32) uint32 {
	s.key = s.key[:0]
	empty := s.part(model.Part{})
	for t := range s.machine.Threads {
		c[model.LogOf(model.Thread(t))] = empty
	}
	for _, p := range c {
		s.key = binary.LittleEndian.AppendUint32(s.key, p)
	}
	id, ok := s.ids[string(s.key)]
	if !ok {
		id = uint32(len(s.configs))
		s.configs = append(s.configs, append([]uint32(nil), c...))
		s.moves = append(s.moves, nil)
		s.ids[string(s.key)] = id
	}
	return id
}

func (s *space) at(config uint32, part int) model.Part { return s.parts[s.configs[config][part]] }

func (s *space) core(config uint32, t int) model.Core {
	return s.at(config, model.CoreOf(model.Thread(t))).Core()
}

func (s *space) queue(config uint32, t int) model.Queue {
	return s.at(config, model.QueueOf(model.Thread(t))).Queue()
}

// touched says whether a step from one configuration to another changed the core
// or the stack of thread t.
func (s *space) touched(from, to uint32, t int) bool {
	a, b, i := s.configs[from], s.configs[to], model.CoreOf(model.Thread(t))
	j := model.StackOf(model.Thread(t))
	return a[i] != b[i] || a[j] != b[j]
}

// cellPart is the part that is cell i.
func (s *space) cellPart(i uint8) int { return s.machine.Parts() - 1 - len(s.machine.Cells) + int(i) }

// dead says that the process has died.
func (s *space) dead(config uint32) bool {
	c := s.configs[config]
	return s.parts[c[len(c)-1]] != model.Part{}
}

// putKey is a question that put has answered.
type putKey struct {
	config uint32
	at     model.Pos
	t      int16
}

// put is the configuration with thread t at another statement.
func (s *space) put(config uint32, t int, at model.Pos) uint32 {
	k := putKey{config, at, int16(t)}
	to, ok := s.puts[k]
	if !ok {
		c := append([]uint32(nil), s.configs[config]...)
		i := model.CoreOf(model.Thread(t))
		c[i] = s.part(s.parts[c[i]].Moved(at))
		to = s.config(c)
		s.puts[k] = to
	}
	return to
}

// from is every step of the configuration.
func (s *space) from(config uint32) []move {
	if m := s.moves[config]; m != nil {
		return m
	}
	m := []move{}
	for agent := range s.machine.Agents() {
		m = s.steps(m, config, agent)
	}
	s.moves[config] = m
	return m
}

// steps appends the steps of one agent.
func (s *space) steps(m []move, config uint32, agent int) []move {
	for _, e := range s.effects(agent, s.configs[config]) {
		c := append([]uint32(nil), s.configs[config]...)
		for _, w := range e.writes {
			c[w.part] = w.id
		}
		v := move{label: e.label, by: model.Rules[e.label.Rule].By, to: s.config(c), events: e.events}
		for t := range s.machine.Threads {
			if s.touched(config, v.to, t) {
				v.moved = append(v.moved, t)
			}
		}
		m = append(m, v)
	}
	return m
}

// effects is what an agent does where the parts are those of c.
func (s *space) effects(agent int, c []uint32) []effect {
	l := s.looks[agent]
	for l != nil && l.next != nil {
		l = l.next[c[l.part]]
	}
	if l == nil {
		l = s.expand(agent, c)
	}
	return l.effects
}

// expand runs the rules of an agent and remembers what they looked at.
func (s *space) expand(agent int, c []uint32) *look {
	p := &probe{space: s, c: c, seen: map[int]bool{}, now: map[int]model.Part{}}
	s.machine.Expand(agent, p)
	s.looks[agent] = remember(s.looks[agent], c, p.path, p.effects)
	return &look{effects: p.effects}
}

// remember adds to the tree l what is done where the parts on the path are as in c.
func remember(l *look, c []uint32, path []int, done []effect) *look {
	if len(path) == 0 {
		return &look{effects: done}
	}
	if l == nil {
		l = &look{part: path[0], next: map[uint32]*look{}}
	}
	l.next[c[l.part]] = remember(l.next[c[l.part]], c, path[1:], done)
	return l
}

// probe is a Store that learns what is looked at.
type probe struct {
	*space
	c       []uint32
	seen    map[int]bool
	path    []int
	now     map[int]model.Part
	effects []effect
}

func (p *probe) Get(i int) model.Part {
	if v, ok := p.now[i]; ok {
		return v
	}
	if !p.seen[i] {
		p.seen[i] = true
		p.path = append(p.path, i)
	}
	return p.parts[p.c[i]]
}

func (p *probe) Set(i int, v model.Part) { p.now[i] = v }

func (p *probe) Commit(label uint32) {
	e := effect{label: model.Unpack(label)}
	for _, i := range slices.Sorted(maps.Keys(p.now)) {
		e.writes = append(e.writes, write{i, p.part(p.now[i])})
	}
	p.effects = append(p.effects, e)
	clear(p.now)
}

func (p *probe) Exceeded(bound string) {
	p.exceeded[bound] = true
	clear(p.now)
}

// Events takes the events of the step just committed.
func (p *probe) Events(e []model.Event) {
	p.effects[len(p.effects)-1].events = append([]model.Event(nil), e...)
}
