//go:build !faults

package impl

func fault(Fault) bool { return false }
