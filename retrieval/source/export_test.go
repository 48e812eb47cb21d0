package source

// Waiting is how many wait for the refresh of a source that is under way.
func Waiting(k *Keeper, id string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.flights[id]; f != nil {
		return f.waiting
	}
	return 0
}
