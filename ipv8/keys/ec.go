package keys

import (
	"fmt"
	"io"
)

const (
	pemBegin    = "-----BEGIN"
	derSequence = 0x30
)

func (r *Ring) generateEC(level Level, random io.Reader) (Private, error) {
	if _, err := shapeOf(level); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%w %s: elliptic curves are missing", ErrLevel, level)
}

func (r *Ring) parseECPrivate(bin []byte) (Private, error) {
	return nil, fmt.Errorf("%w: elliptic curves are missing", ErrCurve)
}

func (r *Ring) parsePEM(text []byte) (Private, error) {
	return nil, fmt.Errorf("%w: elliptic curves are missing", ErrCurve)
}

func (r *Ring) decodeEC(bin []byte) (*Public, error) {
	return nil, fmt.Errorf("%w: elliptic curves are missing", ErrCurve)
}
