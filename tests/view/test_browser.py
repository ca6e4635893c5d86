"""The live view in a browser: played, changed, and asking nobody but itself."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

import sim

SCENARIO = """# @package _global_
defaults:
  - override /polo: juarez
  - override /rollout: anunciado
name: evil
label:
  es: 'Polo <img src=x onerror="alert(1)"> {{ 1 + 1 }}'
  en: 'Place <img src=x onerror="alert(1)"> {{ 1 + 1 }}'
polo:
  announced:
    '<img src=x onerror="alert(2)">':
      {scheme: imss, places: 250, start: "2025-05", built: 0.9, known: assumed}
"""
ACCESS = """defaults: [asegurados, _self_]
name: evil_access
label: {es: '<b onclick="alert(1)">Ábrete</b>', en: '<b>Open up</b>'}
uninsured: "yes"
guarderias: true
"""
BROKEN = """defaults: [asegurados, _self_]
name: broken
label: {es: 'Rota', en: 'Broken'}
uninsured: '<img src=x onerror="alert(3)">'
"""
WATCHED = """
import json, runpy, sys
file = open(sys.argv.pop(1), "w")
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        print(json.dumps([event, str(args[-1] if event.endswith("connect") else args[0])]),
              file=file, flush=True)
sys.addaudithook(watch)
sys.argv[0] = "view"
runpy.run_module("sim.view", run_name="__main__")
"""
"""Runs the command and writes down every address that its process asks for."""


def browser() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


def installed() -> bool:
    try:
        return metadata.version("solara-assets") == metadata.version("solara")
    except metadata.PackageNotFoundError:
        return False


pytestmark = [
    pytest.mark.skipif(browser() is None, reason="no chromium: apt-get install chromium"),
    pytest.mark.skipif(not installed(), reason="no scripts of the page: pip install '.[view]'"),
]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen, str, Path]]:
    """Return the running command, the address of its page, and the file of what it asks for."""
    for group, name, text in (
        ("scenario", "evil", SCENARIO),
        ("access", "evil_access", ACCESS),
        ("access", "broken", BROKEN),
    ):
        (tmp_path / group).mkdir(exist_ok=True)
        (tmp_path / group / f"{name}.yaml").write_text(text, encoding="utf-8")
    asked = tmp_path / "asked.jsonl"
    overrides = ["+scenario=evil", "browser=false", "port=0", "scale=0.02", "lang=en",
                 "burn_in=6", "months=18"]  # fmt: skip
    command = [sys.executable, "-c", WATCHED, str(asked), "--config-dir", str(tmp_path), *overrides]
    home = str(Path(sim.__file__).resolve().parent.parent)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": home, "SOLARA_HOME": str(tmp_path)},
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None and process.stderr is not None
            address = process.stdout.readline().partition(" ")[0]
            assert address.startswith("http://127.0.0.1:"), process.stderr.read()
            yield process, address, asked
        finally:
            process.kill()


def test_it_is_played_and_changed_in_a_browser(served) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    process, address, asked = served
    complaints: list[str] = []
    requested: list[str] = []
    with (
        playwright.sync_playwright() as driver,
        driver.chromium.launch(executable_path=browser(), args=["--no-sandbox"]) as chromium,
    ):
        page = chromium.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(20_000)
        page.on("console", lambda m: m.type in ("error", "warning") and complaints.append(m.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: requested.append(request.url))
        page.goto(address)

        def line(of: str = "programme") -> str:
            found = page.locator(f"svg[data-curve=participation] polyline.{of}")
            return found.get_attribute("points") or ""

        # It opens at the first month, and what a scenario is called is text
        page.wait_for_selector("text=Jan 2026")
        bar = page.locator("header").inner_text()
        assert 'Place <img src=x onerror="alert(1)"> {{ 1 + 1 }} · live view' in bar
        centres = page.locator("svg.map .centre title").all_text_contents()
        assert any('<img src=x onerror="alert(2)">' in said for said in centres)
        assert page.locator("img[src=x]").count() == 0
        assert len(line().split()) == 1
        # It plays to the end, and curves build up; another page stays where it is
        other = chromium.new_page()
        other.goto(address)
        other.wait_for_selector("text=Jan 2026")
        page.get_by_role("button", name="▶").click()
        page.wait_for_selector("text=Jun 2027")
        played = line()
        assert len(played.split()) == 18 and played != line("baseline")
        assert int(page.locator(".head .fact b").first.inner_text()) > 0  # centres have opened
        assert other.locator(".head .now").inner_text() == "Jan 2026"
        other.close()
        # The slider goes back
        page.locator(".month .v-slider-thumb, .month .v-slider__thumb").press("Home")
        page.wait_for_selector("text=Jan 2026")
        # Another programme gives another curve, beside the one before
        page.locator(".v-navigation-drawer .v-select").nth(1).click()
        choices = page.locator(".v-overlay .v-list-item")
        assert "<b>Open up</b>" in choices.all_inner_texts()
        choices.filter(has_text="<b>Open up</b>").click()
        page.get_by_role("button", name="Live it again").click()
        page.wait_for_selector("polyline.before", state="attached")
        page.get_by_role("button", name="▶").click()
        page.wait_for_selector("text=Jun 2027")
        assert len(line().split()) == 18 and line() not in ("", played)
        # A mother is followed, in the other language too
        page.wait_for_selector(".story .programme")
        page.get_by_role("button", name="Español").click()
        page.wait_for_selector("text=Con el programa, 2027-06")
        page.wait_for_selector("text=jun 2027")
        assert "Live it again" not in page.locator("body").inner_text()
        assert "Ábrete" in page.locator(".v-navigation-drawer").inner_text()
        first = page.locator("h3", has_text="Una madre").inner_text()
        page.get_by_role("button", name="Otra madre").click()
        page.wait_for_function("t => ![...document.querySelectorAll('h3')].some("
                               "h => h.innerText == t)", arg=first)  # fmt: skip
        # What cannot be lived is told in one line, as text
        page.locator(".v-navigation-drawer .v-select").nth(1).click()
        choices.filter(has_text="Rota").click()
        page.wait_for_selector(".v-navigation-drawer .v-select >> text=Rota")
        page.wait_for_timeout(300)
        page.get_by_role("button", name="Simular de nuevo").click()
        page.wait_for_selector(".view .refused")
        told = page.locator(".view .refused").inner_text()
        assert told.startswith("Esto no se puede simular: access.uninsured=<img src=x"), told
        assert "\n" not in told and page.locator("img[src=x]").count() == 0
        assert complaints == []
        process.send_signal(signal.SIGINT)  # while the page is open
        assert process.wait(20) == 0
    hosts = {re.sub(r"^(blob:|data:)?(https?://[^/]*)?.*", r"\2", url) for url in requested}
    assert hosts <= {address, ""}
    assert [url for url in requested if url.startswith("data:text/html")] == []
    foreign = [json.loads(row) for row in asked.read_text().splitlines()]
    assert [a for _, a in foreign if "127.0.0.1" not in a and "localhost" not in a] == []
    said = [line for line in process.stderr.read().splitlines() if "compiling" not in line]
    assert said == []
