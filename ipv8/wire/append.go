package wire

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"unicode/utf8"
)

// append writes the struct v, which need not be addressable.
func (p *Plan) append(dst []byte, v reflect.Value) ([]byte, *fault) {
	for i := range p.steps {
		s := &p.steps[i]
		var flt *fault
		if s.op == opBits {
			dst, flt = s.appendBits(dst, v)
		} else if dst, flt = s.append(dst, v.Field(s.index)); flt != nil {
			flt = flt.in(s.name)
		}
		if flt != nil {
			return dst, flt
		}
	}
	return dst, nil
}

func (s *step) append(dst []byte, f reflect.Value) ([]byte, *fault) {
	switch s.op {
	case opIPv4:
		return appendIPv4(dst, read[netip.AddrPort](f))
	case opIP:
		return appendIP(dst, read[netip.AddrPort](f))
	case opAddress:
		return appendAddress(dst, read[Address](f))
	case opNumber:
		return s.appendNumber(dst, f)
	case opBool:
		return append(dst, bit(f.Bool())), nil
	case opFloat:
		return s.appendFloat(dst, f.Float())
	case opArray:
		return appendArray(dst, f), nil
	case opRaw:
		return appendBytes(dst, f), nil
	case opPadded:
		return s.appendPadded(dst, f)
	case opVarlen:
		return s.appendVarlen(dst, f)
	case opBlobs:
		return appendBlobs(dst, f)
	case opItems:
		return s.appendItems(dst, f)
	case opInline:
		return s.sub.append(dst, f)
	case opPayload:
		out, flt := s.sub.append(append(dst, 0, 0), f)
		return closePayload(out, len(dst), flt)
	case opPayloads:
		return s.appendPayloads(dst, f)
	}
	return s.appendCustom(dst, f)
}

// read is the value of f, whose type the compiler has checked.
func read[T any](f reflect.Value) T {
	value, _ := reflect.TypeAssert[T](f)
	return value
}

func appendArray(dst []byte, f reflect.Value) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, f.Len())...)
	reflect.Copy(reflect.ValueOf(dst[at:]), f)
	return dst
}

