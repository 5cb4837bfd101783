package main

import (
	"bytes"
	"os"
	"strings"
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
	if m, ok := median(all, func(m map[string]float64) (float64, bool) { v, ok := m["a"]; return v, ok }); m != 30 || !ok {
		t.Errorf("the median is %v, want 30", m)
	}
}

func TestTable(t *testing.T) {
	all := []map[string]float64{{"Parked/impl cpu-ns/each": 300, "Parked/unbuffered channel cpu-ns/each": 200, "ghc parked": 300, "Frames/Mask cpu-ns/each": 5.5}}
	got := markdown(table(all))
	for _, want := range []string{
		"| throw to a parked thread | 300 | 200 | 1.50 | | | | | unbuffered channel | 1.3 × beside | missed: 1.15 of it |\n",
		"| the same | 300 | | | 300 | 1.00 | | | | 1.2 × GHC | met |\n",
		"| mask, closure | 5.5 |", "| 6 ns | met |\n", "| 12 ns | not measured |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q in\n%s", want, got)
		}
	}
}

// The page of results has a place for the table, which is that of the operations.
func TestTheTableHasItsPlace(t *testing.T) {
	const page = "../../docs/results/impl.md"
	before, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(before), opening+"\n")
	table, _, _ = strings.Cut(table, closing+"\n")
	after, err := replaced(page, table)
	if err != nil || !bytes.Equal(before, after) {
		t.Fatalf("the page changes when its own table is put into it: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(table), "\n")[2:]
	if len(lines) != len(operations) {
		t.Fatalf("%d lines, want %d", len(lines), len(operations))
	}
	for i, o := range operations {
		if !strings.HasPrefix(lines[i], "| "+o.name+" | ") {
			t.Errorf("line %q, want one of %s", lines[i], o.name)
		}
	}
	if _, err := replaced("main.go", ""); err == nil {
		t.Error("a file without the lines was accepted")
	}
}
