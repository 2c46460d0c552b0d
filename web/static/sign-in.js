// Signing in: the agent signs the hall's challenge, the hall answers with a session.

import {Failure, LOW, askAgent} from './agent.js';

const $ = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const REASONS = {
  idle: '您已超过15分钟未操作，为保护单位信息，系统已自动退出。请重新登录，登录后将回到刚才的页面。',
  expired: '登录已失效（长时间未操作，或已在其他窗口退出）。请重新登录，登录后将回到刚才的页面。',
  key_removed: 'UKey已拔出，系统已自动退出。请插入UKey后重新登录。',
  signed_out: '您已安全退出。请拔出UKey并妥善保管。',
};
const DAYS_TO_WARN = 60;
const POLL = 3000;

let pinMode = 'window';
let certificates = [];
let waiting = null;

// ---- the hall --------------------------------------------------------------------------------

const safeNext = (wanted) => (/^\/(?![/\\])[^\\\s]*$/.test(wanted ?? '') ? wanted : '/');

async function askHall(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: 'POST', cache: 'no-store', credentials: 'same-origin',
      headers: {'Content-Type': 'application/json', 'X-Hall': '1'}, body: JSON.stringify(body),
    });
  } catch {
    throw new Failure('hall', {text: '连接不上网上业务大厅：请检查网络后重试；如仍不行，请致电0855-8685631。'});
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Failure(`hall_${answer.code ?? 'broken'}`, {
    text: answer.text ?? '系统繁忙，请稍后再试；如仍不行，请致电0855-8685631。',
  });
}

/** A link on another site brings no Strict cookie along; this request does. */
async function skipIfSignedIn() {
  if (query.get('reason') === 'signed_out') return;
  const response = await fetch('/auth/me', {cache: 'no-store'}).catch(() => null);
  if (response?.ok) location.replace(safeNext(query.get('next')));
}

// ---- what the page shows ---------------------------------------------------------------------

function showReason() {
  const text = REASONS[query.get('reason')];
  if (!text) return;
  $('reason').textContent = text;
  $('reason').hidden = false;
}

function showState(element, kind, text) {
  if (element.textContent === text) return;
  element.className = kind;
  element.textContent = text;
}

const LINKS = {'【数字证书操作指南】': '/guide#unlock', '【数字证书驱动下载】': '/guide#driver'};

/** Show a sentence; the parts of the guide that it names become links to them. */
function showFailure(box, failure) {
  const parts = failure.message.split(/(【数字证书[^】]+】)/).map((part) => {
    if (!LINKS[part]) return part;
    const link = document.createElement('a');
    Object.assign(link, {href: LINKS[part], target: '_blank', textContent: part});
    return link;
  });
  box.querySelector('p').replaceChildren(...parts);
  box.hidden = false;
}

/** Failures that go away by themselves once the agent or the key is there. */
const PASSING = new Set(['agent_missing', 'agent_blocked', 'no_key', 'key_removed']);
let shown = null;

function showOnPage(failure) {
  shown = failure.code;
  $('retry').hidden = failure.code.startsWith('hall_') || failure.code === 'pin_locked';
  showFailure($('failure'), failure);
}

function hideFailure() {
  shown = null;
  $('failure').hidden = true;
}

async function watchAgent() {
  const [agent, key] = [$('agent-state'), $('key-state')];
  try {
    const status = await askAgent('/v1/status');
    pinMode = status.pin_mode ?? pinMode;
    showState(agent, 'good', '已连接');
    const count = status.present?.length ?? 0;
    showState(key, count ? 'good' : 'bad', count ? (count > 1 ? `已插入${count}个` : '已插入') : '未检测到UKey');
    if (PASSING.has(shown) && (count || shown.startsWith('agent'))) hideFailure();
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    const isThere = !failure.code.startsWith('agent');
    showState(agent, isThere ? 'good' : 'bad', isThere ? '已连接' : failure.code === 'agent_blocked' ? '被浏览器禁止' : '未启动');
    showState(key, isThere ? 'bad' : 'waiting', isThere ? '暂时无法读取' : '—');
    if (failure.code === 'module_error' || failure.code === 'origin_denied') showOnPage(failure);
  }
}

