package plot

import "math"

// A scale places values between two edges. In a logarithmic one low and high are powers
// of ten, by their exponents.
type scale struct {
	logarithmic     bool
	low, high, step float64
	from, to        float64
}

func newScale(a Axis, points []Point, of func(Point) float64, from, to float64) scale {
	low, high := math.Inf(1), 0.0
	for _, p := range points {
		low, high = min(low, of(p)), max(high, of(p))
	}
	if a.Logarithmic && len(points) > 0 {
		low, high = math.Floor(math.Log10(low)+0.01), math.Ceil(math.Log10(high)-0.1)
		return scale{true, low, max(high, low+1), 1, from, to}
	}
	step := roundStep(high / 4)
	return scale{false, 0, step * max(1, math.Ceil(high/step)), step, from, to}
}

// roundStep is the next of 1, 2, 5, 10, 20 and so on, also below 1.
func roundStep(least float64) float64 {
	if least <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(least)))
	for _, n := range []float64{1, 2, 5} {
		if n*power >= least {
			return n * power
		}
	}
	return 10 * power
}

// at is where a value is drawn.
func (s scale) at(value float64) float64 {
	if s.logarithmic {
		value = math.Log10(value)
	}
	return s.from + (value-s.low)/(s.high-s.low)*(s.to-s.from)
}

// marks are the values with a line.
func (s scale) marks() (marks []float64) {
	for n := 0; ; n++ {
		at := s.low + float64(n)*s.step
		switch {
		case at > s.high+s.step/2:
			return marks
		case s.logarithmic:
			at = math.Pow(10, at)
		}
		marks = append(marks, at)
	}
}
