package config

import (
	"encoding"
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// decode stores a value, such as JSON can say or a caller wrote, where the
// path leads to. What does not fit is an error that begins with the path.
func decode(path string, v any, into reflect.Value) error {
	from := reflect.ValueOf(v)
	switch t := into.Type(); {
	case from.IsValid() && from.Type().AssignableTo(t):
		into.Set(from)
		return nil
	case t == reflect.TypeFor[time.Duration]() || t == reflect.TypeFor[Seconds]():
		return decodeSeconds(path, v, into)
	case t == reflect.TypeFor[netip.AddrPort]():
		return decodeAddress(path, from, into)
	case from.Kind() == reflect.String && reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		if err := into.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(from.String())); err != nil {
			return invalid(path, "%q: %v", from.String(), err)
		}
		return nil
	case from.Kind() == reflect.Invalid:
		return nil // null, None: as if it were not there
	}
	return decodeKind(path, from, into)
}

// decodeKind is decode by what the value is to become.
func decodeKind(path string, from, into reflect.Value) error {
	switch into.Kind() {
	case reflect.Struct:
		return decodeStruct(path, from, into)
	case reflect.Slice:
		return decodeSlice(path, from, into)
	case reflect.Map:
		if from.Type().ConvertibleTo(into.Type()) {
			into.Set(from.Convert(into.Type()))
			return nil
		}
	case reflect.String:
		if from.Kind() == reflect.String && from.Type() != reflect.TypeFor[json.Number]() {
			into.SetString(from.String())
			return nil
		}
	case reflect.Bool:
		if from.Kind() == reflect.Bool {
			into.SetBool(from.Bool())
			return nil
		}
	default:
		return decodeNumber(path, from, into)
	}
	return invalid(path, "%s; it takes %s", show(from), kindName(into.Type()))
}

func decodeStruct(path string, from, into reflect.Value) error {
	if from.Kind() != reflect.Map || from.Type().Key() != reflect.TypeFor[string]() {
		return invalid(path, "%s; it takes named values", show(from))
	}
	t := into.Type()
	var names []string
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			continue
		}
		name := fieldName(t.Field(i))
		names = append(names, name)
		v := from.MapIndex(reflect.ValueOf(name))
		if !v.IsValid() {
			continue
		}
		if err := decode(join(path, name), v.Interface(), into.Field(i)); err != nil {
			return err
		}
	}
	for _, name := range sortedKeys(from) {
		if slices.Contains(names, name) {
			continue
		}
		if len(names) == 0 {
			return invalid(join(path, name), "unknown; there is nothing to set")
		}
		return invalid(join(path, name), "unknown; there is %s", strings.Join(names, ", "))
	}
	return nil
}

func sortedKeys(m reflect.Value) []string {
	names := make([]string, 0, m.Len())
	for _, k := range m.MapKeys() { // any order: sorted below
		names = append(names, k.String())
	}
	slices.Sort(names)
	return names
}

func decodeSlice(path string, from, into reflect.Value) error {
	if from.Kind() != reflect.Slice && from.Kind() != reflect.Array {
		return invalid(path, "%s; it takes a list", show(from))
	}
	list := reflect.MakeSlice(into.Type(), from.Len(), from.Len())
	for i := range from.Len() {
		if err := decode(fmt.Sprintf("%s[%d]", path, i), from.Index(i).Interface(), list.Index(i)); err != nil {
			return err
		}
	}
	into.Set(list)
	return nil
}

func decodeNumber(path string, from, into reflect.Value) error {
	text, ok := number(from)
	t := into.Type()
	switch {
	case !ok:
		return invalid(path, "%s; it takes %s", show(from), kindName(t))
	case into.CanInt():
		if n, err := strconv.ParseInt(text, 10, t.Bits()); err == nil {
			into.SetInt(n)
			return nil
		}
	case into.CanUint():
		if n, err := strconv.ParseUint(text, 10, t.Bits()); err == nil {
			into.SetUint(n)
			return nil
		}
	case into.CanFloat():
		if n, err := strconv.ParseFloat(text, t.Bits()); err == nil {
			into.SetFloat(n)
			return nil
		}
	}
	return invalid(path, "%s; it takes %s", text, kindName(t))
}

// number returns the decimal digits of a number of any type.
func number(v reflect.Value) (text string, ok bool) {
	switch {
	case !v.IsValid():
		return "", false
	case v.Type() == reflect.TypeFor[json.Number]():
		return v.String(), true
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10), true
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10), true
	case v.CanFloat():
		return strconv.FormatFloat(v.Float(), 'f', -1, 64), true
	}
	return "", false
}

func decodeSeconds(path string, v any, into reflect.Value) error {
	if d, ok := v.(time.Duration); ok {
		into.SetInt(int64(d))
		return nil
	}
	text, ok := number(reflect.ValueOf(v))
	if !ok {
		return invalid(path, "%s; it takes a number of seconds", show(reflect.ValueOf(v)))
	}
	d, err := parseSeconds(text)
	if err != nil {
		return invalid(path, "%v", err)
	}
	into.SetInt(int64(d))
	return nil
}

// decodeAddress takes "1.2.3.4:5" and, as Python has it, ["1.2.3.4", 5].
func decodeAddress(path string, from, into reflect.Value) error {
	text := ""
	switch {
	case from.Kind() == reflect.String:
		text = from.String()
	case from.Kind() == reflect.Slice && from.Len() == 2:
		text = fmt.Sprintf("%v:%v", from.Index(0), from.Index(1))
	}
	a, err := netip.ParseAddrPort(text)
	if err != nil {
		return invalid(path, "%s; it takes an address and a port, like \"1.2.3.4:5678\"", show(from))
	}
	into.Set(reflect.ValueOf(a))
	return nil
}

// fieldName is the name of a struct's field in a configuration: that for JSON
// if it has one, else the Go name in Python's style.
func fieldName(f reflect.StructField) string {
	if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
		return name
	}
	var b strings.Builder
	small := false
	for _, r := range f.Name {
		if unicode.IsUpper(r) && small {
			b.WriteByte('_')
		}
		small = !unicode.IsUpper(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// goName is the Go name of a method in Python's style.
func goName(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(name, "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// show prints a value for an error.
func show(v reflect.Value) string {
	switch {
	case !v.IsValid():
		return "null"
	case v.Kind() == reflect.String && v.Type() != reflect.TypeFor[json.Number]():
		return strconv.Quote(v.String())
	}
	return fmt.Sprint(v)
}

func kindName(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.String:
		return "text"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Map:
		return "named values"
	case t.ConvertibleTo(reflect.TypeFor[int]()) && t.Kind() != reflect.Float64 && t.Kind() != reflect.Float32:
		return "a whole number (" + t.Kind().String() + ")"
	case t.ConvertibleTo(reflect.TypeFor[float64]()):
		return "a number"
	}
	return t.String()
}
