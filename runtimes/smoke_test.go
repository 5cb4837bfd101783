package runtimes

import (
	"bytes"
	"testing"
)

func TestSmoke(t *testing.T) {
	for _, r := range All() {
		t.Run(r.Name, func(t *testing.T) {
			beside(t, r)
			d := driver(t, r.Name)
			var report bytes.Buffer
			err := Smoke(t.Context(), d, &report)
			t.Log(report.String())
			if err != nil {
				t.Error(err)
			}
			if _, err := d.Calibrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
