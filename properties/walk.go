package properties

import (
	"github.com/interject/interject/model"
)

// Edge is one step of one run.
type Edge struct {
	Machine  *model.Machine
	From     model.Config
	Move     model.Move
	standing map[model.Thread]Standing
}

// Before is where thread t stood before the step.
func (e Edge) Before(t model.Thread) Standing { return standingAt(e.Machine, t, e.From.Read()) }

// walk visits every step that a machine can take, up to so many configurations,
// and says whether those were all. It is for looking, not for speed.
func walk(m *model.Machine, bound int, visit func(Edge) error) (all bool, err error) {
	start := m.Start()
	seen := map[string]bool{start.Key(): true}
	for todo := []model.Config{start}; len(todo) > 0; {
		from := todo[0]
		todo = todo[1:]
		moves, exceeded := m.Moves(from)
		if len(exceeded) > 0 {
			return false, nil
		}
		for _, v := range moves {
			if err := visit(Edge{Machine: m, From: from, Move: v}); err != nil {
				return false, err
			}
			if k := v.To.Key(); !seen[k] {
				if len(seen) == bound {
					return false, nil
				}
				seen[k] = true
				todo = append(todo, v.To)
			}
		}
	}
	return true, nil
}
