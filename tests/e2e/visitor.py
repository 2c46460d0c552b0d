"""A person at her browser: opening pages, signing in, pressing buttons, uploading, the grid.

Cells of the grid are painted on a canvas; its mirror for readers of screens is what we read.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Locator, Page, Request, expect
from playwright.sync_api import Error as PlaywrightError

from components import roster
from demo.cast import CAST
from tests.e2e.newcomers import PLAYERS
from tests.e2e.provision import PIN
from tests.e2e.serving import Hall

SHOTS = Path(__file__).parent / "shots"
READY = (
    '[data-testid="stApp"][data-test-script-state="notRunning"]'
    '[data-test-connection-state="CONNECTED"]'
)
#: What is pressed to do what needs a signature.
SIGNED = {"提交审批", "提交审核", "上传完成并提交审批", "保存", "提交复核", "确认生效"}
SIGNATURE_ASKED = 400  # milliseconds: the rehearsal of the act
ROW = 35  # pixels: a row of the grid
PEOPLE = {player.key: player for player in (*CAST, *PLAYERS)}
PINS = {key: player.pin for key, player in PEOPLE.items()}


@dataclass
class Visitor:
    hall: Hall
    context: BrowserContext
    page: Page
    requests: list[str] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    pin: str = PIN
    """Of the key that she signed in with."""

    @classmethod
    def arrive(cls, hall: Hall, context: BrowserContext) -> "Visitor":
        """Open a window that notes what it asks for and what fails in it."""
        visitor = cls(hall, context, context.new_page())
        context.on("request", visitor._note)
        context.on("weberror", lambda error: visitor.errors.append(str(error.error)))
        visitor._listen(visitor.page)
        return visitor

    def second_tab(self) -> "Visitor":
        tab = Visitor(self.hall, self.context, self.context.new_page(), self.requests)
        self._listen(tab.page)
        return tab

    def _note(self, request: Request) -> None:
        self.requests.append(request.url)

    def _listen(self, page: Page) -> None:
        page.on("websocket", lambda socket: self.sockets.append(socket.url))
        page.on("console", lambda said: self._hear(said.text))

    def _hear(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.errors.append(text)

    def account(self) -> str:
        """Tell what stands on her page, what she asked for last, and what the hall logged."""
        try:
            page = self.page.locator("body").aria_snapshot(timeout=3_000)
        except PlaywrightError as error:
            page = str(error)
        log = self.hall.log.read_text("utf-8") if self.hall.log.exists() else ""
        return "\n".join([page, *self.requests[-12:], *self.errors, log[-3_000:]])

    def hosts(self) -> set[str | None]:
        """Return whom her pages asked, over the network: not the browser's own viewer of PDFs."""
        asked = map(urlsplit, [*self.requests, *self.sockets])
        return {url.hostname for url in asked if url.scheme in {"http", "https", "ws", "wss"}}

    # ---- pages

    def open(self, path: str = "/") -> None:
        """Open a page of the hall and wait until it stands."""
        self.page.goto(self.hall.origin + path)
        self.idle()

    def idle(self) -> None:
        self.page.wait_for_selector(READY, timeout=20_000)

    def shot(self, name: str) -> None:
        """Write down how the page looks; with HALL_SHOTS=2 on a small and on a large screen."""
        asked = os.environ.get("HALL_SHOTS")
        if asked == "1":
            self._shot(name)
        elif asked == "2" and (before := self.page.viewport_size):
            for width, height in ((1366, 768), (1920, 1080)):
                self.page.set_viewport_size({"width": width, "height": height})
                self._shot(f"{name}-{width}")
            self.page.set_viewport_size(before)

    def _shot(self, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        self.page.wait_for_timeout(400)
        self.page.screenshot(path=SHOTS / f"{name}.png")

    # ---- signing in

    def open_sign_in(self, path: str = "/sign-in") -> None:
        self.page.goto(self.hall.origin + path)
        expect(self.page.locator("#agent-state")).not_to_have_text("正在检测…")

    def choose_key(self, label: str, *, username: str = "", password: str = "") -> None:
        """Press 【登录】 and choose the certificate on the key of this label."""
        page = self.page
        if username:
            page.get_by_role("tab", name="中心人员登录").click()
            page.get_by_label("用户名").fill(username)
            page.locator("#password").fill(password)
        page.locator("#sign-in").click()
        expect(page.locator("#dialog")).to_be_visible()
        if page.locator("#choice").is_visible():
            options = page.locator("#certificate option").all_inner_texts()
            place = next(i for i, text in enumerate(options) if text.endswith(f" · {label}"))
            page.locator("#certificate").select_option(index=place)
        expect(page.locator("#holder-token")).to_have_text(label)

    def give_pin(self, pin: str) -> None:
        self.page.get_by_label("Ukey证书密码").fill(pin)
        self.page.locator("#confirm").click()

    def sign_in(self, key: str, pin: str = "", *, username: str = "", password: str = "") -> None:
        """Sign in at the sign-in page, as a person does."""
        self.pin = pin or PINS.get(key, PIN)
        self.choose_key(key, username=username, password=password)
        self.give_pin(self.pin)
        self.page.wait_for_selector(READY, timeout=20_000)

    def enter(self, key: str) -> None:
        """Sign in with the same questions and answers as the page, without the page."""
        player = PEOPLE[key]
        self.pin = player.pin
        asked = {"Origin": self.hall.origin, "X-UKey-Client": "1", "X-Hall": "1"}

        def ask(address: str, **body: str) -> dict[str, object]:
            reply = self.context.request.post(address, headers=asked, data=body)
            assert reply.ok, reply.text()
            answer: dict[str, object] = reply.json()
            return answer

        certificates = ask(f"{self.hall.agent}/v1/certificates")["certificates"]
        mine = next(one for one in certificates if one["token"] == key)  # type: ignore[attr-defined]
        nonce = str(ask(f"{self.hall.origin}/auth/challenge")["nonce"])
        answer = ask(
            f"{self.hall.agent}/v1/authenticate",
            nonce=nonce,
            certificate=mine["id"],
            pin=player.pin,
        )
        ask(
            f"{self.hall.origin}/auth/sign-in",
            token=answer, token_serial=mine["serial"],
            username=player.username, password=player.password,
        )  # fmt: skip

    # ---- what stands on the page

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def decide(self, name: str) -> None:
        """Press one of an officer's buttons, which also show the keys that press them."""
        self.page.get_by_role("button", name=re.compile(f"^{name}")).click()
        self.sign_if_asked()

    def press(self, name: str) -> None:
        self.button(name).click()
        if name in SIGNED:
            self.sign_if_asked()
        else:
            self.idle()

    def sign_if_asked(self) -> None:
        """Give the signature that an act asks for; where it was refused before that, there is none."""
        self.page.wait_for_timeout(SIGNATURE_ASKED)
        self.idle()
        dialog = self.page.get_by_role("dialog").filter(has_text="UKey签名确认")
        if dialog.is_visible():
            self.sign(dialog)

    def sign(self, dialog: Locator) -> None:
        dialog.get_by_label("Ukey证书密码").fill(self.pin)
        dialog.get_by_role("button", name="签名并提交").click()
        expect(dialog).to_be_hidden()
        self.idle()

    def to_page(self, title: str) -> None:
        """Go to a page by the menu, which keeps the session of this tab."""
        self.page.get_by_test_id("stSidebarNavLink").filter(has_text=title).first.click()
        self.idle()

    def dialog(self, title: str) -> Locator:
        dialog = self.page.get_by_role("dialog").filter(has_text=title)
        expect(dialog).to_be_visible()
        return dialog

    def to_tab(self, name: str) -> None:
        """Choose one of the tabs, which may also show how many entries they have."""
        self.page.get_by_role("tab", name=re.compile(f"^{name}(（|$)")).click()
        self.idle()

    def row(self, text: str) -> Locator:
        """Return the entry of a list that says `text`."""
        entries = self.page.locator('[data-testid="stHorizontalBlock"], .hall-queue tbody tr')
        return entries.filter(has_text=text)

    def entry(self, text: str) -> Locator:
        """Return the entry of the task center that says `text`."""
        entries = self.page.locator('[class*="st-key-list_"]').get_by_test_id("stHorizontalBlock")
        return entries.filter(has_text=text)

    def hears(self, text: str) -> None:
        """Expect a notice (toast) that says exactly this."""
        toast = self.page.get_by_test_id("stToast").filter(has_text=text)
        expect(toast.first).to_be_visible()

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text, exact=True).first).to_be_visible()

    def alerts(self, text: str) -> None:
        """Expect a refusal that says exactly this, and is seen without scrolling."""
        refusal = self.page.get_by_role("alert").filter(has_text=text)
        expect(refusal.get_by_text(text, exact=True)).to_be_in_viewport(ratio=0.9)

    def tick_box(self, label: str) -> None:
        """Tick a box, or take the tick away."""
        self.page.get_by_test_id("stCheckbox").get_by_text(label, exact=True).click()
        self.idle()

    def tile(self, business: str) -> Locator:
        """Return a business's button on the home."""
        return self.page.locator(".st-key-tiles button").filter(has_text=business)

    def figure(self, label: str) -> Locator:
        """Return the figure under this label, in the dialog that is open or on the page."""
        return self.page.locator(".hall-figures > div").filter(has_text=label).locator("dd").last

    def download(self, name: str) -> tuple[str, bytes]:
        """Follow a link that hands out a file; return its name and content."""
        with self.page.expect_download() as waiting:
            self.page.get_by_role("link", name=name, exact=True).click()
        saved = waiting.value
        return saved.suggested_filename, Path(saved.path()).read_bytes()

    def choose_file(self, name: str, content: bytes, within: Locator | None = None) -> None:
        chooser = (within or self.page).locator('input[type="file"]')
        kind = "application/octet-stream"
        chooser.set_input_files({"name": name, "mimeType": kind, "buffer": content})

    # ---- forms

    def field(self, label: str) -> Locator:
        """Return the field with this label, in the dialog that is open or on the page."""
        return self.page.get_by_label(label, exact=True).last

    def fill(self, label: str, text: str) -> None:
        """Type into a field, then leave it."""
        field = self.field(label)
        field.fill(text)
        field.press("Tab")
        self.idle()

    def pick(self, label: str, words: str) -> None:
        """Choose from a list, found by its label, what begins with these words."""
        box = self.page.get_by_role("combobox", name=re.compile(re.escape(label))).last
        box.click()
        box.fill(words)
        self.page.get_by_role("option", name=re.compile(f"^{re.escape(words)}")).first.click()
        self.idle()

    def confirm(self, title: str, answer: str = "确定") -> None:
        """Give an answer in a dialog, the signature where it asks for one, and see it go."""
        dialog = self.dialog(title)
        dialog.get_by_role("button", name=answer, exact=True).click()
        if answer == "确定":
            self.sign_if_asked()
        expect(dialog).to_be_hidden()
        self.idle()

    def blamed(self, text: str) -> None:
        """Expect a fault below a field that says this."""
        told = self.page.get_by_test_id("stCaptionContainer").filter(has_text=text)
        expect(told.first).to_be_visible()

    def refused(self, text: str) -> None:
        """Expect a red line that says this, seen without scrolling."""
        expect(self.page.get_by_role("alert").filter(has_text=text).last).to_be_in_viewport(
            ratio=0.9
        )

    # ---- the grid

    def tick(self, key: str, *rows: int) -> None:
        """Tick rows of a roster of people by their marks at the left; from 0, -1 is all of them."""
        frame = self.page.locator(f'[class*="st-key-{key}_grid"]').get_by_test_id("stDataFrame")
        expect(frame).to_have_count(1)  # the one before it stands until the run has ended
        expect(frame.locator("canvas").first).to_be_visible()
        frame.evaluate("e => e.scrollIntoView({block: 'center'})")
        self.page.wait_for_timeout(150)
        for row in rows:
            place = frame.bounding_box()
            assert place
            self.page.mouse.click(place["x"] + 18, place["y"] + roster.ROW * (row + 1.5))
            self.idle()

    def grid(self, name: str = "_grid_") -> Locator:
        return self.page.locator(f'[class*="st-key-base_adjustment{name}"]')

    def cell(self, row: int, column: int) -> Locator:
        return self.page.get_by_test_id(f"glide-cell-{column}-{row}").last

    def case_cell(self, row: int, column: int) -> Locator:
        """Return a cell of the lines that an officer's case shows, from 0."""
        rows = self.page.locator(".hall-lines tbody tr")
        return rows.nth(row).locator("td").nth(column)

    def go_to_cell(self, row: int, column: int) -> None:
        """Put the cursor on a cell by arrows, which know nothing of widths."""
        frame = self.grid().get_by_test_id("stDataFrame")
        expect(frame).to_have_count(1)
        expect(frame.locator("canvas").first).to_be_visible()
        frame.evaluate("e => e.scrollIntoView({block: 'center'})")  # the bar on top eats clicks
        self.page.wait_for_timeout(150)
        frame.click(position={"x": 100, "y": ROW * 1.5})
        for key, times in (("ArrowLeft", 1), ("ArrowDown", row), ("ArrowRight", column)):
            for _ in range(times):
                self.page.keyboard.press(key)

    def type_into_cell(self, row: int, column: int, text: str) -> None:
        self.go_to_cell(row, column)
        self.page.keyboard.press("Enter")
        editor = self.page.get_by_test_id("portal").locator(".gdg-clip-region")
        expect(editor).to_be_visible()
        field = editor.locator("input,textarea").first
        field.fill(text)
        field.press("Enter")
        expect(editor).to_be_hidden()
        self.idle()

    def tick_row(self, row: int) -> None:
        self.go_to_cell(row, 0)
        self.page.keyboard.press("Space")
        self.idle()
