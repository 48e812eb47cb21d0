package extract

func (p *page) refusal(title string, body []block) error {
	if len(body) == 0 {
		return ErrNoArticle
	}
	return nil
}
