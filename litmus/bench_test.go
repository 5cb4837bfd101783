package litmus

import "testing"

func BenchmarkParse(b *testing.B) {
	src := []byte(canonical)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := Parse("file", src); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEval(b *testing.B) {
	o, err := ParseOutcome(everyEnd)
	if err != nil {
		b.Fatal(err)
	}
	c := AnyOf(&Cond{Op: Is, Name: "a", What: []string{"returned"}}, &Cond{Op: Logs, Name: "a", What: []string{"..", "w2=3"}})
	for b.Loop() {
		if !c.Eval(o) {
			b.Fatal("the condition does not hold")
		}
	}
}
