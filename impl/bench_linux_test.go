package impl

import (
	"runtime"
	"syscall"
	"unsafe"
)

// pin keeps the calling goroutine on one processor, until the function that it returns is
// called.
func pin(cpu uint) func() {
	runtime.LockOSThread()
	set := func(mask uint64) {
		_, _, _ = syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(mask), uintptr(unsafe.Pointer(&mask)))
	}
	set(1 << cpu)
	return func() {
		set(^uint64(0))
		runtime.UnlockOSThread()
	}
}
