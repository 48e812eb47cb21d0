package extract

// A pdfMatrix maps points: x' = a*x + c*y + e, y' = b*x + d*y + f.
type pdfMatrix struct{ a, b, c, d, e, f float64 }

// then is m followed by n.
func (m pdfMatrix) then(n pdfMatrix) pdfMatrix {
	return pdfMatrix{
		m.a*n.a + m.b*n.c, m.a*n.b + m.b*n.d,
		m.c*n.a + m.d*n.c, m.c*n.b + m.d*n.d,
		m.e*n.a + m.f*n.c + n.e, m.e*n.b + m.f*n.d + n.f,
	}
}

// moved is a matrix that moves by that much.
func moved(x, y float64) pdfMatrix { return pdfMatrix{1, 0, 0, 1, x, y} }
