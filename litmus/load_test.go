package litmus

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestNoTwins checks that no program stands in the catalogue twice.
func TestNoTwins(t *testing.T) {
	tests := All()
	hashes := map[string]string{}
	for i, x := range tests {
		if i > 0 && tests[i-1].Path() >= x.Path() {
			t.Errorf("%s stands behind %s", x.Path(), tests[i-1].Path())
		}
		if twin := hashes[x.Hash()]; twin != "" {
			t.Errorf("%s is the same program as %s", x.Path(), twin)
		}
		hashes[x.Hash()] = x.Path()
	}
	if len(tests) == 0 {
		t.Error("the catalogue is empty")
	}
}

func TestLoad(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	good := fstest.MapFS{"fam/b.litmus": file("litmus b\nthread a { }"), "a.litmus": file("litmus a\nthread a { }"), "fam/b.golden": file("x")}
	tests, err := Load(good)
	if err != nil || len(tests) != 2 || tests[0].Path() != "a" || tests[1].Path() != "fam/b" {
		t.Errorf("found %v, %v", tests, err)
	}
	bad := fstest.MapFS{"x.litmus": file("litmus y\nthread a { }"), "z.litmus": file("thread"), "good.litmus": file("litmus good\nthread a { }")}
	_, err = Load(bad)
	want := "x.litmus:1:8: the test y stands in a file named x.litmus\nz.litmus:1:1: found \"thread\""
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("found %v, expected %s", err, want)
	}
}
