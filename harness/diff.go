package harness

import (
	"fmt"
	"strings"
)

// neighbours is how many events a difference shows before it.
const neighbours = 3

// difference plays the world's first two records against one another.
func (x *explanation) difference() string {
	one, other := x.records[0], x.records[1]
	if text := firstDifference(one, other); text != "" {
		return text
	}
	for _, later := range x.records[2:] {
		if text := firstDifference(one, later); text != "" {
			return text
		}
	}
	return fmt.Sprintf("%d runs agree event for event, %d events", len(x.records), len(one.all)+one.dropped)
}

// firstDifference names the first event in which two runs differ, with those before it; "" when there is none.
func firstDifference(one, other *recorder) string {
	n := min(len(one.all), len(other.all))
	at := 0
	for at < n && one.all[at] == other.all[at] {
		at++
	}
	if at == n && len(one.all) == len(other.all) {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "two runs differ, first in what happened as number %d:", at+1+one.dropped)
	for i := max(0, at-neighbours); i < at; i++ {
		fmt.Fprintf(&b, "\n    both       %s", one.told(i))
	}
	for i := at; i < at+2; i++ {
		fmt.Fprintf(&b, "\n    one run    %s\n    the other  %s", one.told(i), other.told(i))
	}
	return b.String()
}

// told says what happened as number i.
func (r *recorder) told(i int) string {
	if i >= len(r.all) {
		return "the end"
	}
	x := r.all[i]
	h := history{}
	return fmt.Sprintf("%s  %s", moment(x.at, x.id), h.sentence(link{happening: x, sent: x.at}, nil))
}
