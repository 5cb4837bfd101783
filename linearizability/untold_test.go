package linearizability

import "github.com/interject/interject/litmus"

func isUntold(t *litmus.Test) bool {
	_, ok := Untold(t)
	return ok
}
