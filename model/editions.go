package model

import "fmt"

// Editions is every edition, in the order in which they are shown.
var Editions = []Dialect{
	GHCPLDI01, GHCDoc2010, GHCBase415, GHC90, GHC90OneCap, GHC90GC,
	SBCLDoc, SBCL22, ECL21, LCLDoc, LispWorksDoc, CCLDoc,
	PythonSeed2018, PythonDoc311, Python311Signal, Python311, Asyncio311,
	PthreadDoc, PthreadGlibc236, RubyDoc, Ruby31, Racket87, ErlangDoc, Erlang25, Java17, GoContext,
}

// Edition is the edition of that name.
func Edition(name string) (Dialect, error) {
	for _, d := range Editions {
		if d.Name == name {
			return d, nil
		}
	}
	return Dialect{}, fmt.Errorf("there is no edition %q", name)
}
