//go:build !unix

package impl

import "time"

var begun = time.Now()

// cpuTime is an upper bound for one processor, where the system does not tell.
func cpuTime() time.Duration { return time.Since(begun) }
