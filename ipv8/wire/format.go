package wire

import (
	"reflect"
	"strconv"
	"strings"
)

// varlens are the formats of a length and bytes.
var varlens = map[string]step{
	"varlenH":       {op: opVarlen, count: 2, unit: 1, least: 2},
	"doublevarlenH": {op: opVarlen, count: 2, unit: 1, least: 2},
	"varlenI":       {op: opVarlen, count: 4, unit: 1, least: 4},
	"varlenBx2":     {op: opVarlen, count: 1, unit: 2, least: 1},
	"varlenHx20":    {op: opVarlen, count: 2, unit: 20, least: 2},
	"varlenHutf8":   {op: opVarlen, count: 2, unit: 1, least: 2, text: true},
	"varlenIutf8":   {op: opVarlen, count: 4, unit: 1, least: 4, text: true},
	"raw":           {op: opRaw},
}

// numbers are the fixed formats of one letter, as Python's struct module names them; all big endian.
var numbers = map[byte]step{
	'?': {op: opBool, size: 1, least: 1},
	'B': {op: opNumber, size: 1, least: 1},
	'H': {op: opNumber, size: 2, least: 2},
	'I': {op: opNumber, size: 4, least: 4},
	'L': {op: opNumber, size: 4, least: 4},
	'Q': {op: opNumber, size: 8, least: 8},
	'l': {op: opNumber, size: 4, least: 4, signed: true},
	'q': {op: opNumber, size: 8, least: 8, signed: true},
	'f': {op: opFloat, size: 4, least: 4},
	'd': {op: opFloat, size: 8, least: 8},
}

// field compiles one field of type t; an empty format is that of the type.
func (c *compiler) field(t reflect.Type, format string) (step, *fault) {
	if format == "" && isCustom(t) {
		return step{op: opCustom}, nil
	}
	if format == "" {
		format = formatOf(t)
	}
	switch format {
	case "":
		return step{}, unfit("type %v has no format", t)
	case "inline", "payload", "payload-list":
		return c.nested(t, format)
	case "ipv4", "ip_address", "address":
		return addressStep(t, format)
	case "varlenH-list":
		return step{op: opBlobs, least: 1}, need(t.Kind() == reflect.Slice && isBytes(t.Elem()), t, format)
	case "arrayH-?", "arrayH-q", "arrayH-d":
		return itemsStep(t, format)
	}
	if s, ok := varlens[format]; ok {
		return s, need(isBytes(t), t, format)
	}
	parts, ok := split(format)
	switch {
	case !ok:
		return step{}, unfit("no format %q for %v", format, t)
	case len(parts) == 1:
		return scalar(t, parts[0])
	case format == "4SH" && t == addrPortType:
		return addressStep(t, "ipv4")
	}
	sub, flt := c.plan(t, parts)
	return inline(sub), flt
}

// formatOf is the format of a type without a tag; empty when it has none.
func formatOf(t reflect.Type) string {
	switch t {
	case addrPortType:
		return "ip_address"
	case addressType:
		return "address"
	}
	switch t.Kind() {
	case reflect.Struct:
		return "payload"
	case reflect.Slice:
		return formatOfSlice(t.Elem())
	case reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return strconv.Itoa(t.Len()) + "s"
		}
	}
	return map[reflect.Kind]string{
		reflect.Bool: "?", reflect.Uint8: "B", reflect.Uint16: "H", reflect.Uint32: "I", reflect.Uint64: "Q", reflect.Int32: "l",
		reflect.Int64: "q", reflect.Int: "q", reflect.Float32: "f", reflect.Float64: "d", reflect.String: "varlenHutf8",
	}[t.Kind()]
}

func formatOfSlice(item reflect.Type) string {
	switch {
	case item.Kind() == reflect.Uint8:
		return "varlenH"
	case item.Kind() == reflect.Slice && item.Elem().Kind() == reflect.Uint8:
		return "varlenH-list"
	case item.Kind() == reflect.Struct:
		return "payload-list"
	}
	return map[reflect.Kind]string{reflect.Bool: "arrayH-?", reflect.Int64: "arrayH-q", reflect.Float64: "arrayH-d"}[item.Kind()]
}

// split takes a composite such as QQHHBH or c20s apart.
func split(format string) (parts []string, ok bool) {
	for format != "" {
		digits := len(format) - len(strings.TrimLeft(format, "0123456789"))
		if digits == len(format) {
			return nil, false
		}
		letter := format[digits]
		_, number := numbers[letter]
		counted := (letter == 's' || letter == 'S') && digits > 0 && digits < 6 && format[0] != '0'
		if !counted && (digits > 0 || !number && letter != 'c') {
			return nil, false
		}
		parts, format = append(parts, format[:digits+1]), format[digits+1:]
	}
	return parts, len(parts) > 0
}

// scalar compiles a fixed format of one part.
func scalar(t reflect.Type, part string) (step, *fault) {
	last := len(part) - 1
	size := 1
	if last > 0 {
		size, _ = strconv.Atoi(part[:last]) // digits, as split made sure
	} else if s, ok := numbers[part[0]]; ok {
		return s, need(holds(t.Kind(), s.op), t, part)
	}
	switch {
	case t.Kind() == reflect.Array && t.Elem().Kind() == reflect.Uint8:
		return step{op: opArray, size: size, least: size}, need(t.Len() == size, t, part)
	case part == "c" && t.Kind() == reflect.Uint8:
		return numbers['B'], nil
	}
	return step{op: opPadded, size: size, least: size, exact: part == "c"}, need(isBytes(t), t, part)
}

func holds(k reflect.Kind, o op) bool {
	switch o {
	case opBool:
		return k == reflect.Bool
	case opNumber:
		return k >= reflect.Int && k <= reflect.Uint64
	}
	return k == reflect.Float32 || k == reflect.Float64
}

func addressStep(t reflect.Type, format string) (step, *fault) {
	switch format {
	case "ipv4":
		return step{op: opIPv4, size: 6, least: 6}, need(t == addrPortType, t, format)
	case "ip_address":
		return step{op: opIP, least: 7}, need(t == addrPortType, t, format)
	}
	return step{op: opAddress, least: 5}, need(t == addressType, t, format)
}

func itemsStep(t reflect.Type, format string) (step, *fault) {
	kinds := map[string]reflect.Kind{"arrayH-?": reflect.Bool, "arrayH-q": reflect.Int64, "arrayH-d": reflect.Float64}
	s := step{op: opItems, size: numbers[format[7]].size, least: 2}
	return s, need(t.Kind() == reflect.Slice && t.Elem().Kind() == kinds[format], t, format)
}

func (c *compiler) nested(t reflect.Type, format string) (step, *fault) {
	s := step{op: opPayload, least: 2}
	if format == "payload-list" {
		if t.Kind() != reflect.Slice {
			return s, need(false, t, format)
		}
		s, t = step{op: opPayloads, least: 1}, t.Elem()
	}
	sub, flt := c.plan(t, nil)
	if flt != nil || format == "inline" {
		return inline(sub), flt
	}
	s.sub = sub
	if format == "payload" {
		s.least += sub.least
	}
	return s, nil
}

func inline(sub *Plan) step {
	if sub == nil {
		return step{}
	}
	return step{op: opInline, sub: sub, least: sub.least}
}

func isBytes(t reflect.Type) bool {
	return t.Kind() == reflect.String || t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

func need(fits bool, t reflect.Type, format string) *fault {
	if fits {
		return nil
	}
	return unfit("format %q does not fit type %v", format, t)
}
