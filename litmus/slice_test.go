package litmus

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCatalogueIsCanonical(t *testing.T) {
	files, err := filepath.Glob("catalogue/*/*.litmus")
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	for _, f := range files {
		x, err := ReadFile(f)
		if err != nil {
			t.Error(err)
			continue
		}
		if os.Getenv("UPDATE") != "" {
			os.WriteFile(f, []byte(x.Format()), 0o666)
		}
		if src, _ := os.ReadFile(f); string(src) != x.Format() {
			t.Errorf("%s is not in canonical form, which is\n%s", f, x.Format())
		}
	}
}
