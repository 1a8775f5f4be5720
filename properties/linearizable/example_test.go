package linearizable_test

import (
	"fmt"
	"time"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/properties/linearizable"
)

type Store = overlays.Store

// A store that says that a value is kept before it is safe on disk.
func ExampleRegisters() {
	law := properties.Law[*Store]{
		Name: "the store is linearizable",
		Space: properties.Scenarios(properties.Nodes(1, 5), properties.Topology(harness.Choice{Name: "complete"}),
			properties.Ops("write", 5), properties.Ops("read", 10), properties.Faulty(properties.Usual)),
		Boot:  overlays.ABD{Bug: overlays.AcksUnsynced}.Boot,
		Judge: properties.Judge(linearizable.Registers((*Store).Write, (*Store).Read, 1, time.Minute)),
	}
	found := law.Search(properties.Sweep{Worlds: 1000})
	fmt.Printf("%s: %s\n", found.Verdict(), found.Breach.Promise())
	// Output: fail: the promise "reads and writes are linearizable" was broken
}
