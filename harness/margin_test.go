package harness_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/harness"
)

func TestMarginsAreWrittenWithTheirShare(t *testing.T) {
	for want, m := range map[string]harness.Margin{
		"p: 8s of 1m0s (13 %)":                        {Promise: "p", Used: int64(8 * time.Second), Bound: int64(time.Minute)},
		"p: 3 of 4 entries (75 %)":                    {Promise: "p", Used: 3, Bound: 4, Unit: "entries"},
		"p: 0 of 0 entries (100 %)":                   {Promise: "p", Unit: "entries"},
		"p: 2562047h47m16.854775807s of 1ns (100 %)":  {Promise: "p", Used: math.MaxInt64, Bound: 1},
		"p: 1ns of 2562047h47m16.854775807s (0 %)":    {Promise: "p", Used: 1, Bound: math.MaxInt64},
		"p: 9223372036854775807 of 5 entries (100 %)": {Promise: "p", Used: math.MaxInt64, Bound: 5, Unit: "entries"},
	} {
		same(t, "margin", m.String(), want)
	}
}

func TestWiderComparesShares(t *testing.T) {
	half, third := harness.Margin{Used: 1, Bound: 2}, harness.Margin{Used: 2, Bound: 6}
	same(t, "half wider than a third", half.Wider(third), true)
	same(t, "a third wider than half", third.Wider(half), false)
	same(t, "half wider than half", half.Wider(half), false)
	same(t, "two fourths wider than half", harness.Margin{Used: 2, Bound: 4}.Wider(half), true)
	same(t, "all of much wider", harness.Margin{Used: math.MaxInt64, Bound: math.MaxInt64}.Wider(half), true)
}

func TestMarginsKeepTheWidest(t *testing.T) {
	w, c := counting(t)
	w.Eventually(c.count).Within(10*time.Second).Should(equals{2}, "it counts")
	w.Eventually(c.count).Within(10*time.Second).Should(equals{7}, "it counts")
	w.Eventually(c.count).Within(10*time.Second).Should(equals{8}, "it counts")
	w.Used(harness.Margin{Promise: "shelves", Used: 2, Bound: 5, Unit: "books"})
	w.Used(harness.Margin{Promise: "shelves", Used: 1, Bound: 5, Unit: "books"})
	same(t, "margins", fmt.Sprint(w.Margins()), "[Eventually it counts: 5s of 10s (50 %) shelves: 2 of 5 books (40 %)]")
}
