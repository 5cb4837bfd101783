package linearizability

import (
	"context"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// judge validates the text of a history under an edition.
func judge(t *testing.T, edition, text string, test *litmus.Test) *Report {
	t.Helper()
	h, err := traces.ReadHistory(strings.NewReader(text), traces.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := model.Edition(edition)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Validate(context.Background(), h, d, test, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const mutualKill = `{"interject":1,"test":"free","threads":["a","b"],"observed":["send","end"]}
{"t":"a","n":0,"inv":1,"k":"send","to":"b","id":1,"sig":"exc","class":"Kill"}
{"t":"b","n":0,"inv":2,"k":"send","to":"a","id":2,"sig":"exc","class":"Kill"}
{"t":"a","n":1,"ret":4,"k":"send","of":0,"res":"received"}
{"t":"b","n":1,"at":5,"k":"end","res":"died","class":"Kill"}
{"t":"a","n":2,"at":6,"k":"end","res":"returned"}
{"over":"ended","events":5}
`

func TestMutualKill(t *testing.T) {
	test, err := litmus.Parse("mutual-kill", []byte("litmus mutual-kill \"x\"\nthread a { throwTo b Kill }\nthread b { throwTo a Kill }\nfinal a = returned\nghc@doc2010 sometimes\n"))
	if err != nil {
		t.Fatal(err)
	}
	both := strings.Replace(mutualKill, `"res":"returned"`, `"res":"died","class":"Kill"`, 1)
	for _, of := range []*litmus.Test{nil, test} {
		if r := judge(t, "ghc@doc2010", mutualKill, of); r.Verdict != Allowed {
			t.Errorf("one killed: %s after %d: %s; %q", r.Verdict, r.Explained, r.Why, r.Could)
		}
		if r := judge(t, "ghc@doc2010", both, of); r.Verdict != Forbidden || r.Explained != 4 {
			t.Errorf("both killed: %s after %d: %s; %q", r.Verdict, r.Explained, r.Why, r.Could)
		} else {
			t.Log(r.Why, r.Could)
		}
	}
}
