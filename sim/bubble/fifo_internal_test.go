package bubble

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestFifoIsASliceTakenFromInFront(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q fifo[int]
		var model []int
		most := 1
		for i := range rapid.IntRange(1, 200).Draw(t, "steps") {
			if len(model) == 0 || rapid.IntRange(0, 2).Draw(t, "push") > 0 {
				q.push(i)
				model = append(model, i)
			} else if got := q.pop(); got != model[0] {
				t.Fatalf("pop gave %d, want %d", got, model[0])
			} else {
				model = model[1:]
			}
			if most = max(most, len(model)); cap(q.items) > 4*most {
				t.Fatalf("it has room for %d, and never held more than %d", cap(q.items), most)
			}
			if q.size() != len(model) || !slices.Equal(q.items[q.head:], model) {
				t.Fatalf("it holds %v, want %v", q.items[q.head:], model)
			}
			if free := q.items[:q.head]; slices.ContainsFunc(free, func(x int) bool { return x != 0 }) {
				t.Fatalf("what was taken is still held: %v", free)
			}
		}
	})
}
