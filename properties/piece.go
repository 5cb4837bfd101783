package properties

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
)

// A piece is some statements in the surface syntax, to be put into contexts. It
// calls its own m and shares it with the context, empty at first unless the context
// says otherwise; n is its own alone and full, as are the mutex l and the
// semaphore s, which has one. S in a piece stands for any statements: for each of
// bodies.
const pieceCells = "mvar m\nmvar n = full\nmutex l\nsem s = 1\nvar x = 0\nvar y = 0\ncond cv\n"

// bodies are what S stands for: one that shows that it was run, one that shows the
// mask and can block there, one that ends by an exception.
var bodies = []string{"log f", "getmask; take m; log f", "log f; raise X"}

// variants are a piece with each of the bodies in the place of S. They are parsed
// when they are first asked for.
func variants(piece string) func() []piecePart {
	return sync.OnceValue(func() (all []piecePart) {
		if !strings.Contains(piece, "S") {
			return []piecePart{parsePiece(piece)}
		}
		for _, b := range bodies {
			all = append(all, parsePiece(strings.ReplaceAll(piece, "S", b)))
		}
		return all
	})
}

// piecePart is a piece as a tree, with its cells.
type piecePart struct {
	block    litmus.Block
	cells    []litmus.Cell
	features []string
}

func parsePiece(text string) piecePart {
	t, err := litmus.Parse("a law", []byte("litmus piece\n"+pieceCells+"thread a { "+text+" }\n"))
	if err != nil {
		panic(fmt.Sprintf("properties: the piece %q: %v", text, err))
	}
	return piecePart{t.Threads[0].Body, t.Cells, t.Features()}
}

// fits says that the vocabulary has all of the piece's forms.
func (p piecePart) fits(v gen.Vocabulary) bool {
	return !slices.ContainsFunc(p.features, func(f string) bool { return !v.Has(f) })
}

// fill puts a piece into a context; the piece's cells have their initial values.
func (p piecePart) fill(c gen.Context) *litmus.Test {
	t := c.Fill(p.block)
	shared := c.Cells()
	for i := range t.Cells {
		if slices.Contains(shared, t.Cells[i].Name) {
			continue
		}
		for _, d := range p.cells {
			if d.Name == t.Cells[i].Name {
				t.Cells[i] = d
			}
		}
	}
	return t
}

// align gives two tests the same cells in the same order.
func align(a, b *litmus.Test) {
	all := slices.Clone(a.Cells)
	for _, c := range b.Cells {
		if !slices.ContainsFunc(all, func(d litmus.Cell) bool { return d.Name == c.Name }) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b litmus.Cell) int { return strings.Compare(a.Name, b.Name) })
	a.Cells, b.Cells = all, slices.Clone(all)
}
