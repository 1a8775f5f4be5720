package wire

import (
	"net/netip"
	"reflect"
	"slices"
)

// An op is what a step does with its field.
type op uint8

const (
	opBool     op = iota
	opNumber      // an integer of any kind in size bytes
	opFloat       // in size bytes
	opArray       // [size]byte
	opPadded      // []byte or string in exactly size bytes
	opBits        // several fields in one byte
	opIPv4        // netip.AddrPort
	opIP          // netip.AddrPort
	opAddress     // Address
	opRaw         // all that is left
	opVarlen      // count of units, then bytes
	opBlobs       // count, then each as varlenH
	opItems       // arrayH
	opInline      // the fields of a struct
	opPayload     // a struct behind its length
	opPayloads    // count, then each as opPayload
	opCustom      // whatever the type does
)

// A step writes and reads one field, or with opBits several.
type step struct {
	op     op
	signed bool // opNumber: the format is
	text   bool // opVarlen: must be UTF-8
	exact  bool // opPadded: no padding
	index  int  // of the field
	size   int  // bytes: see op; of an item
	count  int  // opVarlen: bytes of the length
	unit   int  // opVarlen: bytes one of the length stands for
	least  int  // bytes the shortest encoding takes
	name   string
	bits   []bitField
	sub    *Plan
}

// A bitField is one of the fields in a byte.
type bitField struct {
	index int
	name  string // empty: reserved
	kind  reflect.Kind
	shift int // of its lowest bit
	width int // bits
}

var (
	addrPortType = reflect.TypeFor[netip.AddrPort]()
	addressType  = reflect.TypeFor[Address]()
	customType   = reflect.TypeFor[Custom]()
)

// A compiler knows the structs it is inside of: one that holds itself has no end.
type compiler struct {
	inside []reflect.Type
}

// plan compiles t. Formats, when given, are those of a composite: one for each field.
func (c *compiler) plan(t reflect.Type, formats []string) (*Plan, *fault) {
	switch {
	case t == nil || t.Kind() != reflect.Struct:
		return nil, unfit("want a struct, have %v", t)
	case slices.Contains(c.inside, t):
		return nil, unfit("%v holds itself", t)
	case formats != nil && len(formats) != t.NumField():
		return nil, unfit("%d fields for %d formats", t.NumField(), len(formats))
	}
	c.inside = append(c.inside, t)
	defer func() { c.inside = c.inside[:len(c.inside)-1] }()
	p := &Plan{name: nameOf(t), typ: t}
	for i := 0; i < t.NumField(); {
		n, flt := c.next(p, i, formats)
		if flt != nil {
			return nil, flt
		}
		i += n
	}
	return p, nil
}

// next adds the step that begins with field i of p's struct and tells how many fields it takes.
func (c *compiler) next(p *Plan, i int, formats []string) (int, *fault) {
	f := p.typ.Field(i)
	format, given := f.Tag.Lookup("wire")
	if formats != nil {
		if given {
			return 0, unfit("the composite gives the format").in(f.Name)
		}
		format = formats[i]
	}
	s, n, flt := step{}, 1, (*fault)(nil)
	switch width := bitWidth(f.Type, format); {
	case p.open:
		flt = unfit("after a field that takes all that is left")
	case width > 0:
		s, n, flt = bitsStep(p.typ, i)
	case !f.IsExported():
		flt = unfit("field is not exported")
	case format == "" && f.Anonymous && f.Type.Kind() == reflect.Struct && !isCustom(f.Type):
		s, flt = c.field(f.Type, "inline")
	default:
		s, flt = c.field(f.Type, format)
	}
	if flt != nil {
		return 0, flt.in(f.Name)
	}
	s.index, s.name = i, f.Name
	p.steps = append(p.steps, s)
	p.least += s.least
	p.open = s.op == opRaw || s.op == opInline && s.sub.open
	return n, nil
}

// bitsStep packs the fields from i on into one byte.
func bitsStep(t reflect.Type, i int) (step, int, *fault) {
	s := step{op: opBits, least: 1}
	free := 8
	for n := i; free > 0; n++ {
		if n == t.NumField() {
			return s, 0, unfit("bits end inside a byte, %d missing", free)
		}
		f := t.Field(n)
		width := bitWidth(f.Type, f.Tag.Get("wire"))
		if width == 0 || width > free {
			return s, 0, unfit("bits do not fill the byte: %d left before %s", free, f.Name)
		}
		free -= width
		b := bitField{index: n, name: f.Name, kind: f.Type.Kind(), shift: free, width: width}
		if f.Name == "_" {
			b.name = ""
		} else if !f.IsExported() {
			return s, 0, unfit("field %s is not exported", f.Name)
		}
		s.bits = append(s.bits, b)
	}
	return s, len(s.bits), nil
}

// bitWidth is how many bits of a byte a field takes, 0 when it is none of bits.
func bitWidth(t reflect.Type, format string) int {
	unsigned := t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64
	switch {
	case format == "bits" && t.Kind() == reflect.Bool:
		return 1
	case format == "bits" && t.Kind() == reflect.Array && t.Elem().Kind() == reflect.Bool:
		return t.Len()
	case len(format) == 6 && format[:5] == "bits:" && format[5] >= '1' && format[5] <= '8' && unsigned:
		return int(format[5] - '0')
	}
	return 0
}

func isCustom(t reflect.Type) bool { return reflect.PointerTo(t).Implements(customType) }

// nameOf is how errors call t.
func nameOf(t reflect.Type) string {
	if t == nil || t.Name() == "" {
		return "struct"
	}
	return t.Name()
}
