package wire

import (
	"fmt"
	"math"
	"reflect"
)

// The functions of this file are those of structs that hold a Custom. They are apart because calling a method of an unknown type
// moves the struct to the heap, which no other struct shall pay for.

func (p *Plan) appendCustom(dst []byte, v reflect.Value) ([]byte, *fault) {
	for i := range p.steps {
		s := &p.steps[i]
		var flt *fault
		switch {
		case s.op == opBits:
			dst, flt = s.appendBits(dst, v)
		case s.custom:
			dst, flt = s.appendCustom(dst, v.Field(s.index))
		default:
			dst, flt = s.append(dst, v.Field(s.index))
		}
		if flt != nil && s.op != opBits {
			flt = flt.in(s.name)
		}
		if flt != nil {
			return dst, flt
		}
	}
	return dst, nil
}

func (s *step) appendCustom(dst []byte, f reflect.Value) ([]byte, *fault) {
	switch s.op {
	case opInline:
		return s.sub.appendCustom(dst, f)
	case opPayload:
		out, flt := s.sub.appendCustom(append(dst, 0, 0), f)
		return closePayload(out, len(dst), flt)
	case opPayloads:
		return s.appendCustoms(dst, f)
	}
	out, err := f.Addr().Interface().(Custom).AppendWire(dst)
	if err != nil {
		return dst, &fault{kind: err}
	}
	return out, nil
}

func (s *step) appendCustoms(dst []byte, f reflect.Value) ([]byte, *fault) {
	if f.Len() > math.MaxUint8 {
		return dst, outside("%d items, at most %d", f.Len(), math.MaxUint8)
	}
	dst = append(dst, byte(f.Len()))
	for i := range f.Len() {
		out, flt := s.sub.appendCustom(append(dst, 0, 0), f.Index(i))
		if out, flt = closePayload(out, len(dst), flt); flt != nil {
			return out, flt.in(itemName(i))
		}
		dst = out
	}
	return dst, nil
}

func (p *Plan) decodeCustom(data []byte, v reflect.Value) (int, *fault) {
	at := 0
	for i := range p.steps {
		s := &p.steps[i]
		one := Plan{steps: p.steps[i : i+1]}
		var n int
		var flt *fault
		if !s.custom {
			n, flt = one.decode(data[at:], v)
		} else if n, flt = s.decodeCustom(data[at:], v.Field(s.index)); flt != nil {
			flt = flt.in(s.name)
		}
		if flt != nil {
			return 0, flt
		}
		at += n
	}
	return at, nil
}

func (s *step) decodeCustom(data []byte, f reflect.Value) (int, *fault) {
	switch s.op {
	case opInline:
		return s.sub.decodeCustom(data, f)
	case opPayload:
		return s.sub.decodeCustomPayload(data, f)
	case opPayloads:
		return s.decodeCustoms(data, f)
	}
	n, err := f.Addr().Interface().(Custom).DecodeWire(data)
	switch {
	case err != nil:
		return 0, &fault{kind: err}
	case n < 0 || n > len(data):
		panic(fmt.Sprintf("wire: %v.DecodeWire read %d of %d bytes", s.element, n, len(data)))
	}
	return n, nil
}

func (p *Plan) decodeCustomPayload(data []byte, f reflect.Value) (int, *fault) {
	body, flt := prefixed(data)
	if flt != nil {
		return 0, flt
	}
	n, flt := p.decodeCustom(body, f)
	if flt == nil && n < len(body) {
		flt = left(len(body) - n)
	}
	return 2 + len(body), flt
}

func (s *step) decodeCustoms(data []byte, f reflect.Value) (int, *fault) {
	count, flt := counted(data, 2+s.sub.least)
	if flt != nil {
		return 0, flt
	}
	enlarge(f, count)
	at := 1
	for i := range count {
		n, flt := s.sub.decodeCustomPayload(data[at:], f.Index(i))
		if flt != nil {
			return 0, flt.in(itemName(i))
		}
		at += n
	}
	return at, nil
}
