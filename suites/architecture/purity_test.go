package architecture

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
)

func goStatements(p *pkg) []sin {
	return nodes(p, func(n ast.Node) string {
		if _, ok := n.(*ast.GoStmt); ok {
			return "a go statement: schedule an event instead"
		}
		return ""
	})
}

// channels reports channel types, what is done to channels, and expressions that are channels
// though no channel type is written there.
func channels(p *pkg) []sin {
	return nodes(p, func(n ast.Node) string {
		switch n := n.(type) {
		case *ast.ChanType:
			return "a channel type"
		case *ast.SelectStmt:
			return "a select statement"
		case *ast.SendStmt:
			return "a send on a channel"
		case ast.Expr:
			if t := p.info.TypeOf(n); t != nil && isChannel(t) {
				return fmt.Sprintf("a channel (%s)", t)
			}
		}
		return ""
	})
}

func isChannel(t types.Type) bool {
	_, ok := t.Underlying().(*types.Chan)
	return ok
}

// impure are packages no pure package may import, each with the reason.
var impure = map[string]string{
	"sync":         "one goroutine needs no lock",
	"sync/atomic":  "one goroutine needs no atomic",
	"crypto/rand":  "randomness is a stream of the world",
	"hash/maphash": "its seeds differ from process to process",
	"log":          "it stamps wall time; log through the node",
	"os":           "files and environment belong to the caller: take an fs.FS, an io.Reader or bytes",
	"os/exec":      "a world starts no process",
	"os/signal":    "a world hears no signal",
	"net":          "a world has its own network (net/netip is pure)",
	"net/http":     "a world has its own network",
	"syscall":      "a world knows no operating system",
	"C":            "cgo is neither portable nor repeatable",
}

func impureImports(p *pkg) []sin {
	var sins []sin
	for _, f := range p.code {
		for _, spec := range f.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if why := impure[path]; err == nil && why != "" {
				sins = append(sins, p.sin(spec.Pos(), "imports %s: %s", path, why))
			}
		}
	}
	return sins
}

const (
	wall     = "the wall clock: ask the world or the node"
	place    = "depends on the machine's time zone: use UTC"
	chance   = "global randomness: draw from a named stream"
	signing  = "ignores the reader it is given: derive keys and nonces from a stream's bytes"
	ambient  = "the process's logger: log through the node"
	printing = "standard output is the program's: take an io.Writer"
	process  = "the process's state is not the world's"
)

// forbidden are functions, methods and variables by their full name, each with the reason.
var forbidden = map[string]string{
	"time.Now": wall, "time.Since": wall, "time.Until": wall, "time.Sleep": wall, "time.After": wall,
	"time.AfterFunc": wall, "time.Tick": wall, "time.NewTimer": wall, "time.NewTicker": wall,
	"context.WithTimeout": wall, "context.WithDeadline": wall,
	"context.WithTimeoutCause": wall, "context.WithDeadlineCause": wall,
	"time.Local": place, "time.LoadLocation": place, "(time.Time).Local": place,
	"crypto/ed25519.GenerateKey": signing, "crypto/ecdsa.GenerateKey": signing, "crypto/rsa.GenerateKey": signing,
	"crypto/ecdsa.Sign": signing, "crypto/ecdsa.SignASN1": signing, "(crypto/ecdh.Curve).GenerateKey": signing,
	"log/slog.Default": ambient, "log/slog.SetDefault": ambient, "log/slog.Debug": ambient, "log/slog.Info": ambient,
	"log/slog.Warn": ambient, "log/slog.Error": ambient, "log/slog.Log": ambient, "log/slog.LogAttrs": ambient,
	"fmt.Print": printing, "fmt.Println": printing, "fmt.Printf": printing,
	"runtime.SetFinalizer": process, "runtime.AddCleanup": process, "runtime.Gosched": process, "runtime.NumCPU": process,
	"runtime.GOMAXPROCS": process, "runtime.NumGoroutine": process, "runtime.ReadMemStats": process,
}

// seeded are the functions of math/rand and math/rand/v2 that use what they are given.
var seeded = []string{"New", "NewPCG", "NewChaCha8", "NewSource", "NewZipf"}

func impureCalls(p *pkg) []sin {
	return uses(p, func(obj types.Object) string {
		if why := forbidden[fullName(obj)]; why != "" {
			return fmt.Sprintf("%s: %s", fullName(obj), why)
		}
		if isFunctionOf(obj, "math/rand", "math/rand/v2") && !slices.Contains(seeded, obj.Name()) {
			return fmt.Sprintf("%s: %s", fullName(obj), chance)
		}
		return ""
	})
}

