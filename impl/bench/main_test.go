package main

import (
	"testing"
)

func TestFiguresAreRead(t *testing.T) {
	got := map[string]float64{}
	readGo("BenchmarkFrames/Mask_and_Do-2  \t 12\t 34.5 ns/op\t 17.25 cpu-ns/each\t 0 B/op", got)
	readGo("PASS", got)
	prefixed("ghc ")("mask 10.5", got)
	prefixed("ghc ")("GHC says something", got)
	if len(got) != 4 || got["Frames/Mask and Do cpu-ns/each"] != 17.25 || got["ghc mask"] != 10.5 {
		t.Errorf("read %v", got)
	}
	all := []map[string]float64{{"a": 1}, {"a": 300}, {"a": 30}, {}}
	if m := median(all, func(m map[string]float64) (float64, bool) { v, ok := m["a"]; return v, ok }); m != "30" {
		t.Errorf("the median is %s, want 30", m)
	}
}
