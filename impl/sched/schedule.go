package sched

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Schedule is who makes each step of an execution, by the order of creation from 0.
type Schedule []int

// String writes runs: "0x3 1 0x2" is 0 0 0 1 0 0.
func (s Schedule) String() string {
	var b strings.Builder
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] == s[i] {
			j++
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(s[i]))
		if j-i > 1 {
			fmt.Fprintf(&b, "x%d", j-i)
		}
		i = j
	}
	return b.String()
}

// ParseSchedule reads what String writes.
func ParseSchedule(text string) (Schedule, error) {
	var s Schedule
	for _, run := range strings.Fields(text) {
		who, times, many := strings.Cut(run, "x")
		t, err := strconv.Atoi(who)
		n := 1
		if err == nil && many {
			n, err = strconv.Atoi(times)
		}
		if err != nil || t < 0 || t >= MaxThreads || n < 1 || n > 1<<20 {
			return nil, fmt.Errorf("sched: schedule: %q is not THREAD or THREADxTIMES", run)
		}
		for range n {
			s = append(s, t)
		}
	}
	return s, nil
}

func (s *search) schedule() Schedule {
	out := make(Schedule, s.depth)
	for i := range out {
		out[i] = s.nodes[i].chosen
	}
	return out
}

// trail is what the steps of the current execution are.
func (x *Exec) trail() []string {
	out := make([]string, x.depth)
	for i := range out {
		n := &x.nodes[i]
		out[i] = x.threads[n.chosen].name + ": " + n.kind.String()
		for _, o := range []*object{n.o, n.o2} {
			if o != nil {
				out[i] += fmt.Sprintf(" object %d", o.ID)
			}
		}
	}
	return out
}

// Replay makes the one execution of a schedule. Where the schedule ends before the
// execution, the first thread that can goes on.
func Replay(p Program, s Schedule) Outcome {
	x := &Exec{search: &search{opt: Options{Mode: Full, MaxSteps: mostSteps}, given: s}}
	defer x.close()
	x.execute(p)
	o := x.outcome()
	o.Count, o.Schedule, o.Steps, o.Trail = 1, x.schedule(), x.depth, x.trail()
	x.abort()
	return o
}

// Minimise looks for an execution that bad accepts with as few preemptions as
// possible, trying none, one, two and so on up to most, and within each bound at most
// budget executions. It returns false if there is none within these bounds.
func Minimise(ctx context.Context, p Program, bad func(Outcome) bool, most, budget int) (Outcome, int, bool) {
	for n := 0; n <= most; n++ {
		r := Explore(ctx, p, Options{Mode: Full, Bounded: true, Preemptions: n, MaxExecutions: budget, Until: bad})
		if r.Found != nil {
			return *r.Found, n, true
		}
	}
	return Outcome{}, 0, false
}
