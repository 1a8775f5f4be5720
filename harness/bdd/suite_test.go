package bdd_test

import (
	"testing"

	"github.com/overlaytest/overlaytest/harness/bdd"
)

func TestSpecs(t *testing.T) { bdd.RunSpecs(t, "Greeters") }
