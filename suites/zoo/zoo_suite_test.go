// Package zoo_test holds the behaviour of the reference overlays, and measures how fast the bugs planted in them are found and how small
// the stories become: "make zoo" prints the table and extends history.tsv.
package zoo_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestZoo(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Zoo")
}
