//go:build !linux

package impl

import "runtime"

// pin only keeps the calling goroutine on its thread here.
func pin(uint) func() {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
