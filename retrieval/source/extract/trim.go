package extract

// trim takes out of an article's blocks what is not its text.
func (p *page) trim(blocks []block, title string) []block {
	return blocks
}
