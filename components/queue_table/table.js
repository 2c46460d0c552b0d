// The officers' queue: one table for all rows, with their buttons and ticks. Only ids go back; the
// server looks at every one of them again. Ticks are kept here until a batch has been decided.
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".hall-queue");
  const ids = new Set(data.rows.map((row) => row.id));
  const kept = root.decided === data.decided ? (root.chosen ?? []) : [];
  const chosen = (root.chosen = new Set([...kept].filter((id) => ids.has(id))));
  root.decided = data.decided;
  const at = document.activeElement?.closest?.("tr")?.dataset.id;
  const boxes = new Map();

  const table = make("table", "hall-table");
  const head = make("tr");
  if (data.ticks) head.append(make("th", "tick"));
  for (const text of data.heads) head.append(make("th", "", text));
  head.append(make("th", "act", "操作"));
  table.append(wrap("thead", head));
  const body = make("tbody");
  for (const row of data.rows) body.append(line(row));
  table.append(body);
  root.replaceChildren(table);

  const batch = make("button", "hall-button", "");
  if (data.ticks) {
    batch.type = "button";
    batch.onclick = () => setTriggerValue("batch", [...chosen]);
    root.append(batch);
    refresh();
  }
  if (at) body.querySelector(`tr[data-id="${CSS.escape(at)}"]`)?.focus();

  function line(row) {
    const tr = make("tr");
    tr.dataset.id = row.id;
    tr.tabIndex = 0;
    if (data.ticks) {
      const box = make("input");
      box.type = "checkbox";
      box.ariaLabel = `选择${row.serial}`;
      box.checked = chosen.has(row.id);
      box.onchange = () => {
        box.checked ? chosen.add(row.id) : chosen.delete(row.id);
        refresh();
      };
      boxes.set(box, row);
      tr.append(wrap("td", box, "tick"));
    }
    row.cells.forEach((text, place) => {
      tr.append(make("td", place === 0 && row.mark ? row.mark : "", text));
    });
    const open = make("button", "hall-button", row.label);
    open.type = "button";
    open.onclick = () => setTriggerValue("opened", row.id);
    tr.append(wrap("td", open, "act"));
    tr.onkeydown = (event) => key(event, tr, open);
    return tr;
  }

  function key(event, tr, open) {
    if (event.target !== tr) return;
    const step = { ArrowDown: tr.nextElementSibling, ArrowUp: tr.previousElementSibling }[event.key];
    if (step) step.focus();
    else if (event.key === "Enter") open.click();
    else if (event.key === " ") tr.querySelector("input:enabled")?.click();
    else return;
    event.preventDefault();
  }

  // Only cases of one business go together: the first tick says which.
  function refresh() {
    const first = [...boxes.values()].find((row) => chosen.has(row.id));
    for (const [box, row] of boxes) {
      box.disabled = !row.free || (first !== undefined && row.kind !== first.kind);
      box.title = !row.free ? "他人正在审核" : box.disabled ? "批量审批只能选择同一业务" : "";
    }
    batch.disabled = chosen.size === 0;
    batch.textContent = chosen.size ? `批量通过（${chosen.size}）` : "批量通过：请勾选同一业务";
  }
}

function make(name, kind = "", text = "") {
  const element = document.createElement(name);
  if (kind) element.className = kind;
  if (text) element.textContent = text;
  return element;
}

function wrap(name, child, kind = "") {
  const element = make(name, kind);
  element.append(child);
  return element;
}
