package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "write screenshots of the demo's page into this `FOLDER`")

// A tab is the demo's page in a real browser.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// newTab opens an address in a browser of its own, with nothing remembered, or skips the
// test where there is none. At the end of the test no request may have left this machine,
// and the page may have had no error.
func newTab(t *testing.T, address string) *tab {
	t.Helper()
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	switch {
	case browser != "":
	case os.Getenv("STORYBOT_BROWSER_TESTS") == "required":
		t.Fatal("there is no chromium here, but STORYBOT_BROWSER_TESTS=required: apt-get install chromium")
	default:
		t.Skip("there is no chromium here: apt-get install chromium")
	}
	profile, err := os.MkdirTemp("", "storybot-browser-") // not t.TempDir: the browser may still write when it is removed
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	ctx, stopBrowser := chromedp.NewExecAllocator(ctx,
		chromedp.ExecPath(browser), chromedp.UserDataDir(profile), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.WindowSize(1200, 800),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
	)
	var mu sync.Mutex
	var foreign, wrong []string
	ctx, closeTab := chromedp.NewContext(ctx, chromedp.WithListener(func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if !staysHere(e.Request.URL) {
				foreign = append(foreign, e.Request.URL)
			}
		case *runtime.EventExceptionThrown:
			wrong = append(wrong, (&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error())
		}
	}))
	t.Cleanup(func() {
		closeTab()
		stopBrowser()
		cancel()
		os.RemoveAll(profile)
		mu.Lock()
		defer mu.Unlock()
		for _, address := range foreign {
			t.Errorf("a request left this machine: %s", address)
		}
		for _, text := range wrong {
			t.Errorf("the page has an error: %s", text)
		}
	})
	b := &tab{t, ctx}
	b.do(chromedp.Navigate(address))
	b.wait(`document.querySelector('#channels button')`)
	return b
}

// staysHere reports whether an address is of this machine.
func staysHere(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	if u.Scheme == "data" || u.Scheme == "blob" || u.Scheme == "about" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return ip != nil && ip.IsLoopback()
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.fail(err)
	}
}

// run runs a script in the page.
func (b *tab) run(script string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[*runtime.RemoteObject](script)); err != nil {
		b.fail(fmt.Errorf("%s: %w", script, err))
	}
}

// fail ends the test, with what is to be read on the page.
func (b *tab) fail(err error) {
	b.t.Helper()
	text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`)) // as far as there still is a page
	b.t.Fatalf("%v\nThe page:\n%s", err, text)
}

// wait waits until a condition holds in the page: it is looked at after each change.
func (b *tab) wait(condition string) {
	b.t.Helper()
	const script = `new Promise((done, fail) => {
		const look = () => { if (CONDITION) { watcher.disconnect(); done(true); } };
		const watcher = new MutationObserver(look);
		watcher.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
		document.addEventListener('focusin', look);
		setTimeout(() => fail(new Error('waited too long')), 20000);
		look();
	})`
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](strings.Replace(script, "CONDITION", condition, 1), chromedp.EvalAwaitPromise)); err != nil {
		b.fail(fmt.Errorf("%s: %w", condition, err))
	}
}

// sees waits for a text in what a selector finds.
func (b *tab) sees(selector, text string) {
	b.t.Helper()
	b.wait(`[...document.querySelectorAll(` + quoteJS(selector) + `)].some((n) => n.textContent.includes(` + quoteJS(text) + `))`)
}

// press presses the first thing that a selector finds, of those that hold the text.
func (b *tab) press(selector, text string) {
	b.t.Helper()
	b.sees(selector, text)
	b.run(`[...document.querySelectorAll(` + quoteJS(selector) + `)].filter((n) => n.textContent.includes(` + quoteJS(text) + `)).at(-1).click()`)
}

// write writes a text where a selector finds an input, by keys.
func (b *tab) write(selector, text string) {
	b.t.Helper()
	b.wait(`document.querySelector(` + quoteJS(selector) + `)`)
	b.run(`document.querySelector(` + quoteJS(selector) + `).focus()`)
	b.do(chromedp.KeyEvent(text))
}

// key presses a key that is no character, as a keyboard does: in one event.
func (b *tab) key(name string) {
	b.t.Helper()
	codes := map[string]int64{"Enter": 13, "Escape": 27, "ArrowDown": 40}
	press := input.DispatchKeyEventParams{Type: "keyDown", Key: name, Code: name, WindowsVirtualKeyCode: codes[name]}
	if name == "Enter" {
		press.Text = "\r"
	}
	release := input.DispatchKeyEventParams{Type: "keyUp", Key: name, Code: name, WindowsVirtualKeyCode: codes[name]}
	b.do(chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		for _, p := range []input.DispatchKeyEventParams{press, release} {
			if _, err := cdp.Call(ctx, page, input.DispatchKeyEvent, p); err != nil {
				return err
			}
		}
		return nil
	}))
}

// choose chooses a value of a select.
func (b *tab) choose(selector, text string) {
	b.t.Helper()
	s := quoteJS(selector)
	b.run(`{ const s = document.querySelector(` + s + `); s.value = [...s.options].find((o) => o.text.includes(` + quoteJS(text) + `)).value; s.dispatchEvent(new Event('change', { bubbles: true })); }`)
}

// fill puts a text of any lines where a selector finds an input.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.wait(`document.querySelector(` + quoteJS(selector) + `)`)
	b.run(`document.querySelector(` + quoteJS(selector) + `).value = ` + quoteJS(text))
}

// settle waits until what has changed is drawn.
func (b *tab) settle() {
	b.t.Helper()
	const drawn = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](drawn, chromedp.EvalAwaitPromise)); err != nil {
		b.fail(err)
	}
}

// picture writes what is seen now to a file, when screenshots are asked for.
func (b *tab) picture(name string) {
	b.t.Helper()
	if *screenshots == "" {
		return
	}
	taken, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	full, err := png.Decode(bytes.NewReader(taken))
	if err != nil {
		b.t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(*screenshots, name+".png"))
	if err != nil {
		b.t.Fatal(err)
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := errors.Join(encoder.Encode(file, reduced(full)), file.Close()); err != nil {
		b.t.Fatal(err)
	}
}

// reduced is an image in 256 of its colours, those of the page's areas and, of others that are
// alike, the most frequent one: the file is a third.
func reduced(full image.Image) image.Image {
	times := map[color.RGBA]int{}
	area := full.Bounds()
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			times[color.RGBAModel.Convert(full.At(x, y)).(color.RGBA)]++
		}
	}
	var colours color.Palette
	alike := map[color.RGBA]bool{}
	for _, c := range slices.SortedFunc(maps.Keys(times), func(a, b color.RGBA) int { return times[b] - times[a] }) {
		coarse := color.RGBA{c.R / 16, c.G / 16, c.B / 16, c.A}
		if len(colours) < 32 || !alike[coarse] && len(colours) < 256 {
			alike[coarse], colours = true, append(colours, c)
		}
	}
	small := image.NewPaletted(area, colours)
	draw.Draw(small, area, full, area.Min, draw.Src)
	return small
}

// phone makes the window as wide as a phone.
func (b *tab) phone() { b.do(chromedp.EmulateViewport(375, 740)) }

// dark has the system prefer dark pages, or light ones.
func (b *tab) dark(dark bool) {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.do(chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		_, err := cdp.Call(ctx, page, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

func quoteJS(text string) string {
	quoted, _ := json.Marshal(text) // a string always has a JSON
	return string(quoted)
}
