package extract

func (p *page) metadata() Article { return Article{Title: p.told.headline} }
