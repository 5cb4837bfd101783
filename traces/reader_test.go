package traces

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestBadInput reads every file of testdata/bad and compares the errors.
func TestBadInput(t *testing.T) {
	var out bytes.Buffer
	for _, name := range files(t, "testdata/bad/*.ndjson") {
		f, err := OpenFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ReadHistory(f, Limits{})
		f.Close()
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Line < 1 || syntax.Reason == "" {
			t.Errorf("%s: %v, expected a *SyntaxError with line and reason", name, err)
		}
		fmt.Fprintf(&out, "%s: %v\n", strings.TrimSuffix(filepath.Base(name), ".ndjson"), err)
	}
	golden(t, "testdata/bad.txt", out.Bytes())
}

// TestGoodInput reads every file of testdata/good and compares what it says
// with all that the text has but the last line cut short.
func TestGoodInput(t *testing.T) {
	var out bytes.Buffer
	for _, name := range files(t, "testdata/good/*.ndjson") {
		h := readFile(t, name)
		x := NewIndex(h)
		fmt.Fprintf(&out, "%s: %d events, over %q, incomplete %v, pending %v\n", strings.TrimSuffix(filepath.Base(name), ".ndjson"),
			len(h.Events), h.Over, h.Incomplete, x.Pending())
		again, err := ReadHistory(strings.NewReader(h.String()), Limits{})
		if err != nil || again.String() != h.String() {
			t.Errorf("%s: written and read again: %v", name, err)
		}
	}
	golden(t, "testdata/good.txt", out.Bytes())
}

func files(t *testing.T, pattern string) []string {
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no files %s (%v)", pattern, err)
	}
	return names
}

func readFile(t *testing.T, name string) *History {
	t.Helper()
	f, err := OpenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h, err := ReadHistory(f, Limits{})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return h
}

// TestEveryPrefixIsAHistory cuts a history after every byte. Wherever the cut
// is, what was read before it is the history so far.
func TestEveryPrefixIsAHistory(t *testing.T) {
	text, err := os.ReadFile("testdata/good/masked-take.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	head := bytes.IndexByte(text, '\n')
	for n := range text {
		h, err := ReadHistory(bytes.NewReader(text[:n]), Limits{})
		if n < head {
			if err == nil {
				t.Fatalf("%d bytes: a header cut short is taken", n)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		whole := bytes.Count(text[:n], []byte("\n")) - 1
		if text[n] == '\n' { // the line is complete but for its newline
			whole++
		}
		atLineEnd := n <= head+1 || text[n] == '\n' || text[n-1] == '\n'
		if got := len(h.Events); got != min(max(whole, 0), 17) || h.Incomplete == atLineEnd {
			t.Fatalf("%d bytes: %d events, incomplete %v, expected %d events, incomplete %v", n, got, h.Incomplete, whole, !atLineEnd)
		}
	}
}

func TestBinaryAndEndlessLines(t *testing.T) {
	for _, c := range []struct {
		name string
		in   io.Reader
		want string
	}{
		{"binary", strings.NewReader("\x7fELF\x02\x01\x01\x00"), "expected a header"},
		{"binary later", strings.NewReader(freeHeader + "{\"t\":\"a\",\"\xff\xfe"), "not UTF-8"},
		{"zeros later", strings.NewReader(freeHeader + "\x00\x00\x00"), "expected the { of an object"},
		{"gigabyte header", io.LimitReader(repeat(`{"interject":1,"name":"`, 'x'), 1<<30), "longer than 1048576 bytes"},
		{"gigabyte line", io.MultiReader(strings.NewReader(freeHeader), io.LimitReader(repeat(`{"t":"`, 'x'), 1<<30)), "longer than 1048576 bytes"},
	} {
		count := &counting{r: c.in}
		_, err := ReadHistory(count, Limits{})
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, expected %q", c.name, err, c.want)
		}
		if count.n > 4<<20 {
			t.Errorf("%s: %d bytes were read before it was refused", c.name, count.n)
		}
	}
}

const freeHeader = `{"interject":1,"test":"free","seed":1,"threads":["a","b"],"observed":["send","recv","enter","leave","end"]}` + "\n"

type endless struct {
	head string
	c    byte
}

func repeat(head string, c byte) io.Reader { return &endless{head, c} }

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.head)
	e.head = e.head[n:]
	for i := n; i < len(p); i++ {
		p[i] = e.c
	}
	return len(p), nil
}

