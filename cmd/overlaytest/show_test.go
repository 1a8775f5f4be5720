package main

import (
	"encoding/hex"
	"testing"
)

func TestEventsAreShownWhereTheyDiffer(t *testing.T) {
	long := `{"id":4,"size":104,"data":"` + hexOf("the head of it is what they have in common, and it is long: ")
	for _, c := range []struct{ event, other, want string }{
		{`{"id":4,"kind":"fired"}`, "the end", `{"id":4,"kind":"fired"}`},
		{`{"id":4,"data":"` + hexOf("hello") + `"}`, "the end", `{"id":4} "hello"`},
		{`{"id":4,"data":"0001"}`, `{"id":4,"data":"0002"}`, `{"id":4} "\x00\x01"`},
		{
			long + hexOf("one, and more of it that is as it was there, to the end") + `"}`, long + hexOf("two") + `"}`,
			`{"id":4,"size":104} …"on, and it is long: one, and more of it that is as it was th"…`,
		},
	} {
		if got := shown(c.event, c.other); got != c.want {
			t.Errorf("%s is shown as\n%s, want\n%s", c.event, got, c.want)
		}
	}
}

func hexOf(text string) string { return hex.EncodeToString([]byte(text)) }
