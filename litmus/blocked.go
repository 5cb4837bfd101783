package litmus

import (
	"fmt"
	"strings"

	"github.com/interject/interject/model"
)

// BlockedIn is how outcomes call an operation in which a thread is blocked: "take m".
// The name is that of the node's first operand, empty when it has none.
func BlockedIn(op model.Op, name string) string {
	for _, f := range Forms {
		if f.Op == op && f.Waits {
			return strings.TrimSuffix(f.Word+" "+name, " ")
		}
	}
	panic(fmt.Sprintf("litmus: no thread is ever blocked in operation %d", op))
}

// BlockedIn is the same for an operation that the statement was expanded to: a kill
// that is a throwTo is "kill b" still, while with-lock blocks in "lock l".
func (s *Stmt) BlockedIn(op model.Op, name string) string {
	if s.Form.Waits {
		op = s.Form.Op
	}
	return BlockedIn(op, name)
}
