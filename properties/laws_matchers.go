package properties

import (
	"fmt"
	"strings"

	"github.com/overlaytest/overlaytest/harness"
)

// mostShown is how many lines of a diagnosis a failure shows.
const mostShown = 8

// lines writes out the beginning of a list.
func lines[T any](list []T) string {
	var b strings.Builder
	for i, one := range list {
		if i == mostShown {
			fmt.Fprintf(&b, "\n    and %d more", len(list)-mostShown)
			break
		}
		fmt.Fprintf(&b, "\n    %v", one)
	}
	return b.String()
}

// negated is what the matchers here say when they are used with ShouldNot, which nobody does.
const negated = "it was so"

// nothing is matched by an empty list.
type nothing struct{}

func (nothing) Match(actual any) (bool, error) { return len(actual.([]string)) == 0, nil }
func (nothing) FailureMessage(actual any) string {
	return "there were still" + lines(actual.([]string))
}
func (nothing) NegatedFailureMessage(actual any) string { return negated }

// oneIsland is matched by islands that are one, or none.
type oneIsland struct{}

func (oneIsland) Match(actual any) (bool, error) { return len(actual.([][]string)) < 2, nil }
func (oneIsland) FailureMessage(actual any) string {
	islands := actual.([][]string)
	return fmt.Sprintf("there were %d islands", len(islands)) + lines(islands)
}
func (oneIsland) NegatedFailureMessage(actual any) string { return negated }

// camps writes out who has which value, those of one value together, in the order of the members; nothing when all have the same.
func camps[O any, T comparable](members []*harness.Member[O], value func(O) T) []string {
	var values []T
	who := map[T][]string{}
	for _, m := range members {
		if m.Ready() {
			v := value(m.Overlay)
			if who[v] == nil {
				values = append(values, v)
			}
			who[v] = append(who[v], m.Name())
		}
	}
	if len(values) < 2 {
		return []string{}
	}
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = fmt.Sprintf("%v: %s", v, strings.Join(who[v], " "))
	}
	return list
}

// allHeard is matched by no letters. It sums up the mail when there are some.
type allHeard struct{ mail *harness.Mail }

func (allHeard) Match(actual any) (bool, error) { return len(actual.([]harness.Letter)) == 0, nil }
func (a allHeard) FailureMessage(actual any) string {
	return "there were still" + lines(actual.([]harness.Letter)) + "\nin all: " + a.mail.String()
}
func (allHeard) NegatedFailureMessage(actual any) string { return negated }
