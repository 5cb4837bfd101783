package model

// Look is the configuration of s, to be looked at. Nothing may be changed by it
// that s does not allow.
func (m *Machine) Look(s Store) *Step { return &Step{Machine: m, store: s} }

// Deaf says that t could receive no signal of any kind and class now, were it
// pending.
func (x *Step) Deaf(t Thread) bool {
	if x.receptive(t, Signal{Kind: Thunk}) || x.receptive(t, Signal{Kind: Death}) {
		return false
	}
	for class := range max(len(x.Classes), 1) {
		if x.receptive(t, Signal{Kind: Exception, Arg: uint8(class)}) {
			return false
		}
	}
	return true
}

// Receptive says that t could receive the signal now, were it pending.
func (x *Step) Receptive(t Thread, s Signal) bool { return x.receptive(t, s) }

// Role is what a part of a configuration holds.
type Role uint8

// The roles. The first four are of a thread.
const (
	IsCore Role = iota
	IsStack
	IsQueue
	IsLog
	IsCell
	IsProcess
)

// RoleOf says what part number i holds, and of which thread or cell.
func (m *Machine) RoleOf(i int) (Role, uint8) {
	switch n := threadParts * len(m.Threads); {
	case i < n:
		return Role(i % threadParts), uint8(i / threadParts)
	case i < m.Parts()-1:
		return IsCell, uint8(i - n)
	}
	return IsProcess, 0
}

// AgentOf is the number of the agent that makes the step.
func (m *Machine) AgentOf(l Label) int {
	switch Rules[l.Rule].By {
	case Own:
		return int(l.Thread)
	case Delivery:
		return int(l.Thread) + len(m.Threads)
	}
	return 2 * len(m.Threads)
}
