package traces

import (
	"bytes"
	"encoding/xml"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestCharts draws every good history.
func TestCharts(t *testing.T) {
	for _, name := range files(t, "testdata/good/*.ndjson") {
		h := readFile(t, name)
		golden(t, strings.TrimSuffix(name, "ndjson")+"chart", []byte(Chart{}.String(h)))
	}
}

func TestChartWithNotes(t *testing.T) {
	h := readFile(t, "testdata/good/masked-take.ndjson")
	c := Chart{ASCII: true, First: 6, Last: 12, Notes: map[int]string{9: "no receipt can follow here"}}
	golden(t, "testdata/notes.chart", []byte(c.String(h)))
}

// TestSVG: the image is well-formed XML, also when names have its special characters.
func TestSVG(t *testing.T) {
	h := readFile(t, "testdata/good/masked-take.ndjson")
	var b bytes.Buffer
	c := Chart{Notes: map[int]string{9: "what if n < 1 & n > 0?"}}
	if err := c.WriteSVG(&b, h); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/masked-take.svg", b.Bytes())
	for seed := range uint64(20) {
		h := randomHistory(rand.New(rand.NewPCG(seed, 5)), 50)
		b.Reset()
		if err := (Chart{First: int(seed), Last: 45}).WriteSVG(&b, h); err != nil {
			t.Fatal(err)
		}
		texts := 0
		for dec := xml.NewDecoder(&b); ; {
			tok, err := dec.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "text" && e.Attr[0].Value != "k" { // but for the legend
				texts++
			}
		}
		if want := 3 + 2*(45-int(seed)); texts != want {
			t.Fatalf("seed %d: %d texts, expected %d", seed, texts, want)
		}
	}
}

// TestChartOfAnything: a chart has a row for each event, of every history, and
// its arrows and labels never touch another column's label.
func TestChartOfAnything(t *testing.T) {
	for seed := range uint64(100) {
		h := randomHistory(rand.New(rand.NewPCG(seed, 1)), 80)
		text := Chart{ASCII: true}.String(h)
		x := NewIndex(h)
		lines := strings.Split(text, "\n")
		for i := range h.Events {
			if !strings.Contains(lines[i+1], x.Text(i)) {
				t.Fatalf("seed %d: row %d has not %q:\n%s", seed, i, x.Text(i), text)
			}
		}
		if !utf8.ValidString(text) {
			t.Fatalf("seed %d: not UTF-8", seed)
		}
	}
}
