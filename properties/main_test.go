package properties

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// By day the same random programs are tried in every run, so that one that fails fails
// because of a change; by night new ones. What -rapid.seed says goes before either.
func TestMain(m *testing.M) {
	flag.Parse()
	seed := flag.Lookup("rapid.seed").Value
	if !nightly && seed.String() == "0" {
		if err := seed.Set("1"); err != nil {
			panic(err)
		}
	}
	if seed.String() == "0" {
		fmt.Println("random programs: new ones; the seed is told of what fails")
	} else {
		fmt.Println("random programs: -rapid.seed", seed)
	}
	os.Exit(m.Run())
}