// fullName is "time.Now", "(time.Time).Local", "time.Local"; "" for what has no package.
func fullName(obj types.Object) string {
	switch obj := obj.(type) {
	case *types.Func:
		return obj.FullName()
	case *types.Var:
		if isPackageVar(obj) {
			return obj.Pkg().Path() + "." + obj.Name()
		}
	}
	return ""
}

// isFunctionOf tells whether obj is a function, not a method, of one of the packages.
func isFunctionOf(obj types.Object, packages ...string) bool {
	f, ok := obj.(*types.Func)
	return ok && f.Pkg() != nil && f.Signature().Recv() == nil && slices.Contains(packages, f.Pkg().Path())
}

func initFunctions(p *pkg) []sin {
	return nodes(p, func(n ast.Node) string {
		if d, ok := n.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "init" {
			return "an init function: compute in the declaration's initialiser"
		}
		return ""
	})
}

// coroutines allows iter.Pull and recover in one file of sim: the first that pulls.
func coroutines(p *pkg) []sin {
	home := ""
	if i := slices.IndexFunc(p.code, func(f *ast.File) bool { return pulls(p, f) }); i >= 0 && p.path == "sim" {
		home = p.at(p.code[i].Package).Filename
	}
	return nodes(p, func(n ast.Node) string {
		id, ok := n.(*ast.Ident)
		if !ok || !unwinds(p.info.Uses[id]) || p.at(id.Pos()).Filename == home {
			return ""
		}
		return id.Name + " outside the one file of sim that holds coroutines"
	})
}

func pulls(p *pkg, f *ast.File) bool {
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && isFunctionOf(p.info.Uses[id], "iter")
		return !found
	})
	return found
}

// unwinds tells whether obj is iter.Pull, iter.Pull2 or recover.
func unwinds(obj types.Object) bool {
	_, builtin := obj.(*types.Builtin)
	return isFunctionOf(obj, "iter") || builtin && obj.Name() == "recover"
}

// exact are the functions of math that give the same bits on every processor.
var exact = []string{"Abs", "Ceil", "Copysign", "Dim", "Float32bits", "Float32frombits", "Float64bits", "Float64frombits",
	"Floor", "Frexp", "Inf", "IsInf", "IsNaN", "Ldexp", "Max", "Min", "Modf", "NaN", "Round", "RoundToEven", "Signbit",
	"Sqrt", "Trunc", "FMA"}

// uneven are methods of random streams whose values differ between processors.
var uneven = []string{"NormFloat64", "ExpFloat64", "NewZipf"}

// floats reports functions computed differently from processor to processor, and a product that is
// added at once, which some processors fuse into one rounding.
func floats(p *pkg) []sin {
	sins := uses(p, func(obj types.Object) string {
		if isFunctionOf(obj, "math") && !slices.Contains(exact, obj.Name()) || isFunctionOf(obj, "math/cmplx") {
			return fullName(obj) + " differs between processors: use an integer table"
		}
		f, ok := obj.(*types.Func)
		if ok && f.Pkg() != nil && within(f.Pkg().Path(), "math/rand") && slices.Contains(uneven, f.Name()) {
			return fullName(obj) + " differs between processors: use an integer table"
		}
		return ""
	})
	return append(sins, nodes(p, func(n ast.Node) string {
		if fuses(p, n) {
			return "a product added at once is fused on some processors: write float64(a*b)"
		}
		return ""
	})...)
}

func fuses(p *pkg, n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		return (n.Op == token.ADD || n.Op == token.SUB) && (isFloatProduct(p, n.X) || isFloatProduct(p, n.Y))
	case *ast.AssignStmt:
		return (n.Tok == token.ADD_ASSIGN || n.Tok == token.SUB_ASSIGN) && isFloatProduct(p, n.Rhs[0])
	}
	return false
}

func isFloatProduct(p *pkg, e ast.Expr) bool {
	b, ok := ast.Unparen(e).(*ast.BinaryExpr)
	if !ok || b.Op != token.MUL || p.info.Types[b].Value != nil {
		return false
	}
	basic, ok := p.info.TypeOf(b).Underlying().(*types.Basic)
	return ok && basic.Info()&(types.IsFloat|types.IsComplex) != 0
}
