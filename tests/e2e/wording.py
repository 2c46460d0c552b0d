"""What a person can read on a page, and which of its words are not Chinese."""

import re

from playwright.sync_api import Page

#: Names that Chinese clerks write in Latin letters.
KNOWN = {
    "UKey", "Ukey", "CA", "PIN", "SO", "USB", "PDF", "JPG", "PNG", "KB", "MB", "xlsx", "Excel",
    "Alt", "CRL", "PEM", "DER", "SHA", "Chrome", "Edge", "Firefox", "JavaScript", "pdf",
}  # fmt: skip
_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2,}(?![A-Za-z0-9])")
_READABLE = """() => {
  const said = [];
  const isOut = (e) => e.closest('script,style,code,noscript')
    || getComputedStyle(e).fontFamily.includes('Material Symbols');
  const isSeen = (e) => e.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const around = node.parentElement;
    if (node.data.trim() && around && !isOut(around) && isSeen(around)) said.push(node.data.trim());
  }
  for (const e of document.querySelectorAll('[title],[aria-label],[placeholder],[alt]')) {
    if (isOut(e) || !isSeen(e)) continue;
    for (const name of ['title', 'aria-label', 'placeholder', 'alt']) {
      if (e.getAttribute(name)) said.push(e.getAttribute(name));
    }
  }
  return [document.title, ...said];
}"""


def assert_all_chinese(page: Page, *names: str) -> None:
    """Expect no word in Latin letters beside those known, and the given names."""
    said = page.evaluate(_READABLE)
    assert len(said) > 5, "the page is empty"
    foreign = {text: words for text in said if (words := _foreign(text) - {*names})}
    assert foreign == {}, foreign


def _foreign(text: str) -> set[str]:
    return set(_WORD.findall(text)) - KNOWN
