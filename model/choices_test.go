package model

import "testing"

func TestWith(t *testing.T) {
	for _, c := range []struct{ setting, point, want string }{
		{"order=lifo", "Order", "lifo"},
		{"hand-off=take+put", "HandOff", "take put"},
		{"wake-=take", "Wake", "throwTo put lock acquire acquire-open wait wait-until join join-timeout sleep force join-shielded"},
		{"wake+=foreign", "Wake", "throwTo take put lock acquire acquire-open wait wait-until join join-timeout sleep foreign force join-shielded"},
		{"poke-=foreign-interruptible", "Poke", "none"},
		{"arm+=send+leave", "Arm", "send leave"},
		{"nest-bound=3", "NestBound", "3"},
	} {
		d, err := GHCDoc2010.With(c.setting)
		if err != nil {
			t.Errorf("%s: %v", c.setting, err)
			continue
		}
		for _, p := range ChoicePoints() {
			is, was := p.Get(d), p.Get(GHCDoc2010)
			if p.Name == c.point && is != c.want {
				t.Errorf("%s makes %s %q, want %q", c.setting, p.Name, is, c.want)
			}
			if p.Name != c.point && is != was {
				t.Errorf("%s changes %s as well", c.setting, p.Name)
			}
		}
	}
	for _, bad := range []string{"order", "order=sideways", "order+=fifo", "wake+=nothing", "wake-=nothing", "colour=red", "=", "+=", "nest-bound=-1"} {
		if d, err := GHCDoc2010.With(bad); err == nil {
			t.Errorf("%q is taken as %s", bad, d.Name)
		}
	}
}