function selectTab(tab) {
  for (const one of [$('tab-employer'), $('tab-center')]) {
    one.setAttribute('aria-selected', String(one === tab));
    one.tabIndex = one === tab ? 0 : -1;
  }
  $('panel').setAttribute('aria-labelledby', tab.id);
  $('center-fields').hidden = !isCenter();
  hideFailure();
}

const isCenter = () => $('tab-center').getAttribute('aria-selected') === 'true';

// ---- 【登录】 ----------------------------------------------------------------------------------

async function begin() {
  hideFailure();
  if (isCenter() && !($('username').value.trim() && $('password').value)) {
    showOnPage(new Failure('hall_fields', {text: '请输入用户名和密码，再点击【登录】。'}));
    ($('username').value.trim() ? $('password') : $('username')).focus();
    return;
  }
  setBusy($('sign-in'), '正在检测UKey…');
  try {
    await watchAgent();
    certificates = (await askAgent('/v1/certificates')).certificates;
    if (!certificates.length) {
      throw new Failure((await askAgent('/v1/status')).present.length ? 'no_certificate' : 'no_key');
    }
    openDialog();
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    showOnPage(failure);
  } finally {
    setReady($('sign-in'), '登录');
  }
}

function setBusy(button, text) {
  button.disabled = true;
  button.textContent = text;
}

function setReady(button, text) {
  button.disabled = false;
  button.textContent = text;
}

// ---- the dialog ------------------------------------------------------------------------------

const chosen = () => certificates[$('certificate').selectedIndex] ?? certificates[0];
const asksHere = () => pinMode === 'page' && !chosen().pin_pad;
const dayOf = (instant) => new Date(instant).toLocaleDateString('sv-SE');

function openDialog() {
  $('certificate').replaceChildren(...certificates.map((one) => {
    const option = document.createElement('option');
    option.textContent = [one.subject_cn, one.organization, one.token].filter(Boolean).join(' · ');
    return option;
  }));
  $('choice').hidden = certificates.length < 2;
  showChosen();
  $('dialog').showModal();
  (certificates.length > 1 ? $('certificate') : asksHere() ? $('pin') : $('confirm')).focus();
}

function showChosen() {
  const one = chosen();
  const days = Math.floor((new Date(one.not_after) - Date.now()) / 86_400_000);
  const nearEnd = days < 0 ? '（已过期）' : days <= DAYS_TO_WARN ? `（还有${days}天，请及时更新）` : '';
  $('holder-name').textContent = one.subject_cn || '—';
  $('holder-organization').textContent = one.organization || '—';
  $('holder-token').textContent = one.token || one.serial;
  $('holder-until').textContent = dayOf(one.not_after) + nearEnd;
  $('holder-until').className = nearEnd ? 'soon' : '';
  $('pin').value = '';
  const isLocked = one.pin_state === 'locked';
  $('pin-field').hidden = isLocked || !asksHere();
  $('pin-elsewhere').hidden = isLocked || asksHere();
  $('pin-elsewhere').textContent = one.pin_pad
    ? '点击【确定】后，请在UKey的键盘上输入Ukey证书密码。'
    : '点击【确定】后，请在UKey客户端弹出的窗口中输入密码。';
  $('final-confirmed').checked = false;
  $('final-try').hidden = one.pin_state !== 'final_try';
  $('dialog-failure').hidden = true;
  $('confirm').disabled = isLocked;
  if (isLocked) showFailure($('dialog-failure'), new Failure('pin_locked'));
}

