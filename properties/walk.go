package properties

import (
	"encoding/binary"

	"github.com/interject/interject/model"
)

// Edge is one step of one run.
type Edge struct {
	Machine *model.Machine
	From    model.Config
	Move    model.Move
}

// Before is where thread t stood before the step.
func (e Edge) Before(t model.Thread) Standing { return standingAt(e.Machine, t, e.From.Read()) }

// walk visits every step that a machine can take, up to so many configurations,
// and says whether those were all. It is for looking, not for speed.
func walk(m *model.Machine, bound int, visit func(Edge) error) (all bool, err error) {
	start := m.Start()
	key := keys()
	seen := map[string]bool{key(start): true}
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
			if k := key(v.To); !seen[k] {
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

// keys makes configurations comparable: each part is a number.
func keys() func(model.Config) string {
	numbers := map[model.Part]uint32{}
	var b []byte
	return func(c model.Config) string {
		b = b[:0]
		for _, p := range c {
			n, ok := numbers[p]
			if !ok {
				n = uint32(len(numbers))
				numbers[p] = n
			}
			b = binary.LittleEndian.AppendUint32(b, n)
		}
		return string(b)
	}
}
