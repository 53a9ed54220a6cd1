"""Both pages in a real browser: what a person sees and does there, by keyboard.

Needs the extra `browser`, and Chromium with its driver as Debian packages them (chromium, chromium-driver); without them all of this is
skipped.
"""

import json
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from declutter import samples

pytest.importorskip("selenium", reason="needs the extra 'browser'")
pytest.importorskip("pygal", reason="needs the extra 'report'")
pytest.importorskip("flask", reason="needs the extra 'review'")

from selenium import webdriver
from selenium.common.exceptions import JavascriptException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver on the path")
WAIT = 60  # seconds at most; the machine may be busy

BODY = "The bakers of Lower Wick put down their peels on Monday and walked out into the rain, {}."
STORY = "\n".join(
    [
        "Bakers strike for warmer ovens, part {}",
        "Share on Facebook",
        "The ovens at mill {} were cold until six in the morning, and nobody came to mend them, said Jon Périn, a baker.",
        "The owners of mill {} say that new ovens cost more than a year of bread brings in, and that talks go on.",
        "Read more: mill {} was sold on Tuesday",
        "Sign up to newsletter {} and get five stories in your inbox every morning.",
        "Back to top",
    ]
)
ARABIC = "توقف الخبازون عن العمل يوم الاثنين وخرجوا إلى المطر، وقالوا إن الأفران باردة منذ أسابيع.\nشارك على فيسبوك\n"
HOSTILE = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script> Share on Facebook"


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """Articles of four sites, one of them in Arabic, one that means harm."""
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    texts = [STORY.replace("{}", str(number)) for number in range(6)] + [ARABIC, f"{HOSTILE}\n{BODY.format('twice')}"]
    path.write_text(
        "".join(
            json.dumps({"id": f"story {number}", "url": f"https://{'abcd'[number % 4]}.test/{number}", "text": text}) + "\n"
            for number, text in enumerate(texts)
        ),
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--window-size=1280,900",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def until(browser, condition, message=""):
    return WebDriverWait(browser, WAIT, 0.05, ignored_exceptions=[JavascriptException]).until(lambda _: condition(), message)


def press(browser, *keys, shift=False):
    for key in keys:
        chain = ActionChains(browser)
        (chain.key_down(Keys.SHIFT).send_keys(key).key_up(Keys.SHIFT) if shift else chain.send_keys(key)).perform()


def quiet(browser):
    """Nothing was refused by the policy and no script failed."""
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


# the report


@pytest.fixture
def report(browser, rows, tmp_path):
    path = tmp_path / "report.html"
    subprocess.run([sys.executable, "-m", "declutter", "report", rows, "-o", path], check=True, capture_output=True)
    browser.get(path.as_uri())
    return browser


def visible(browser):
    return [article for article in browser.find_elements(By.TAG_NAME, "article") if article.is_displayed()]


def told(browser):
    return browser.find_element(By.CSS_SELECTOR, ".filters output").text


def test_the_report_opens_from_disk_and_runs_nothing_of_the_articles(report):
    assert len(visible(report)) == 8
    assert "declutter" in report.title
    assert report.find_elements(By.TAG_NAME, "img") == []
    assert any(
        HOSTILE.startswith(line.text[:20]) for line in report.find_elements(By.CSS_SELECTOR, "article p") if line.text.startswith("<img")
    )
    assert quiet(report)


def test_filters_by_kind_site_and_score_narrow_the_report(report):
    everything = told(report)
    Select(report.find_element(By.NAME, "site")).select_by_value("a.test")
    assert {article.get_attribute("data-site") for article in visible(report)} == {"a.test"}
    report.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    until(report, lambda: told(report) == everything)

    kind = report.find_element(By.CSS_SELECTOR, "article .gone").get_attribute("data-k")
    Select(report.find_element(By.NAME, "kind")).select_by_value(kind)
    matching = [line for line in report.find_elements(By.CSS_SELECTOR, f".gone[data-k='{kind}']") if line.is_displayed()]
    assert matching
    assert told(report).startswith(f"{len(matching)} match")
    assert all(article.find_elements(By.CSS_SELECTOR, f"[data-k='{kind}']") for article in visible(report))
    report.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    until(report, lambda: told(report) == everything)

    high = report.find_element(By.NAME, "high")
    high.clear()
    high.send_keys("0.03")
    lit = [
        float(line.get_attribute("data-s"))
        for line in report.find_elements(By.CSS_SELECTOR, "article :is(.gone, p > del[data-k]):not(.off)")
        if line.is_displayed()
    ]
    assert all(score <= 0.03 for score in lit)
    assert told(report).startswith(f"{len(lit):,} match")


def test_a_bar_of_a_chart_is_a_filter(report):
    bar = report.find_element(By.CSS_SELECTOR, "figure a")
    kind = report.execute_script("return arguments[0].href.baseVal", bar).removeprefix("#kind=")
    bar.find_element(By.TAG_NAME, "rect").click()

    assert until(report, lambda: report.find_element(By.NAME, "kind").get_attribute("value") == kind)


def test_the_keyboard_reaches_every_removed_line_and_shows_why(report):
    press(report, "n")
    first = report.switch_to.active_element
    assert "gone" in first.get_attribute("class")
    reason = first.find_element(By.TAG_NAME, "small")
    assert reason.is_displayed()
    assert re.match(r"\w+.* \d\.\d\d · ", reason.text)
    press(report, "n")
    assert report.switch_to.active_element != first
    press(report, "p")
    assert report.switch_to.active_element == first
    press(report, Keys.TAB)
    assert report.switch_to.active_element.get_attribute("data-k")


def test_the_report_prints_with_reasons_and_without_controls(report):
    report.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not report.find_element(By.CSS_SELECTOR, ".filters").is_displayed()
        assert report.find_element(By.CSS_SELECTOR, ".gone small").is_displayed()
    finally:
        report.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_paper(report, scheme):
    """Contrast of 4.5 and more, as WCAG asks, for each colour of text that the report has."""
    report.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    try:
        worst = report.execute_script(CONTRAST)
    finally:
        report.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert worst[0] >= 4.5, worst


CONTRAST = """
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const rgb = (colour) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const light = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
let worst = [99, ""];
for (const element of document.querySelectorAll(
  "h1, .lead, .gone > del, .tally span, .of, summary, label, button, p > del > span, .line del, .line small b, dd b"
)) {
  let paper = element;
  while (paper.parentElement && rgb(getComputedStyle(paper).backgroundColor)[3] < 255) paper = paper.parentElement;
  const pair = [rgb(getComputedStyle(element).color), rgb(getComputedStyle(paper).backgroundColor)].map(light).sort((a, b) => b - a);
  const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
  if (contrast < worst[0]) worst = [contrast, `${element.className} ${element.textContent.slice(0, 30)}`];
}
return worst;
"""


# review


class Review:
    """A review that runs as a process of its own, as a person starts it."""

    def __init__(self, rows, folder):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "declutter", "review", rows, "-o", folder], stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.address = None
        for line in self.process.stderr:
            if found := re.search(r"http://\S+", line):
                self.address = found[0]
                break

    def end(self, how):
        self.process.send_signal(how)
        self.process.wait(30)
        self.process.stderr.close()
        return self.process.returncode