async function confirm() {
  const one = chosen();
  const pin = $('pin').value;
  $('pin').value = '';
  $('dialog-failure').hidden = true;
  if (asksHere() && !pin) return refuse(new Failure('pin_required'));
  if (one.pin_state === 'final_try' && !$('final-confirmed').checked) return refuse(new Failure('pin_final_try'));
  setBusy($('confirm'), '正在验证…');
  $('pin').readOnly = true;
  if (!asksHere()) $('pin-elsewhere').textContent = one.pin_pad ? '请在UKey的键盘上输入Ukey证书密码…' : '请在UKey客户端弹出的窗口中输入密码…';
  waiting = new AbortController();
  try {
    await signInWith(one, pin, waiting.signal);
  } catch (failure) {
    if (failure.name === 'AbortError') return undefined;
    if (!(failure instanceof Failure)) throw failure;
    await refuseAndLearn(failure);
  } finally {
    waiting = null;
    $('pin').readOnly = false;
    if ($('confirm').textContent !== '登录成功') {
      $('confirm').textContent = '确定';
      $('confirm').disabled = chosen()?.pin_state === 'locked';
    }
  }
  return undefined;
}

async function signInWith(one, pin, signal) {
  const {nonce} = await askHall('/auth/challenge', {});
  const asked = {nonce, certificate: one.id};
  if (asksHere()) asked.pin = pin;
  if ($('final-confirmed').checked) asked.confirm_final_try = true;
  const token = await askAgent('/v1/authenticate', asked, signal);
  const staff = isCenter() ? {username: $('username').value.trim(), password: $('password').value} : {};
  const answer = await askHall('/auth/sign-in', {
    token: JSON.stringify(token), token_serial: one.serial, next: safeNext(query.get('next')), ...staff,
  });
  $('password').value = '';
  $('confirm').textContent = '登录成功';
  location.replace(safeNext(answer.next));
}

/** What the hall refuses is shown on the page; what the key refuses, where the password is typed. */
async function refuseAndLearn(failure) {
  if (failure.code.startsWith('hall') || PASSING.has(failure.code)) {
    $('dialog').close();
    if (failure.code === 'hall_password_wrong') $('password').value = '';
    showOnPage(failure);
    $('sign-in').focus();
    return;
  }
  const text = failure.message;
  const wanted = chosen();
  try {
    certificates = (await askAgent('/v1/certificates')).certificates;
    $('certificate').selectedIndex = Math.max(0, certificates.findIndex((one) => one.id === wanted.id));
  } catch { /* The failure at hand says more. */ }
  if (!certificates.length) {
    $('dialog').close();
    showOnPage(new Failure('key_removed'));
    return;
  }
  showChosen();
  const isLow = failure.code === 'pin_incorrect' && !failure.facts.final_try && !failure.facts.locked && chosen().pin_state === 'low';
  refuse(isLow ? {message: LOW} : {message: text});
}

function refuse(failure) {
  showFailure($('dialog-failure'), failure);
  if (!$('final-try').hidden && !$('final-confirmed').checked) $('final-confirmed').focus();
  else if (asksHere()) $('pin').focus();
}

function leaveDialog() {
  waiting?.abort();
  $('pin').value = '';
  setReady($('confirm'), '确定');
}

// ---- wiring ----------------------------------------------------------------------------------

$('panel').addEventListener('submit', (event) => { event.preventDefault(); begin(); });
$('retry').addEventListener('click', async () => { hideFailure(); await watchAgent(); begin(); });
$('dialog-form').addEventListener('submit', (event) => { event.preventDefault(); confirm(); });
$('cancel').addEventListener('click', () => $('dialog').close());
$('dialog').addEventListener('close', leaveDialog);
$('certificate').addEventListener('change', showChosen);
for (const tab of [$('tab-employer'), $('tab-center')]) {
  tab.addEventListener('click', () => selectTab(tab));
  tab.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const other = tab === $('tab-employer') ? $('tab-center') : $('tab-employer');
    selectTab(other);
    other.focus();
  });
}

showReason();
skipIfSignedIn();
watchAgent();
setInterval(() => { if (!document.hidden && !waiting) watchAgent(); }, POLL);
$('sign-in').focus();
