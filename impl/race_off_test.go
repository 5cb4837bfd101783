//go:build !race

package impl_test

const effort = 1
