package linearizability

import (
	"runtime"
	"sync"
)

// each judges the parts of a history, as many at once as there are processors, and
// answers in their order; the error is that of the first part that has one.
func each[R any](parts []Part, judge func(Part) (R, error)) ([]R, error) {
	results, errs := make([]R, len(parts)), make([]error, len(parts))
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i := range parts {
		all.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			defer recoverInput(&errs[i])
			results[i], errs[i] = judge(parts[i])
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return results, nil
}
