package runtimes

import (
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// share is which share of the catalogue each driver runs here: all of it is what
// check run is for.
const share = 8

// No driver rots: each that is installed runs a share of the catalogue, and comes to
// nothing that the edition of what was seen does not allow; what can record histories does
// so in some of the runs, and each of them has an explanation. All that is said meanwhile
// is of the schema.
func TestDriversKeepToTheirEditions(t *testing.T) {
	root := loadSchema(t)
	for _, r := range All() {
		t.Run(r.Name, func(t *testing.T) {
			beside(t, r)
			d, edition := seen(t, r)
			said := &overhearing{t, root, map[byte]int{}}
			d.Trace = said
			ran, violating, histories := 0, 0, 0
			for i, test := range litmus.All() {
				if i%share != 0 || len(test.MissingIn(edition)) > 0 {
					continue
				}
				o := Options{Runs: 20, Seed: seed, Limit: limit}
				records := slices.Contains(recorders, r.Name) && !(r.Name == "cpython" && strings.Contains(test.Wire(), "(with-lock ")) &&
					(r.Name != "ecl" || i%(3*share) == 0) // it calls a C compiler for each program, and for one that is recorded again
				if records {
					o.Runs = 12
				}
				rep, err := Conform(t.Context(), d, test, []model.Dialect{edition}, o)
				if err != nil {
					t.Fatal(err)
				}
				if rep.Skipped != "" {
					continue
				}
				ran++
				if records {
					o.Runs = 8
					n, wrong := recorded(t, d, test, edition, o)
					if histories += n; len(wrong) > 0 {
						t.Errorf("%s; %d of %d histories; check run -r %s -histories kept -seed %d %s", wrong[0], len(wrong), n, r.Name, seed, test.Path())
					}
				}
				if rep.Judged[0].Verdict == litmus.Violating {
					violating++
					t.Errorf("%s violates %s: %v; check run -r %s -seed %d %s", test.Path(), edition.Name, rep.Tally.Counts, r.Name, seed, test.Path())
				}
			}
			t.Logf("%d tests, %d violations; %d histories; %d requests and %d replies of the schema", ran, violating, histories, said.heard['>'], said.heard['<'])
			if ran == 0 || said.heard['>'] <= 2*ran || said.heard['<'] <= 3*ran { // of each test: load and run; ok, outcome and done
				t.Error("no test of the share could be run, or not all that was said was heard")
			}
		})
	}
}
