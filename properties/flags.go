package properties

import (
	"flag"
	"os"
)

// The flags that this package adds to a test binary. Each is in the environment, too: OVERLAYTEST_TRACE and so on, which is what printed
// commands use, because other packages' tests do not know the flags. Importing the harness alone adds no flag.
var (
	caseFlag = flag.String("overlaytest.case", "", "judge the world of this case alone: a file, or a scenario in JSON")
	_        = flag.String("overlaytest.because", "", "with a failure, list the causes of the event of this number")
	_        = mark("overlaytest.trace", "with a failure, print all that happened; =file.txt and =file.jsonl write it to a file")
	_        = flag.String("overlaytest.plot", "", "draw the world that fails, or one made by hand, into this file")
	_        = mark("overlaytest.diff", "with a failure, compare runs of its world, and name the first event that differs")
)

// mark adds a flag that may stand without a value.
func mark(name, usage string) *switched {
	s := new(switched)
	flag.Var(s, name, usage)
	return s
}

// switched is a flag that is on, or has a value.
type switched string

func (s *switched) String() string     { return string(*s) }
func (s *switched) Set(v string) error { *s = switched(v); return nil }
func (*switched) IsBoolFlag() bool     { return true }

// askedCase is the case that is asked for, "" if none.
func askedCase() string {
	if *caseFlag != "" {
		return *caseFlag
	}
	return os.Getenv(caseVariable)
}
