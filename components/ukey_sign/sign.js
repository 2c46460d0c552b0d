// Signs one document with the UKey that signed in. The hall checks what comes back against its own copy.
const STATE = new WeakMap();

export default async function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const form = parentElement.querySelector("form");
  const known = STATE.has(form);
  STATE.set(form, { data, setTriggerValue });
  const button = form.querySelector("button");
  if (known) return;
  button.textContent = data.label;
  const agent = await import(`${location.origin}/hall/agent.js`);
  agent.useAgent(data.agent);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sign(form, agent);
  });
  await prepare(form, agent);
}

const find = (form, selector) => form.querySelector(selector);

/** Learn where the PIN is typed, and whether this is the key's last try. */
async function prepare(form, agent) {
  try {
    const { pin_mode: mode } = await agent.askAgent("/v1/status");
    const { certificates } = await agent.askAgent("/v1/certificates");
    const mine = certificates.find((one) => one.id === STATE.get(form).data.certificate);
    if (!mine) throw new agent.Failure(certificates.length ? "wrong_key" : "no_key", { text: "插入的不是本次登录使用的UKey：请插入登录时的UKey后重试。" });
    const isHere = mode === "page" && !mine.pin_pad;
    find(form, "label").hidden = !isHere;
    find(form, ".final").hidden = mine.pin_state !== "final_try";
    find(form, ".elsewhere").hidden = isHere;
    find(form, ".elsewhere").textContent = mine.pin_pad
      ? "点击按钮后，请在UKey的键盘上输入Ukey证书密码。"
      : "点击按钮后，请在UKey客户端弹出的窗口中核对内容并输入密码。";
    find(form, "button").disabled = mine.pin_state === "locked";
    if (mine.pin_state === "locked") throw new agent.Failure("pin_locked");
    if (isHere) find(form, "input").focus();
  } catch (failure) {
    show(form, agent, failure);
  }
}

async function sign(form, agent) {
  const { data, setTriggerValue } = STATE.get(form);
  const [field, button, final] = [find(form, "input"), find(form, "button"), find(form, ".final")];
  find(form, ".failure").hidden = true;
  const asked = { document: data.document, certificate: data.certificate };
  if (!find(form, "label").hidden) {
    if (!field.value) return show(form, agent, new agent.Failure("pin_required"));
    asked.pin = field.value;
  }
  if (!final.hidden) asked.confirm_final_try = final.querySelector("input").checked;
  field.value = "";
  button.disabled = true;
  button.textContent = "正在签名…";
  try {
    const { cms } = await agent.askAgent("/v1/sign", asked);
    button.textContent = "已签名，正在提交…";
    setTriggerValue("signed", cms);
    setTimeout(() => ready(button, data), 3000); // where the hall refuses, it may be tried again
  } catch (failure) {
    ready(button, data);
    await prepare(form, agent);
    show(form, agent, failure);
  }
  return undefined;
}

function ready(button, data) {
  button.textContent = data.label;
  button.disabled = false;
}

function show(form, agent, failure) {
  if (!(failure instanceof agent.Failure)) throw failure;
  const box = find(form, ".failure");
  box.textContent = failure.message.replaceAll("【登录】", `【${STATE.get(form).data.label}】`);
  box.hidden = false;
}
