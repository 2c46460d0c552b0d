// The UKey client (UKey客户端) as the page sees it: one call, and a Chinese sentence for every way it fails.

let address = document.querySelector('script[data-agent]')?.dataset.agent;

/** Say where the agent is, on a page whose own script does not. */
export function useAgent(where) {
  address = where;
}

const SENTENCES = {
  agent_missing: '未检测到UKey客户端：请从【数字证书驱动下载】安装并启动UKey客户端，再点击【重试】。如浏览器询问是否允许访问本地网络，请选择“允许”。',
  agent_blocked: '浏览器禁止了本网站连接UKey客户端：请点击地址栏左侧的图标，将“本地网络访问”改为“允许”，再点击【重试】。',
  no_key: '未检测到UKey：请将UKey插入电脑USB接口，等待指示灯亮起后，再点击【登录】。',
  key_removed: 'UKey已被拔出：请重新插入UKey，等待指示灯亮起后，再点击【登录】。',
  no_certificate: 'UKey中没有可用的证书：请携带UKey到CA网点检查，或致电4001123838。',
  pin_required: '请输入Ukey证书密码。',
  pin_length: 'Ukey证书密码长度不正确，请核对后重新输入。',
  pin_incorrect: 'Ukey证书密码不正确，请重新输入。连续输错会锁定UKey。',
  pin_low: 'Ukey证书密码不正确，剩余次数不多，请核对后再输入；如忘记密码，请按【数字证书操作指南】重置。',
  pin_incorrect_final: 'Ukey证书密码不正确，仅剩最后一次机会。',
  pin_final_try: '仅剩最后一次输入机会，再次输错UKey将被锁定。请勾选确认后再输入密码。',
  pin_locked: 'UKey已锁定：请用“深圳CA管理工具”重置密码，或携带UKey到CA网点解锁，步骤见【数字证书操作指南】。',
  pin_cancelled: '已取消输入密码。如需登录，请再次点击【登录】。',
  user_declined: '已取消签名。如需登录，请再次点击【登录】。',
  rate_limited: '操作过于频繁或密码错误次数过多，请稍后再试。',
  busy: 'UKey正在使用中：请关闭其他使用UKey的程序或窗口，稍后再试。',
  origin_denied: 'UKey客户端不允许本网站使用UKey：请核对网址是否正确，或更新UKey客户端后重试。',
  host_denied: 'UKey客户端拒绝了本次连接：请关闭网络代理软件，重启UKey客户端后重试。',
  bad_request: 'UKey客户端版本与网上业务大厅不符：请从【数字证书驱动下载】安装新版UKey客户端。',
  key_error: 'UKey操作失败：请拔出UKey，重新插入后再试；如仍不行，请致电4001123838。',
  module_error: 'UKey驱动未安装或无法加载：请从【数字证书驱动下载】安装驱动，重启UKey客户端后重试。',
};

/** A failure with its code, the sentence to show, and what else the agent or the hall said. */
export class Failure extends Error {
  constructor(code, facts = {}) {
    super(sentence(code, facts));
    this.code = code;
    this.facts = facts;
  }
}

function sentence(code, facts) {
  if (code === 'pin_incorrect' && facts.locked) return SENTENCES.pin_locked;
  if (code === 'pin_incorrect' && facts.final_try) return SENTENCES.pin_incorrect_final;
  if (code === 'rate_limited' && facts.retry_after > 0) return `操作过于频繁或密码错误次数过多，请等待${waiting(facts.retry_after)}后再试。`;
  return SENTENCES[code] ?? facts.text ?? SENTENCES.key_error;
}

function waiting(seconds) {
  return seconds > 90 ? `${Math.ceil(seconds / 60)}分钟` : `${seconds}秒`;
}

/** The sentence for a wrong password on a key whose state is known to be low. */
export const LOW = SENTENCES.pin_low;

/** Ask the agent; throws Failure, or what `signal` aborts with. */
export async function askAgent(path, body = {}, signal) {
  const request = {
    method: 'POST', cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer', signal,
    headers: {'Content-Type': 'application/json', 'X-UKey-Client': '1'}, body: JSON.stringify(body),
  };
  let response;
  try {
    response = await reach(address + path, request);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Failure(await isBlocked() ? 'agent_blocked' : 'agent_missing');
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failure(answer.code ?? 'key_error', answer);
  return answer;
}

/** Browsers before Chromium 145 do not know the word `loopback` and refuse the request for it. */
async function reach(url, request) {
  try {
    return await fetch(url, {...request, targetAddressSpace: 'loopback'});
  } catch (error) {
    if (!(error instanceof TypeError) || !/enum|AddressSpace/i.test(error.message)) throw error;
    return fetch(url, request);
  }
}

async function isBlocked() {
  for (const name of ['loopback-network', 'local-network-access']) {
    try {
      return (await navigator.permissions.query({name})).state === 'denied';
    } catch { /* This browser does not know the name. */ }
  }
  return false;
}
