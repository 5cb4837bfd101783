package litmus

import (
	"fmt"
	"strings"
)

// DidYouMean ends a message with the nearest of the known words, if one is near:
// within a third of its length, letter case aside.
func DidYouMean(found string, known []string) string {
	best, least := "", len(found)/3+2
	for _, k := range known {
		if d := distance(strings.ToLower(found), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	if best == "" || best == found {
		return ""
	}
	return fmt.Sprintf("; did you mean `%s`?", best)
}

// distance is the number of letters to insert, delete, replace or swap with their
// neighbour that makes b of a (optimal string alignment).
func distance(a, b string) int {
	if len(a) > 40 || len(b) > 40 {
		return 40 // nobody mistypes that much
	}
	var d [41][41]int
	for i := range len(a) + 1 {
		d[i][0] = i
	}
	for j := range len(b) + 1 {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
