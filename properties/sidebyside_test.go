package properties

import (
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/model"
)

// orders are those that can be given to puppet t in so many blocks with so many masks around.
func orders(edition string, t, depth, masks int) []order {
	all := []order{
		{name: "end"},
		{"protect", model.Node{Op: model.Protect}, func(s *stage, p *puppet) error {
			frame := s.body(p)
			return p.UnwindProtect(frame, frame)
		}},
		{"take m", model.Node{Op: model.Take}, func(s *stage, p *puppet) error {
			_, err := s.cell.Take(p.Thread)
			return err
		}},
		{"put m", model.Node{Op: model.Put, N: int16(t)}, func(s *stage, p *puppet) error { return s.cell.Put(p.Thread, int16(t)) }},
	}
	for c := 2; c < 2+payloads; c++ {
		all = append(all, try(thrown(c)))
		if depth > 0 {
			all = append(all, raise(thrown(c)))
		}
	}
	if depth == 0 {
		all = all[1:] // who ends takes no more orders
	}
	for u := range puppets {
		if u != t {
			all = append(all, order{"join " + threadName(u), model.Node{Op: model.Join, A: uint8(u)}, func(s *stage, p *puppet) error {
				return p.Join(s.puppets[u].Thread)
			}})
		}
	}
	if strings.HasPrefix(edition, "sbcl") {
		return append(all, lispOrders()...)
	}
	return append(all, haskellOrders(masks)...)
}

func try(c thrown) order {
	return order{"try catch " + c.Error(), model.Node{Op: model.Try, A: uint8(c)}, func(s *stage, p *puppet) error {
		frame := s.body(p)
		return p.Handle(frame, func(err error) bool { return err == error(c) }, func(error) error { return frame() })
	}}
}

func raise(c thrown) order {
	return order{"raise " + c.Error(), model.Node{Op: model.Raise, A: uint8(c)}, func(*stage, *puppet) error { return c }}
}

func haskellOrders(masks int) []order {
	all := []order{
		{"mask", model.Node{Op: model.Scope, How: model.Shut, Slot: uint8(masks)}, func(s *stage, p *puppet) error { return p.Mask(s.binder(p)) }},
		{"umask", model.Node{Op: model.Scope, How: model.Seal, Slot: uint8(masks)}, func(s *stage, p *puppet) error { return p.MaskUninterruptible(s.binder(p)) }},
		{"unmask", model.Node{Op: model.Scope, How: model.Unmask}, func(s *stage, p *puppet) error { return p.Unmask(s.body(p)) }},
		{"interruptible", model.Node{Op: model.Scope, How: model.Relent}, func(s *stage, p *puppet) error { return p.Interruptible(s.body(p)) }},
	}
	if masks > 0 {
		all = append(all, order{"restore", model.Node{Op: model.Scope, How: model.Restore, Slot: uint8(masks - 1)}, func(s *stage, p *puppet) error {
			return p.inside().masks[masks-1].Do(s.body(p))
		}})
	}
	for u := range puppets {
		for c := thrown(2); c < 2+payloads; c++ {
			all = append(all, order{fmt.Sprint("throwTo ", threadName(u), " ", c), model.Node{Op: model.ThrowTo, A: uint8(u), B: uint8(c)}, func(s *stage, p *puppet) error {
				return p.ThrowTo(s.puppets[u].Thread, c)
			}})
		}
	}
	return all
}

func lispOrders() []order {
	all := []order{
		{"without-interrupts", model.Node{Op: model.Scope, How: model.Without}, func(s *stage, p *puppet) error {
			body := s.body(p)
			return p.WithoutInterrupts(func(impl.Without) error { return body() })
		}},
		{"with-interrupts", model.Node{Op: model.Scope, How: model.Relent}, func(s *stage, p *puppet) error { return p.WithInterrupts(s.body(p)) }},
	}
	for u := range puppets {
		all = append(all, order{"interrupt " + threadName(u), model.Node{Op: model.Interrupt, A: uint8(u)}, func(s *stage, p *puppet) error {
			q := s.puppets[u]
			return p.Interrupt(q.Thread, func(*impl.Thread) error {
				return s.inFrame(q, func() error { return s.play(q, nil) })()
			})
		}})
	}
	return all
}

// sides are impl and the model side by side, as a state machine for rapid.
type sides struct {
	*stage
	*crowd
	edition string
	only    *regexp.Regexp // the orders that are given
	at      []string       // how both look
	story   []string
}

// sideBySide is the property: impl is always where the model can be. Orders are given one
// at a time, and then also several at once. What happens of several depends on the
// scheduler: so the story of the first failure is kept for the reader.
func sideBySide(edition string, d model.Dialect, several bool, only string, first *string) func(*rapid.T) {
	return func(t *rapid.T) {
		s := &sides{stage: newStage(edition), crowd: newCrowd(d), edition: edition, only: regexp.MustCompile(only)}
		defer s.rt.Close()
		s.at = s.stage.view()
		most := 1
		if several {
			most = puppets
		}
		t.Repeat(map[string]func(*rapid.T){"orders": func(t *rapid.T) {
			if idle := s.idle(); len(idle) > 0 {
				s.act(t, first, rapid.SliceOfNDistinct(rapid.SampledFrom(idle), 1, min(most, len(idle)), rapid.ID[int]).Draw(t, "who")...)
			}
		}})
	}
}

// idle are the puppets that can be given an order.
func (s *sides) idle() (all []int) {
	for i := range puppets {
		if strings.HasPrefix(s.at[i], "idle") {
			all = append(all, i)
		}
	}
	return all
}

