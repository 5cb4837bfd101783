//go:build !race

package sched

const effort = 1
