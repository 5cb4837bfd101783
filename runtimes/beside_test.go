package runtimes

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// What several workers do at once is answered in order, however long each takes; and they
// do work at once.
func TestBesideKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		do := func(_ context.Context, w, i int) (int, error) {
			time.Sleep(time.Duration(10-i) * time.Second)
			return i * i, nil
		}
		var got, begun []int
		for r, err := range Beside(t.Context(), []int{0, 1, 2}, 9, do, func(i, done int) { begun = append(begun, i) }) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, r)
		}
		if want := []int{0, 1, 4, 9, 16, 25, 36, 49, 64}; !slices.Equal(got, want) {
			t.Errorf("answered %v, want %v", got, want)
		}
		if slices.Sort(begun); !slices.Equal(begun, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}) {
			t.Errorf("begun: %v", begun)
		}
		if took := time.Since(began); took > 20*time.Second { // one after the other they take 54 s
			t.Errorf("took %v: they do not work side by side", took)
		}
	})
}

// What is before a task that fails is answered, what is behind it is not; and when nobody
// listens any more, or the context ends, all that goes on is ended.
func TestBesideEnds(t *testing.T) {
	failure := errors.New("no")
	for name, c := range map[string]struct {
		fails, listens, interrupted int // the task that fails, the one behind which nobody listens, and that in which it is interrupted
		want                        []int
		err                         error
	}{
		"all":                {9, 9, 9, []int{0, 1, 2, 3, 4, 5}, nil},
		"one fails":          {3, 9, 9, []int{0, 1, 2, 3}, failure},
		"nobody listens":     {9, 1, 9, []int{0, 1}, nil},
		"it is interrupted":  {9, 9, 3, []int{0, 1, 2, 3}, context.Canceled},
		"it was interrupted": {9, 9, -1, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				if c.interrupted < 0 {
					cancel()
				}
				do := func(ctx context.Context, w, i int) (int, error) {
					if i == c.fails {
						return i, failure
					}
					if i == c.interrupted {
						cancel()
					}
					for range i {
						time.Sleep(time.Second)
					}
					if i > 3 && c.want != nil && len(c.want) < 6 {
						<-ctx.Done() // would hang for ever
					}
					return i, ctx.Err()
				}
				var got []int
				var last error
				for r, err := range Beside(ctx, []int{0, 1}, 6, do, nil) {
					got, last = append(got, r), err
					if r == c.listens || err != nil && r == 3 {
						break
					}
				}
				if c.interrupted == 3 {
					got = slices.DeleteFunc(got, func(i int) bool { return i > 3 })
				}
				if !slices.Equal(got, c.want) || !errors.Is(last, c.err) {
					t.Errorf("answered %v, %v, want %v, %v", got, last, c.want, c.err)
				}
				cancel()
			})
		})
	}
}
