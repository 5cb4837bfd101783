package explore

import "unsafe"

const (
	chunkBits = 12
	chunkSize = 1 << chunkBits
)

// history is the log of the search: the keys of all states in order of discovery.
// It is kept in chunks, so that growing it copies nothing.
type history[K words] struct {
	chunks [][]K
	n      int
}

func (h *history[K]) at(i int) *K { return &h.chunks[i>>chunkBits][i&(chunkSize-1)] }

// slice is the keys from one state to before another, both within one block.
func (h *history[K]) slice(from, to int) []K {
	return h.chunks[from>>chunkBits][from&(chunkSize-1):][:to-from]
}

func (h *history[K]) append(k K) {
	if h.n&(chunkSize-1) == 0 {
		h.chunks = append(h.chunks, make([]K, chunkSize))
	}
	h.chunks[h.n>>chunkBits][h.n&(chunkSize-1)] = k
	h.n++
}

func (h *history[K]) bytes() int64 {
	var k K
	return int64(len(h.chunks)) * int64(unsafe.Sizeof(k)) * chunkSize
}
