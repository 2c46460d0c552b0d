// Brings a refusal into view that appears below what is seen: a table above it may have pushed it down.
const REFUSAL = '[data-testid="stAlertContentError"]';
const SETTLED = 400; // milliseconds, until a table above has its height

export default function () {
  window.__hallRefusals ??= observe();
}

function observe() {
  const observer = new MutationObserver((changes) => {
    const refusal = changes.flatMap((change) => [...change.addedNodes]).map(refusalIn).find(Boolean);
    if (!refusal) return;
    show(refusal);
    setTimeout(() => show(refusal), SETTLED);
  });
  observer.observe(document.body, { childList: true, subtree: true });
  return observer;
}

function refusalIn(node) {
  if (!(node instanceof Element)) return null;
  return node.matches(REFUSAL) ? node : node.querySelector(REFUSAL);
}

function show(refusal) {
  refusal.closest('[data-testid="stAlert"]')?.scrollIntoView({ block: "nearest" });
}