@pytest.fixture
def review(rows, tmp_path):
    started = []

    def start():
        started.append(Review(rows, tmp_path / "mine"))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)


def saved(folder):
    return {
        (path.name, at): line.kind
        for path in samples.find([folder])
        for at, line in enumerate(samples.read(path).lines)
        if line.kind is not None
    }


def answered(browser):
    """How many lines the page says are answered; None while it has not said."""
    found = re.match(r"([\d,]+) answered", browser.execute_script("return document.getElementById('done').value"))
    return int(found[1].replace(",", "")) if found else None


def shown(browser):
    return browser.execute_script("const asked = document.querySelector('.asked'); return asked && asked.querySelector('span').textContent")


def asked(browser):
    """The line asked about and its site: one that several sites tell is asked about once for each of them."""
    return browser.find_element(By.ID, "site").text, shown(browser)


def test_ten_lines_by_keyboard_survive_a_kill(browser, review, tmp_path):
    first = review()
    browser.get(first.address)
    until(browser, lambda: answered(browser) == 0)
    assert not (tmp_path / "mine").exists() or not saved(tmp_path / "mine")
    said = set()
    for number, key in enumerate(["b", "c", "r", Keys.ENTER, "n", "x", Keys.ENTER, "m", "s", "y"], 1):
        question = asked(browser)
        assert question not in said
        said.add(question)
        press(browser, key)
        until(browser, lambda number=number: answered(browser) == number)
        assert len(saved(tmp_path / "mine")) == number, "saved before the next question is asked"
    kept = saved(tmp_path / "mine")
    first.end(signal.SIGKILL)
    press(browser, "b")
    until(browser, lambda: "Not saved" in browser.find_element(By.ID, "failed").text)

    assert saved(tmp_path / "mine") == kept
    assert {"caption", "related", "newsletter", "ad", "promo", "byline"} <= set(kept.values())
    second = review()
    browser.get_log("browser")
    browser.get(second.address)
    until(browser, lambda: answered(browser) == 10)
    assert asked(browser) not in said
    press(browser, "l")
    until(browser, lambda: answered(browser) == 11)
    assert saved(tmp_path / "mine").items() > kept.items()
    assert second.end(signal.SIGINT) == 0
    assert [path for path in (tmp_path / "mine").iterdir() if path.suffix != ".tsv"] == []


