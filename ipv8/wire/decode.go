package wire

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"unicode/utf8"
)

// decode reads the head of data into the zero struct v.
func (p *Plan) decode(data []byte, v reflect.Value) (int, *fault) {
	at := 0
	for i := range p.steps {
		s := &p.steps[i]
		if s.op == opBits {
			if at == len(data) {
				return 0, truncated(1, 0).in(s.name)
			}
			s.decodeBits(data[at], v)
			at++
			continue
		}
		n, flt := s.decode(data[at:], v.Field(s.index))
		if flt != nil {
			return 0, flt.in(s.name)
		}
		at += n
	}
	return at, nil
}

func (s *step) decode(data []byte, f reflect.Value) (n int, flt *fault) {
	switch s.op {
	case opIPv4:
		a := f.Addr().Interface().(*netip.AddrPort)
		*a, n, flt = decodeIPv4(data)
		return n, flt
	case opIP:
		a := f.Addr().Interface().(*netip.AddrPort)
		*a, n, flt = decodeIP(data)
		return n, flt
	case opAddress:
		a := f.Addr().Interface().(*Address)
		*a, n, flt = decodeAddress(data)
		return n, flt
	case opRaw:
		setBytes(f, data)
		return len(data), nil
	case opVarlen:
		return s.decodeVarlen(data, f)
	case opBlobs:
		return decodeBlobs(data, f)
	case opItems:
		return s.decodeItems(data, f)
	case opInline:
		return s.sub.decode(data, f)
	case opPayload:
		return s.sub.decodePayload(data, f)
	case opPayloads:
		return s.decodePayloads(data, f)
	case opCustom:
		return decodeCustom(data, f)
	}
	if len(data) < s.size {
		return 0, truncated(s.size, len(data))
	}
	return s.size, s.decodeFixed(data[:s.size], f)
}

func (s *step) decodeFixed(data []byte, f reflect.Value) *fault {
	switch s.op {
	case opNumber:
		return s.decodeNumber(data, f)
	case opBool:
		f.SetBool(data[0] != 0)
	case opArray:
		copy(f.Bytes(), data)
	case opPadded:
		setBytes(f, data)
	case opFloat:
		x := math.Float64frombits(bigEndian(data))
		if s.size == 4 {
			x = float64(math.Float32frombits(uint32(bigEndian(data))))
		}
		if f.OverflowFloat(x) {
			return outside("%g does not fit %v", x, f.Type())
		}
		f.SetFloat(x)
	}
	return nil
}

// bigEndian is the unsigned number data holds: 1, 2, 4 or 8 bytes.
func bigEndian(data []byte) uint64 {
	switch len(data) {
	case 1:
		return uint64(data[0])
	case 2:
		return uint64(binary.BigEndian.Uint16(data))
	case 4:
		return uint64(binary.BigEndian.Uint32(data))
	}
	return binary.BigEndian.Uint64(data)
}

func (s *step) decodeNumber(data []byte, f reflect.Value) *fault {
	n := bigEndian(data)
	negative := false
	if s.signed {
		spare := 64 - 8*s.size
		n = uint64(int64(n<<spare) >> spare)
		negative = int64(n) < 0
	}
	switch {
	case f.CanUint() && !negative && !f.OverflowUint(n):
		f.SetUint(n)
	case f.CanInt() && negative == (int64(n) < 0) && !f.OverflowInt(int64(n)):
		f.SetInt(int64(n))
	case negative:
		return outside("%d does not fit %v", int64(n), f.Type())
	default:
		return outside("%d does not fit %v", n, f.Type())
	}
	return nil
}

func (s *step) decodeBits(all byte, v reflect.Value) {
	for i := range s.bits {
		b := &s.bits[i]
		if b.name == "" {
			continue
		}
		f := v.Field(b.index)
		switch b.kind {
		case reflect.Bool:
			f.SetBool(all>>b.shift&1 == 1)
		case reflect.Array:
			for j := range b.width {
				f.Index(j).SetBool(all>>(b.shift+b.width-1-j)&1 == 1)
			}
		default:
			f.SetUint(uint64(all>>b.shift) & (1<<b.width - 1))
		}
	}
}

