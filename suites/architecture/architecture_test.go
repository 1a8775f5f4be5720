package architecture

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestArchitecture(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Architecture")
}

// project is the whole module, loaded once; the specs only read it.
var project *tree

var _ = BeforeSuite(func() {
	var err error
	project, err = load("../..", plantedImports())
	Expect(err).NotTo(HaveOccurred())
})

var _ = Describe("the project", func() {
	It("was found", func() {
		Expect(project.packages).NotTo(BeEmpty())
	})
	It("type-checks", func() {
		expectNone(project.broken)
	})
	for _, r := range packageRules {
		It(r.name+": "+r.demands, func() {
			var sins []sin
			for _, p := range project.packages {
				sins = append(sins, r.check(p)...)
			}
			expectNone(sins)
		})
	}
	for _, r := range fileRules {
		It(r.name+": "+r.demands, func() {
			expectNone(r.check(os.DirFS("../..")))
		})
	}
})

var _ = Describe("a planted sin", func() {
	for i, p := range plants {
		It(fmt.Sprintf("against %q is reported where it is (plant %d)", p.rule, i+1), func() {
			planted, want := p.grow(project.foreign)
			Expect(lines(ruleOfPackages(p.rule).check(planted))).To(Equal(want))
		})
	}
	for i, p := range plantedFiles {
		It(fmt.Sprintf("against %q is reported where it is (files %d)", p.rule, i+1), func() {
			Expect(lines(ruleOfFiles(p.rule).check(p.files))).To(Equal(p.want))
		})
	}
	It("and a near miss exist for every rule", func() {
		Expect(plantedRules()).To(ConsistOf(ruleNames()))
	})
})

// expectNone fails with one line "file:line: what" for each sin.
func expectNone(sins []sin) {
	GinkgoHelper()
	if len(sins) == 0 {
		return
	}
	var found []string
	for _, s := range sorted(sins) {
		found = append(found, s.String())
	}
	found = slices.Compact(found)
	Fail(fmt.Sprintf("%d found:\n%s", len(found), strings.Join(found, "\n")))
}

// lines are the places of the sins, "file:line", in order and each once.
func lines(sins []sin) []string {
	var out []string
	for _, s := range sorted(sins) {
		out = append(out, fmt.Sprintf("%s:%d", s.at.Filename, s.at.Line))
	}
	return slices.Compact(out)
}

func ruleNames() []string {
	var names []string
	for _, r := range packageRules {
		names = append(names, r.name)
	}
	for _, r := range fileRules {
		names = append(names, r.name)
	}
	return names
}

func ruleOfPackages(name string) packageRule {
	i := slices.IndexFunc(packageRules, func(r packageRule) bool { return r.name == name })
	Expect(i).NotTo(Equal(-1), "no rule of packages is called %q", name)
	return packageRules[i]
}

func ruleOfFiles(name string) fileRule {
	i := slices.IndexFunc(fileRules, func(r fileRule) bool { return r.name == name })
	Expect(i).NotTo(Equal(-1), "no rule of files is called %q", name)
	return fileRules[i]
}
