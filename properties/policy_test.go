package properties

import (
	"testing"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/model"
	"github.com/interject/interject/runtimes"
)

// What impl hears in an operation that blocks is what the edition says.
func TestPoliciesHearWhatEditionsSay(t *testing.T) {
	ops := map[model.Op]impl.Op{
		model.ThrowTo: impl.OpThrowTo, model.Take: impl.OpTake, model.Put: impl.OpPut, model.Lock: impl.OpLock, model.Acquire: impl.OpAcquire,
		model.Wait: impl.OpWait, model.WaitUntil: impl.OpWaitUntil, model.Join: impl.OpJoin, model.JoinTimeout: impl.OpJoinFor, model.Sleep: impl.OpSleep,
	}
	for _, d := range runtimes.ImplEditions() {
		p, err := impl.PolicyOf(d.Name)
		if err != nil {
			t.Fatal(err)
		}
		for op, of := range ops {
			if op == model.ThrowTo && !d.Sync {
				continue // it does not block
			}
			deaf, shut := p.Deaf&impl.Ops(of) != 0, (p.Deaf|p.Shut)&impl.Ops(of) != 0
			if deaf == d.Wake.Has(op) {
				t.Errorf("%s: deaf in %v while open: %t", d.Name, op, deaf)
			}
			if masks(d) && shut == d.Opens.Has(op) {
				t.Errorf("%s: deaf in %v while masked: %t", d.Name, op, shut)
			}
		}
	}
}

// masks says that a thread of the edition can be masked at all.
func masks(d model.Dialect) bool {
	return d.HandlerMask != model.Open || d.ThunkMask != model.Open || d.CleanupMask != model.Open
}
