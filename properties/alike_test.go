package properties

import (
	"testing"

	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// A semantics that takes no other step than the one it stands beside has the same
// outcomes: each is explored by itself, too. By day two programs for each edition, and an eighth of
// the other semantics beside them.
func TestWhoTakesTheSameStepsEndsAlike(t *testing.T) {
	programs, stride := uint64(2), 16
	if nightly {
		programs, stride = 30, 1
	}
	for _, d := range model.Editions {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			targets, stayed, parted := targetsOf(d), 0, 0
			for seed := range programs {
				p := gen.Program(gen.Of(d), 4, gen.Seeded(seed))
				m, err := p.Machine(d)
				if err != nil {
					t.Fatal(err)
				}
				others := make([]*model.Machine, len(targets))
				for i := int(seed) % stride; i < len(targets); i += stride {
					others[i], _ = targets[i].make(p)
				}
				o := explore.Options{MaxStates: suiteBound}
				a, twins, err := exploreBeside(t.Context(), p, m, others, o)
				if err != nil {
					t.Fatal(err)
				}
				n := &noticer{ctx: t.Context(), d: d}
				for i, w := range twins {
					switch {
					case others[i] == nil || a.Partial:
					case w != nil && w.parts:
						parted++
					case n.differs(p, others[i], a):
						t.Errorf("with %s no step seems to differ, but outcomes do; check gen -random 1 -statements 4 -d %s -seed %d prints the program\n%s", targets[i].name, d.Name, seed, p.Format())
					default:
						stayed++
					}
				}
			}
			t.Logf("%d other semantics take the same steps, %d others", stayed, parted)
		})
	}
}