def test_undo_skip_blocks_and_moving_by_keyboard(browser, review, tmp_path):
    browser.get(review().address)
    until(browser, lambda: answered(browser) == 0)
    first = shown(browser)
    press(browser, "b")
    until(browser, lambda: answered(browser) == 1)
    second = shown(browser)
    press(browser, "u")
    until(browser, lambda: answered(browser) == 0)
    assert shown(browser) == first
    press(browser, Keys.SPACE)
    until(browser, lambda: shown(browser) == second)

    press(browser, Keys.ARROW_DOWN, shift=True)
    chosen = len(browser.find_elements(By.CSS_SELECTOR, ".chosen"))
    if chosen == 1:  # the last line of its article
        press(browser, Keys.ARROW_UP, Keys.ARROW_UP, shift=True)
        chosen = len(browser.find_elements(By.CSS_SELECTOR, ".chosen"))
    assert chosen == 2
    press(browser, "d")
    until(browser, lambda: answered(browser) == 2)
    assert sorted(saved(tmp_path / "mine").values()) == ["donation", "donation"]

    before = shown(browser)
    press(browser, Keys.ARROW_UP if browser.execute_script("return !document.querySelector('.asked ~ .line')") else Keys.ARROW_DOWN)
    until(browser, lambda: shown(browser) not in (None, before))
    press(browser, Keys.ESCAPE)
    until(browser, lambda: shown(browser) == before)
    press(browser, "z", "z", "?")
    assert browser.find_element(By.ID, "help").is_displayed()
    press(browser, "b")
    assert answered(browser) == 2, "keys answer nothing while the help is open"
    press(browser, Keys.ESCAPE)
    assert not browser.find_element(By.ID, "help").is_displayed()
    assert quiet(browser)


def test_the_end_is_reached_and_every_line_is_saved(browser, review, rows, tmp_path):
    browser.get(review().address)
    until(browser, lambda: answered(browser) == 0)
    scripts = set()
    while browser.execute_script("return !document.querySelector('.empty')"):
        count = answered(browser)
        text = shown(browser)
        direction = browser.execute_script("return getComputedStyle(document.querySelector('.asked > span')).direction")
        scripts.add(direction)
        assert direction == ("rtl" if re.search("[\u0600-\u06ff]", text) else "ltr")
        press(browser, "z", Keys.ENTER)
        until(browser, lambda count=count: answered(browser) > count)

    assert scripts == {"rtl", "ltr"}
    assert browser.title == "Review · declutter", "no script of an article ran"
    texts = [json.loads(row)["text"] for row in rows.read_text(encoding="utf-8").splitlines()]
    assert sorted(samples.read(path).text for path in samples.find([tmp_path / "mine"])) == sorted(text.rstrip("\n") for text in texts)
    assert quiet(browser)


def test_another_origin_cannot_write(browser, review, tmp_path):
    """A page from elsewhere, even one that knows the address, is stopped before anything is saved."""
    address = review().address
    (tmp_path / "evil.html").write_text("<!DOCTYPE html><title>elsewhere</title>", encoding="utf-8")
    browser.get((tmp_path / "evil.html").as_uri())
    for options in (
        {"mode": "no-cors", "headers": {"Content-Type": "text/plain"}},
        {"mode": "cors", "headers": {"Content-Type": "application/json"}},
    ):
        options |= {"method": "POST", "body": json.dumps({"article": 0, "line": 0, "lines": [0], "kind": "ad"})}
        browser.execute_async_script(
            "const done = arguments[2]; fetch(arguments[0] + 'answer', arguments[1]).then(() => done(), () => done())", address, options
        )
    time.sleep(0.2)

    assert not saved(tmp_path / "mine")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_review_is_readable(browser, review, scheme):
    browser.get(review().address)
    until(browser, lambda: answered(browser) == 0)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    try:
        worst = browser.execute_script(CONTRAST)
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert worst[0] >= 4.5, worst