// act gives each of those an order, all at once, and compares when nothing can move.
func (s *sides) act(t *rapid.T, first *string, who ...int) {
	var told []string
	var given []func()
	for _, i := range who {
		b, depth := s.puppets[i].inside(), s.puppets[i].frames
		can := slices.DeleteFunc(orders(s.edition, i, depth, len(b.masks)), func(o order) bool { return !s.only.MatchString(o.name) })
		o := rapid.SampledFrom(can).Draw(t, "order")
		told = append(told, threadName(i)+": "+o.name)
		s.crowd.give(i, o)
		given = append(given, func() { b.given.Set(&o) }) // its block of now: the order before may interrupt it
	}
	for _, give := range given {
		give()
	}
	if err := s.rt.AwaitQuiet(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !s.settle() {
		t.Skip("a bound of the model was reached")
	}
	s.at = s.stage.view()
	s.story = append(s.story, strings.Join(told, ", ")+" => "+strings.Join(s.at, "; "))
	if others := s.keep(s.at); len(s.all) == 0 {
		story := fmt.Sprintf("%s\nwhere %s allows only\n%s", strings.Join(s.story, "\n"), s.m.Name, strings.Join(others, "\n"))
		if *first == "" {
			*first = story
		}
		t.Log(story)
		t.Fatal("impl is where no run of the model is")
	}
}

func TestSideBySide(t *testing.T) {
	for _, edition := range []string{"ghc@doc2010", "sbcl@doc"} {
		t.Run(edition, func(t *testing.T) {
			d, err := model.Edition(edition)
			if err != nil {
				t.Fatal(err)
			}
			var first string
			t.Cleanup(func() {
				if t.Failed() {
					t.Log("seen first:\n" + first)
				}
			})
			rapid.Check(t, sideBySide(edition, d, true, "", &first))
		})
	}
}

// A puppet that waits inside a scope of a function has begun the function: the next one
// may come before the order, or after it.
func TestWhoWaitsHasBegun(t *testing.T) {
	d, err := model.Edition("sbcl@doc")
	if err != nil {
		t.Fatal(err)
	}
	c := newCrowd(d)
	give := func(to int, name string) {
		t.Helper()
		for _, o := range orders(d.Name, to, 1, 0) {
			if o.name == name {
				c.give(to, o)
				return
			}
		}
		t.Fatalf("there is no order %s", name)
	}
	settle := func(view ...string) {
		t.Helper()
		if !c.settle() {
			t.Fatal("a bound was reached")
		}
		if view = append(view, "idle in 0", "empty"); !slices.ContainsFunc(c.all, func(x model.Config) bool { return slices.Equal(c.view(x), view) }) {
			t.Errorf("%v is not among %d configurations", view, len(c.all))
		}
	}
	give(1, "interrupt a")
	settle("idle in 1", "idle in 0")
	give(0, "with-interrupts")
	settle("idle in 2", "idle in 0")
	give(0, "try catch X1")
	give(1, "interrupt a")
	settle("idle in 3", "idle in 0")
	settle("idle in 4", "idle in 0")
}

// shrinking is how long it is tried to tell a story in fewer orders: each try moves
// impl, so that takes a minute.
var shrinking = map[bool]string{false: "0s", true: "1h"}[nightly]

// Mistakes made on purpose are found and, by night, told in a few orders.
func TestSideBySideCanFail(t *testing.T) {
	t.Chdir(t.TempDir())           // where rapid keeps what fails
	setFlag(t, "rapid.steps", "9") // a story of few orders is soon read
	for _, f := range []struct {
		edition, name string
		only          string // the orders that it takes
		wrong         func(*model.Dialect)
		orders        int // that tell it, at most
	}{
		{"ghc@doc2010", "the last thrower is served first", "^mask|^unmask|throwTo a", func(d *model.Dialect) { d.Order = model.LIFO }, 8},
		{"ghc@doc2010", "handlers run open", "try|throwTo a", func(d *model.Dialect) { d.HandlerMask = model.Open }, 7},
		{"sbcl@doc", "functions run closed", "interrupt|take", func(d *model.Dialect) { d.ThunkMask = model.Closed }, 7},
	} {
		t.Run(f.name, func(t *testing.T) {
			d, err := model.Edition(f.edition)
			if err != nil {
				t.Fatal(err)
			}
			f.wrong(&d)
			n := &told{TB: t}
			var first string
			for seed := 1; seed <= 20 && !n.failed; seed++ {
				seeded(t, seed, shrinking)
				rapid.Check(n, sideBySide(f.edition, d, false, f.only, &first))
			}
			if !n.failed {
				t.Fatal("impl was never where the model is not")
			}
			story := n.text[strings.LastIndex(n.text, "Failed test output"):]
			t.Log(story)
			if got := strings.Count(story, " => "); nightly && got > f.orders {
				t.Errorf("shrunk only to %d orders, expected at most %d", got, f.orders)
			}
		})
	}
}

// seeded makes rapid do the same in every run, however busy the machine is: what it tries
// follows from the seed, and it shrinks to the end or not at all.
func seeded(t *testing.T, seed int, shrink string) {
	setFlag(t, "rapid.seed", fmt.Sprint(seed))
	setFlag(t, "rapid.shrinktime", shrink)
}

func setFlag(t *testing.T, name, value string) {
	f := flag.Lookup(name).Value
	old := f.String()
	if err := f.Set(value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Set(old) })
}
