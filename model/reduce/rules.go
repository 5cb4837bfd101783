package reduce

import "github.com/interject/interject/model"

// part is what a rule may take part in.
type part uint8

const (
	never  part = iota // it is never enough alone: it sends, forks, goes back, or nobody has looked
	silent             // it looks at no queue: it may be unseen, masked, merged
	looks              // it looks at the thread's own queue: it may be unseen only
	due                // it is a receipt
)

// takes says of each rule what it may take part in. Whether it does, depends on what
// it touches where it is tried. A test demands that every rule is here.
var takes = map[string]part{
	"S1": silent, "S2": silent, "S3": silent, "S4": silent, "S5": silent, "S6": silent, "S7": silent, "S8": silent,
	"S9": silent, "S10": silent, "S11": silent, "S12": silent, "S13": silent, "S14": silent,
	"S15": never, // changes another thread
	"S16": silent, "S17": looks, "S18": looks, "S19": silent, "S20": silent,
	"S21": never, // from then on signals arm the thread
	"S22": silent, "S23": silent, "S24": silent,
	"R1": silent, "R2": silent, "R3": silent, "R4": silent, "R5": silent, "R6": silent, "R7": silent,
	"R8": never, // the only way back in the control flow: every cycle has such a step
	"R9": silent, "R10": silent, "R11": looks, "R12": silent,
	"X1": silent, "X2": silent, "X3": silent, "X4": silent, "X5": silent, "X6": silent, "X7": silent, "X8": silent,
	"X9": silent, "X10": looks, "X11": looks, "X12": silent,
	"T1": silent, "T2": silent,
	"T3": never, "T4": never, "T5": never, "T6": never, "T7": never, "T8": never, "T9": never, "T10": never,
	"T11": never,
	"D1":  due,
	"D2":  never, "D3": never, "D4": never, "D5": never,
	"S27": never, "S28": never, "S29": never, "T13": never, "D7": never, "D8": never, "D9": never, "B17": never,
	"B1": silent, "B2": silent, "B3": silent, "B4": silent, "B5": silent, "B6": silent, "B7": silent, "B8": silent,
	"B9": silent, "B10": silent,
	"B11": silent,
	"B12": silent,
	"B13": never, // looks at other threads
	"B14": never, "B15": silent, "B16": silent,
	"E2":  never,
	"S26": silent, "B18": silent, "B19": silent,
	"T12": never, "D6": never,
	"S25": never,
	"E1":  silent,
	"G1":  never,
}

// byIndex is takes by the index of the rule.
func byIndex() []part {
	all := make([]part, len(model.Rules))
	for i, r := range model.Rules {
		all[i] = takes[r.ID]
	}
	return all
}
