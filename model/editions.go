package model

import "fmt"

// Editions is every edition, in the order in which they are shown.
var Editions = []Dialect{GHCDoc2010, GHC90OneCap, SBCLDoc, SBCL22}

// Edition is the edition of that name.
func Edition(name string) (Dialect, error) {
	for _, d := range Editions {
		if d.Name == name {
			return d, nil
		}
	}
	return Dialect{}, fmt.Errorf("there is no edition %q", name)
}
