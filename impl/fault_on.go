//go:build faults

package impl

import "sync/atomic"

// Fault is a deliberate bug.
type Fault = seeded

// No fault, those that tests name, and how many there are, and one.
const (
	NoFault                = noFault
	FaultEdgeTriggered     = faultEdgeTriggered
	FaultTimeout           = faultTimeout
	FaultDoomedCleans      = faultDoomedCleans
	FaultUnmaskNoPoint     = faultUnmaskNoPoint
	FaultOwnQueueUnchecked = faultOwnQueueUnchecked
	Faults                 = faults
)

var active atomic.Uint32

// SetFault switches one fault on, or all off with NoFault.
func SetFault(f Fault) { active.Store(uint32(f)) }

const faulty = true

func fault(f seeded) bool { return active.Load() == uint32(f) }
