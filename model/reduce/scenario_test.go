package reduce_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/model/reduce"
)

// The workloads by which explorers are compared, as litmus tests.

func killers(k, rounds int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "litmus kill-%d-%d\nmvar l = full\nthread t {\n", k, rounds)
	for i := range rounds {
		fmt.Fprintf(&b, "mask { take l; try { restore { nop; nop } } catch any { nop; log hit%d }; put l }\nnop\n", i+1)
	}
	b.WriteString("}\n")
	for i := range k {
		fmt.Fprintf(&b, "thread k%d { nop; throwTo t Kill; take l; put l }\n", i+1)
	}
	return b.String()
}

func ring(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "litmus ring-%d\n", n)
	for i := range n {
		fmt.Fprintf(&b, "thread t%d { try { nop; mask { nop; throwTo t%d Hit } } catch Hit { log hit; throwTo t%d Hit } }\n",
			i, (i+1)%n, (i+n-1)%n)
	}
	return b.String()
}

func fifo(n, steps int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "litmus fifo-%d-%d\nthread t {\nmask {%s\n", n, steps, strings.Repeat("nop\n", steps))
	for range n {
		s := "restore { nop }"
		for i := range n {
			s = fmt.Sprintf("try { %s } catch E%d { log e%d }", s, i+1, i+1)
		}
		b.WriteString(s + "\n")
	}
	b.WriteString("}\n}\n")
	for i := range n {
		fmt.Fprintf(&b, "thread u%d { nop; throwTo t E%d }\n", i+1, i+1)
	}
	return b.String()
}

func parse(t testing.TB, src string) *litmus.Test {
	t.Helper()
	test, err := litmus.Parse("scenario.litmus", []byte(src))
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	return test
}

func eager(t testing.TB) model.Dialect {
	t.Helper()
	d, err := model.GHCDoc2010.With("may=no")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestScenarios(t *testing.T) {
	all := []string{killers(2, 1), killers(3, 2), ring(3), fifo(2, 1), fifo(3, 2)}
	if !raced {
		all = append(all, killers(4, 2), ring(4), fifo(4, 2))
	}
	for _, src := range all {
		test := parse(t, src)
		for _, d := range []model.Dialect{model.GHCDoc2010, eager(t)} {
			m, err := test.Machine(d)
			if err != nil {
				t.Fatal(err)
			}
			var counts []int
			var outcomes []string
			sets := append([]reduce.Kinds{0}, append(subsets(d), reduce.All)...)
			for _, k := range sets {
				a, err := test.ExploreReduced(context.Background(), m, reduce.New(m, k), explore.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if counts = append(counts, a.States); outcomes != nil && fmt.Sprint(outcomes) != fmt.Sprint(texts(a)) {
					t.Errorf("%s under %s with %v: %d outcomes, not %d", test.Name, d.Name, k, len(a.Outcomes), len(outcomes))
				}
				outcomes = texts(a)
			}
			n := len(counts) - 1
			t.Logf("%-9s %-21s %v: %v, %.1fx, %d outcomes", test.Name, d.Name, sets, counts, float64(counts[0])/float64(counts[n]), len(outcomes))
		}
	}
}

// BenchmarkScenarios reports the states of the plain and of the reduced search, under
// the documentation of 2010 and under the same with prompt receipt.
func BenchmarkScenarios(b *testing.B) {
	for _, src := range []string{killers(4, 2), killers(5, 3), ring(4), ring(5), fifo(4, 2), fifo(5, 2)} {
		test := parse(b, src)
		for _, d := range []model.Dialect{model.GHCDoc2010, eager(b)} {
			for _, reduced := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/%s/reduced=%v", test.Name, d.Name, reduced), func(b *testing.B) {
					for b.Loop() {
						a, err := test.Explore(context.Background(), d, explore.Options{Reduce: reduced})
						if err != nil {
							b.Fatal(err)
						}
						b.ReportMetric(float64(a.States), "states")
						b.ReportMetric(float64(len(a.Outcomes)), "outcomes")
					}
				})
			}
		}
	}
}
