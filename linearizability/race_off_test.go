//go:build !race

package linearizability

const raced = false
