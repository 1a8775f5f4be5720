package wire

import (
	"fmt"
	"reflect"
)

// Codec writes and reads the struct type M. It does not change once compiled, so any number of worlds may use one.
type Codec[M any] struct {
	plan *Plan
}

// Compile makes the codec of M, or tells by an error wrapping [ErrStruct] which field of M cannot be written.
func Compile[M any]() (*Codec[M], error) {
	plan, err := PlanOf(reflect.TypeFor[M]())
	if err != nil {
		return nil, err
	}
	return &Codec[M]{plan}, nil
}

// MustCompile is [Compile] for package variables: it panics where Compile returns an error.
func MustCompile[M any]() *Codec[M] {
	c, err := Compile[M]()
	if err != nil {
		panic(err.Error())
	}
	return c
}

// Append appends m to dst. On an error it returns dst as it was.
func (c *Codec[M]) Append(dst []byte, m M) ([]byte, error) {
	if hot := (cursor{data: dst}); walk(&hot, &m) {
		return hot.data, nil
	}
	return c.plan.Append(dst, m)
}

// Decode reads an M from the head of data and tells how many bytes it read. On an error it returns the zero M.
func (c *Codec[M]) Decode(data []byte) (m M, n int, err error) {
	if hot := (cursor{data: data, reading: true}); walk(&hot, &m) {
		return m, hot.at, nil
	}
	return c.decode(data)
}

// decode is apart because its m is on the heap.
func (c *Codec[M]) decode(data []byte) (m M, n int, err error) {
	n, err = c.plan.Decode(data, &m)
	return m, n, err
}

// DecodeAll is [Codec.Decode] of data that must hold nothing else: bytes after the M are [ErrExtraData].
func (c *Codec[M]) DecodeAll(data []byte) (M, error) {
	m, n, err := c.Decode(data)
	if err == nil && n < len(data) {
		var zero M
		return zero, left(len(data) - n).in(c.plan.name)
	}
	return m, err
}

func left(n int) *fault { return &fault{kind: ErrExtraData, detail: fmt.Sprintf("%d bytes", n)} }

// Plan is a codec for a struct type known only at run time. It does not change once made.
type Plan struct {
	name  string
	typ   reflect.Type
	steps []step
	least int  // bytes the shortest encoding takes
	open  bool // the last field takes all that is left
}

// PlanOf compiles the struct type t; the error wraps [ErrStruct] and names the field.
func PlanOf(t reflect.Type) (*Plan, error) {
	p, flt := (&compiler{}).plan(t, nil)
	if flt != nil {
		return nil, flt.in(nameOf(t))
	}
	return p, nil
}

// Append appends m, a value of the plan's type or a pointer to one. Any other type panics. On an error it returns dst as it was.
// It allocates nothing but room in dst, and a copy of each Custom.
func (p *Plan) Append(dst []byte, m any) ([]byte, error) {
	v := reflect.ValueOf(m)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	p.mustBe(v)
	out, flt := p.append(dst, v)
	if flt != nil {
		return dst, flt.in(p.name)
	}
	return out, nil
}

// Decode reads the head of data into *m, m being a pointer to the plan's type (any other type panics), and tells how many bytes
// it read. On an error *m is the zero value.
func (p *Plan) Decode(data []byte, m any) (n int, err error) {
	v := reflect.ValueOf(m).Elem()
	p.mustBe(v)
	v.SetZero()
	n, flt := p.decode(data, v)
	if flt != nil {
		v.SetZero()
		return 0, flt.in(p.name)
	}
	return n, nil
}

func (p *Plan) mustBe(v reflect.Value) {
	if !v.IsValid() || v.Type() != p.typ {
		panic(fmt.Sprintf("wire: plan of %v used for %v", p.typ, v))
	}
}
