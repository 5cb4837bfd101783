package linearizability

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// Whatever can be read is judged or refused: never a panic, and within bounds.
func FuzzValidate(f *testing.F) {
	files, err := filepath.Glob("../traces/data/*.ndjson")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, uint8(0))
	}
	f.Fuzz(func(t *testing.T, src []byte, by uint8) {
		h, err := traces.ReadHistory(bytes.NewReader(src), traces.Limits{})
		if err != nil || len(h.Events) > 60 {
			return
		}
		var test *litmus.Test
		if h.Program != "" {
			if test, err = litmus.ReadWire(h.Program); err != nil {
				return
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		r, err := Validate(ctx, h, model.Editions[int(by)%len(model.Editions)], test, Options{MaxStates: 2000})
		switch {
		case err != nil && !IsInput(err) && ctx.Err() == nil:
			t.Fatal(err)
		case err == nil && (r.Verdict == 0 || r.Explained > len(h.Events)):
			t.Fatalf("no verdict: %+v", r)
		}
	})
}