// appendCustom works on a copy, for the method is the pointer's.
func (s *step) appendCustom(dst []byte, f reflect.Value) ([]byte, *fault) {
	c := reflect.New(f.Type())
	c.Elem().Set(f)
	out, err := c.Interface().(Custom).AppendWire(dst)
	if err != nil {
		return dst, &fault{kind: err}
	}
	return out, nil
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func (s *step) appendBits(dst []byte, v reflect.Value) ([]byte, *fault) {
	var all uint64
	for i := range s.bits {
		b := &s.bits[i]
		if b.name == "" {
			continue
		}
		f := v.Field(b.index)
		switch b.kind {
		case reflect.Bool:
			all |= uint64(bit(f.Bool())) << b.shift
		case reflect.Array:
			for j := range b.width {
				all |= uint64(bit(f.Index(j).Bool())) << (b.shift + b.width - 1 - j)
			}
		default:
			if f.Uint() >= 1<<b.width {
				return dst, outside("%d, at most %d", f.Uint(), 1<<b.width-1).in(b.name)
			}
			all |= f.Uint() << b.shift
		}
	}
	return append(dst, byte(all)), nil
}

func (s *step) appendNumber(dst []byte, f reflect.Value) ([]byte, *fault) {
	low, high := s.limits()
	var n uint64
	if f.CanUint() {
		if n = f.Uint(); n > high {
			return dst, outside("%d, at most %d", n, high)
		}
	} else {
		i := f.Int()
		if n = uint64(i); i < low || i > 0 && n > high {
			return dst, outside("%d, not in %d..%d", i, low, high)
		}
	}
	switch s.size {
	case 1:
		return append(dst, byte(n)), nil
	case 2:
		return binary.BigEndian.AppendUint16(dst, uint16(n)), nil
	case 4:
		return binary.BigEndian.AppendUint32(dst, uint32(n)), nil
	}
	return binary.BigEndian.AppendUint64(dst, n), nil
}

// limits are the smallest and largest number of the format.
func (s *step) limits() (low int64, high uint64) {
	all := uint64(math.MaxUint64) >> (64 - 8*s.size)
	if !s.signed {
		return 0, all
	}
	return -int64(all>>1) - 1, all >> 1
}

func (s *step) appendFloat(dst []byte, x float64) ([]byte, *fault) {
	if s.size == 8 {
		return binary.BigEndian.AppendUint64(dst, math.Float64bits(x)), nil
	}
	y := float32(x)
	if math.IsInf(float64(y), 0) && !math.IsInf(x, 0) {
		return dst, outside("%g, at most %g", x, math.MaxFloat32)
	}
	return binary.BigEndian.AppendUint32(dst, math.Float32bits(y)), nil
}

// appendBytes appends what a []byte or string holds.
func appendBytes(dst []byte, f reflect.Value) []byte {
	if f.Kind() == reflect.String {
		return append(dst, f.String()...)
	}
	return append(dst, f.Bytes()...)
}

func (s *step) appendPadded(dst []byte, f reflect.Value) ([]byte, *fault) {
	if n := f.Len(); n > s.size || s.exact && n != s.size {
		return dst, outside("%d bytes, want %d", n, s.size)
	}
	dst = appendBytes(dst, f)
	return append(dst, make([]byte, s.size-f.Len())...), nil
}

func (s *step) appendVarlen(dst []byte, f reflect.Value) ([]byte, *fault) {
	n := uint64(f.Len()) / uint64(s.unit)
	if max := uint64(math.MaxUint64) >> (64 - 8*s.count); n > max {
		return dst, outside("%d bytes, at most %d", f.Len(), max*uint64(s.unit))
	}
	if f.Len()%s.unit != 0 {
		return dst, invalid("%d bytes, want a multiple of %d", f.Len(), s.unit)
	}
	switch s.count {
	case 1:
		dst = append(dst, byte(n))
	case 2:
		dst = binary.BigEndian.AppendUint16(dst, uint16(n))
	default:
		dst = binary.BigEndian.AppendUint32(dst, uint32(n))
	}
	at := len(dst)
	dst = appendBytes(dst, f)
	if s.text && !utf8.Valid(dst[at:]) {
		return dst, invalid("%q is not UTF-8", brief(dst[at:]))
	}
	return dst, nil
}

// brief is as much of b as an error shows.
func brief(b []byte) []byte { return b[:min(len(b), 32)] }

func appendBlobs(dst []byte, f reflect.Value) ([]byte, *fault) {
	if f.Len() > math.MaxUint8 {
		return dst, outside("%d items, at most %d", f.Len(), math.MaxUint8)
	}
	dst = append(dst, byte(f.Len()))
	for i := range f.Len() {
		item := f.Index(i)
		if item.Len() > math.MaxUint16 {
			return dst, outside("item %d: %d bytes, at most %d", i, item.Len(), math.MaxUint16)
		}
		dst = appendBytes(binary.BigEndian.AppendUint16(dst, uint16(item.Len())), item)
	}
	return dst, nil
}

func (s *step) appendItems(dst []byte, f reflect.Value) ([]byte, *fault) {
	if f.Len() > math.MaxUint16 {
		return dst, outside("%d items, at most %d", f.Len(), math.MaxUint16)
	}
	dst = binary.LittleEndian.AppendUint16(dst, uint16(f.Len()))
	for i := range f.Len() {
		switch item := f.Index(i); item.Kind() {
		case reflect.Bool:
			dst = append(dst, bit(item.Bool()))
		case reflect.Int64:
			dst = binary.LittleEndian.AppendUint64(dst, uint64(item.Int()))
		default:
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(item.Float()))
		}
	}
	return dst, nil
}

func (s *step) appendPayloads(dst []byte, f reflect.Value) ([]byte, *fault) {
	if f.Len() > math.MaxUint8 {
		return dst, outside("%d items, at most %d", f.Len(), math.MaxUint8)
	}
	dst = append(dst, byte(f.Len()))
	for i := range f.Len() {
		out, flt := s.sub.append(append(dst, 0, 0), f.Index(i))
		if out, flt = closePayload(out, len(dst), flt); flt != nil {
			return out, flt.in(itemName(i))
		}
		dst = out
	}
	return dst, nil
}

func itemName(i int) string { return fmt.Sprintf("[%d]", i) }

// closePayload sets the length of the payload whose two bytes of length are at dst[at:].
func closePayload(dst []byte, at int, flt *fault) ([]byte, *fault) {
	n := len(dst) - at - 2
	if flt == nil && n > math.MaxUint16 {
		flt = outside("%d bytes, at most %d", n, math.MaxUint16)
	}
	if flt == nil {
		binary.BigEndian.PutUint16(dst[at:], uint16(n))
	}
	return dst, flt
}
