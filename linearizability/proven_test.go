package linearizability

import "github.com/interject/interject/model"

// proven are the editions for which the judges have been held against each other
// and against the enumeration of all views. docs/traces.md says what that means
// for the others.
var proven = []model.Dialect{model.GHCDoc2010, model.GHC90OneCap, model.SBCLDoc, model.SBCL22}