// setBytes gives f, a []byte or string, a copy of data; a []byte is nil when there is none.
func setBytes(f reflect.Value, data []byte) {
	if f.Kind() == reflect.String {
		f.SetString(string(data))
	} else {
		f.SetBytes(append([]byte(nil), data...))
	}
}

func (s *step) decodeVarlen(data []byte, f reflect.Value) (int, *fault) {
	if len(data) < s.count {
		return 0, truncated(s.count, len(data))
	}
	n := bigEndian(data[:s.count]) * uint64(s.unit)
	data = data[s.count:]
	if n > uint64(len(data)) {
		return 0, truncated(int(min(n, math.MaxInt)), len(data))
	}
	data = data[:n]
	if s.text && !utf8.Valid(data) {
		return 0, invalid("%q is not UTF-8", brief(data))
	}
	setBytes(f, data)
	return s.count + len(data), nil
}

func decodeBlobs(data []byte, f reflect.Value) (int, *fault) {
	count, flt := counted(data, 2)
	if flt != nil {
		return 0, flt
	}
	enlarge(f, count)
	at := 1
	for i := range count {
		body, flt := prefixed(data[at:])
		if flt != nil {
			return 0, flt.in(itemName(i))
		}
		setBytes(f.Index(i), body)
		at += 2 + len(body)
	}
	return at, nil
}

// counted reads a count of one byte, of items that take at least so many bytes each.
func counted(data []byte, least int) (int, *fault) {
	if len(data) == 0 {
		return 0, truncated(1, 0)
	}
	count := int(data[0])
	if have := len(data) - 1; count*least > have {
		return 0, truncated(count*least, have)
	}
	return count, nil
}

// prefixed is the part of data behind its length of two bytes.
func prefixed(data []byte) ([]byte, *fault) {
	if len(data) < 2 {
		return nil, truncated(2, len(data))
	}
	n := int(binary.BigEndian.Uint16(data))
	if len(data)-2 < n {
		return nil, truncated(n, len(data)-2)
	}
	return data[2 : 2+n], nil
}

// enlarge makes f, a nil slice, n long; the caller has made sure that the input holds n items.
func enlarge(f reflect.Value, n int) {
	f.Grow(n)
	f.SetLen(n)
}

func (s *step) decodeItems(data []byte, f reflect.Value) (int, *fault) {
	if len(data) < 2 {
		return 0, truncated(2, len(data))
	}
	count := int(binary.LittleEndian.Uint16(data))
	data = data[2:]
	if count*s.size > len(data) {
		return 0, truncated(count*s.size, len(data))
	}
	enlarge(f, count)
	for i := range count {
		switch item := f.Index(i); item.Kind() {
		case reflect.Bool:
			item.SetBool(data[i] != 0)
		case reflect.Int64:
			item.SetInt(int64(binary.LittleEndian.Uint64(data[8*i:])))
		default:
			item.SetFloat(math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:])))
		}
	}
	return 2 + count*s.size, nil
}

// decodePayload reads a struct that must fill the length before it.
func (p *Plan) decodePayload(data []byte, f reflect.Value) (int, *fault) {
	body, flt := prefixed(data)
	if flt != nil {
		return 0, flt
	}
	n, flt := p.decode(body, f)
	if flt == nil && n < len(body) {
		flt = left(len(body) - n)
	}
	return 2 + len(body), flt
}

func (s *step) decodePayloads(data []byte, f reflect.Value) (int, *fault) {
	count, flt := counted(data, 2+s.sub.least)
	if flt != nil {
		return 0, flt
	}
	enlarge(f, count)
	at := 1
	for i := range count {
		n, flt := s.sub.decodePayload(data[at:], f.Index(i))
		if flt != nil {
			return 0, flt.in(itemName(i))
		}
		at += n
	}
	return at, nil
}

func decodeCustom(data []byte, f reflect.Value) (int, *fault) {
	n, err := f.Addr().Interface().(Custom).DecodeWire(data)
	switch {
	case err != nil:
		return 0, &fault{kind: err}
	case n < 0 || n > len(data):
		panic(fmt.Sprintf("wire: %v.DecodeWire read %d of %d bytes", f.Type(), n, len(data)))
	}
	return n, nil
}
