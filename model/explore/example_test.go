package explore_test

import (
	"context"
	"fmt"

	"github.com/interject/interject/model/explore"
)

// lost is two threads that each increment a shared number without a lock: read it,
// then write back one more. Part 0 is the number, part 1+t the state of thread t.
type lost struct{}

type part struct{ pc, value int }

func (lost) Parts() int       { return 3 }
func (lost) Initial(int) part { return part{} }
func (lost) Agents() int      { return 2 }

func (lost) Expand(t int, v *explore.View[part]) {
	me := v.Get(1 + t)
	switch me.pc {
	case 0:
		v.Set(1+t, part{1, v.Get(0).value})
	case 1:
		v.Set(0, part{value: me.value + 1})
		v.Set(1+t, part{pc: 2})
	default:
		return
	}
	v.Commit(uint32(me.pc))
}

func Example() {
	r, err := explore.Explore(context.Background(), lost{}, explore.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println(r.States, "states, complete:", r.Complete)
	paths := r.Paths(r.Finals...)
	for i, f := range r.Finals {
		fmt.Print("the number may be ", r.Part(f, 0).value, ":")
		for _, st := range paths[i] {
			fmt.Printf(" %d %s", st.Agent, [...]string{"reads", "writes"}[st.Label])
		}
		fmt.Println()
	}
	// Output:
	// 12 states, complete: true
	// the number may be 2: 0 reads 0 writes 1 reads 1 writes
	// the number may be 1: 0 reads 1 reads 0 writes 1 writes
}
