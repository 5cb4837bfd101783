package properties

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/interject/interject/model"
)

// Standing is where a thread stands in a configuration.
type Standing struct {
	Status    string   // running, blocked, …
	Line      int      // of the statement that is next, or in which it is blocked; 0 at the end of a block
	Unwinding bool     // raising, throwing, or unwinding to its end
	Level     string   // open, masked, closed; empty once the thread has ended
	Frames    []string // the kinds, the top last
}

// standingAt reads what the model says of a thread to people: it says the same to
// nobody else.
func standingAt(m *model.Machine, t model.Thread, s model.Store) Standing {
	text := m.Text(t, s)
	parts := standingText.FindStringSubmatch(text)
	if parts == nil {
		panic(fmt.Sprintf("properties: the model tells of a thread in a way that is not understood here: %q", text))
	}
	at := Standing{Status: parts[1], Unwinding: strings.Contains(parts[2], "ing"), Level: parts[4]}
	at.Line, _ = strconv.Atoi(parts[3])
	frames, _, _ := strings.Cut(parts[5], " <")
	at.Frames = strings.Fields(frames)
	return at
}

// Of t: blocked, line 3, masked scope cleaning <X of b
var standingText = regexp.MustCompile(`^[\w-]+: (\w+)(?:(, (?:raising|throwing|unwinding)[^,]*)?(?:, line (\d+))?, (open|masked|closed)((?: [a-z]+)*(?: <.*)?))?$`)

// In says that one of the thread's frames is of the kind.
func (s Standing) In(kind model.FrameKind) bool { return slices.Contains(s.Frames, kind.String()) }
