//go:build !race

package reduce_test

const raced = false
