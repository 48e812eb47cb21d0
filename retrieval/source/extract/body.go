package extract

import (
	readability "codeberg.org/readeck/go-readability/v2"
)

// body is the blocks of the page's article.
func (p *page) body() []block {
	parser := readability.NewParser()
	parser.KeepClasses = true
	parser.DisableJSONLD = true
	parser.MaxElemsToParse = maxNodes
	article, err := parser.ParseDocument(p.root, p.where)
	if err != nil || article.Node == nil {
		return nil
	}
	return blocksOf(article.Node)
}