type counting struct {
	r io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func TestLimits(t *testing.T) {
	var b strings.Builder
	b.WriteString(freeHeader)
	for i := range 12 {
		fmt.Fprintf(&b, `{"t":"a","n":%d,"inv":%d,"k":"send","to":"b","id":%d,"sig":"kill"}`+"\n", i, i+1, 1+4*i)
	}
	for _, c := range []struct {
		limits Limits
		want   string
	}{
		{Limits{}, ""},
		{Limits{Line: 60}, "line 1: the line is longer than 60 bytes"},
		{Limits{Open: 10}, "line 12: more than 10 operations and frames are open at once"},
		{Limits{Gaps: 9}, "line 11: more than 9 gaps in the ids of the signals"},
	} {
		_, err := ReadHistory(strings.NewReader(b.String()), c.limits)
		if got := fmt.Sprint(err); (c.want == "") != (err == nil) || !strings.Contains(got, c.want) && c.want != "" {
			t.Errorf("%+v: %v, expected %q", c.limits, err, c.want)
		}
	}
}

// TestGzip reads compressed files, whole, cut short and damaged.
func TestGzip(t *testing.T) {
	text, err := os.ReadFile("testdata/good/masked-take.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(text[:900])
	w.Flush()
	w.Write(text[900:])
	w.Close()
	whole := z.Bytes()
	read := func(data []byte) (*History, error) {
		name := filepath.Join(t.TempDir(), "h.ndjson.gz")
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
		f, err := OpenFile(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return ReadHistory(f, Limits{})
	}
	if h, err := read(whole); err != nil || len(h.Events) != 17 || h.Incomplete {
		t.Errorf("whole: %v", err)
	}
	if h, err := read(whole[:len(whole)-40]); err != nil || len(h.Events) == 0 || !h.Incomplete {
		t.Errorf("cut short: %v, expected the events before the cut", err)
	}
	bad := bytes.Clone(whole)
	bad[len(bad)-8] ^= 1 // the checksum
	var syntax *SyntaxError
	if _, err := read(bad); !errors.As(err, &syntax) {
		t.Errorf("wrong checksum: %v", err)
	}
	if _, err := read(text); !errors.As(err, &syntax) {
		t.Errorf("not compressed: %v", err)
	}
}

func TestSeveralHistoriesInOneFile(t *testing.T) {
	var b bytes.Buffer
	for _, name := range []string{"mutual-kill", "no-last-line", "deadlock", "header-only", "cut-short"} {
		text, err := os.ReadFile("testdata/good/" + name + ".ndjson")
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	r, err := NewReader(&b, Limits{})
	var got []string
	for ; err == nil; err = r.Another() {
		h, err := r.History()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %d %v %v", h.Name, len(h.Events), h.Over, h.Incomplete))
	}
	if err != io.EOF {
		t.Fatal(err)
	}
	want := []string{"mutual-kill 5 ended false", " 3  false", "deadlock 10 quiescent false", " 0  false", " 2  true"}
	if !slices.Equal(got, want) {
		t.Fatalf("read %q, expected %q", got, want)
	}
}

// TestFollow reads a growing input: an event is there as soon as its line is.
func TestFollow(t *testing.T) {
	in, out := io.Pipe()
	lines := strings.SplitAfter(freeHeader+`{"t":"a","n":0,"at":1,"k":"enter","frame":"mask"}
{"t":"a","n":1,"at":2,"k":"end","res":"returned"}
`, "\n")[:3]
	step := make(chan bool)
	go func() {
		for _, l := range lines {
			io.WriteString(out, l)
			<-step // the next line is not written before this one was read
		}
		out.Close()
	}()
	r, err := NewReader(in, Limits{})
	for err == nil {
		step <- true
		_, err = r.Next()
	}
	if err != io.EOF || r.Line != 3 {
		t.Fatalf("%v after line %d", err, r.Line)
	}
}
