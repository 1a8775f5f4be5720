package b2

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestPointsThereAndBack(t *testing.T) {
	eachCurveChecks(t, func(t *rapid.T, c *Curve) {
		p := points(c).Draw(t, "p")
		for _, data := range [][]byte{c.Marshal(p), c.MarshalCompressed(p)} {
			if back, err := c.Unmarshal(data); err != nil || back != p {
				t.Errorf("%v became %x and then %v (%v)", p, data, back, err)
			}
		}
	})
}

func TestSmallOrderThereAndBack(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve) {
		for _, p := range smallOrder(c) {
			for _, data := range [][]byte{c.Marshal(p), c.MarshalCompressed(p)} {
				if back, err := c.Unmarshal(data); err != nil || back != p {
					t.Errorf("%v became %x and then %v (%v)", p, data, back, err)
				}
			}
		}
		if _, err := c.Unmarshal(append([]byte{3}, make([]byte, c.FieldBytes())...)); !errors.Is(err, ErrNotOnCurve) {
			t.Errorf("x = 0 with an odd y/x: %v", err)
		}
	})
}

func TestInfinityHasNoForm(t *testing.T) {
	c := curves[0]
	if c.Marshal(Point{}) != nil || c.MarshalCompressed(Point{}) != nil {
		t.Error("infinity was marshalled")
	}
	if got := (Point{}).String(); got != "infinity" {
		t.Errorf("infinity is printed %q", got)
	}
	if got := smallOrder(curves[1])[0].String(); got != "(0, 1)" {
		t.Errorf("the point of order 2 is printed %q", got)
	}
}

func TestUnmarshalRejects(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve) {
		good, short := c.Marshal(c.generator), c.MarshalCompressed(c.generator)
		changed := func(data []byte, at int, by byte) []byte {
			data = bytes.Clone(data)
			data[at] ^= by
			return data
		}
		for _, x := range []struct {
			data []byte
			err  error
		}{
			{nil, ErrPointForm},
			{[]byte{0}, ErrPointForm},
			{[]byte{4}, ErrPointForm},
			{good[:len(good)-1], ErrPointForm},
			{append(bytes.Clone(good), 0), ErrPointForm},
			{append(bytes.Clone(short), 0), ErrPointForm},
			{changed(good, 0, 4), ErrPointForm},
			{changed(good, 0, 2), ErrPointForm},
			{changed(short, 0, 4), ErrPointForm},
			{changed(good, 1, 0x80), ErrCoordinate},
			{changed(good, 1+c.FieldBytes(), 0x80), ErrCoordinate},
			{changed(short, 1, 0x80), ErrCoordinate},
			{changed(good, len(good)-1, 1), ErrNotOnCurve},
			{changed(good, c.FieldBytes(), 1), ErrNotOnCurve},
		} {
			if p, err := c.Unmarshal(x.data); !errors.Is(err, x.err) || p != (Point{}) {
				t.Errorf("%x is %v (%v), expected %v", x.data, p, err, x.err)
			}
		}
	})
}

func TestHalfOfAllXHaveNoPoint(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve) {
		rejected := 0
		data := c.MarshalCompressed(c.generator)
		for i := range 256 {
			data[len(data)-1] = byte(i)
			if _, err := c.Unmarshal(data); err != nil {
				rejected++
			}
		}
		// The inputs are fixed, so is the count; far from half of them would be a mistake.
		if rejected < 90 || rejected > 166 {
			t.Errorf("%d of 256 have no point", rejected)
		}
	})
}

func FuzzUnmarshal(f *testing.F) {
	for i, c := range curves {
		f.Add(uint8(i), c.Marshal(c.generator))
		f.Add(uint8(i), c.MarshalCompressed(c.generator))
		f.Add(uint8(i), c.MarshalCompressed(smallOrder(c)[0]))
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		c := curves[int(which)%len(curves)]
		p, err := c.Unmarshal(data)
		if err != nil {
			if p != (Point{}) {
				t.Errorf("%x is both %v and %v", data, p, err)
			}
			return
		}
		if !c.equation(&p.x, &p.y) {
			t.Errorf("%v is not on the curve", p)
		}
		if !bytes.Equal(c.Marshal(p), data) && !bytes.Equal(c.MarshalCompressed(p), data) {
			t.Errorf("%x is not a form of %v", data, p)
		}
	})
}
