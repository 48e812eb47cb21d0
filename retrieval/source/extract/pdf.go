package extract

// PDF reads the text of a PDF file.
func PDF(raw []byte) (Article, error) {
	return Article{}, ErrPDF
}
