// Watches the UKey; leaves for the sign-in page when it is pulled out, or when the server says so.
// All of it is courtesy: the server refuses an ended session by itself.
const state = (window.__hallWatch ??= { running: false });

export default function (component) {
  const { data } = component;
  Object.assign(state, data);
  if (data.ended) {
    leave(data.ended);
  } else if (!state.running) {
    state.running = true;
    watchKey();
  }
}

function leave(reason) {
  const next = encodeURIComponent(location.pathname + location.search);
  location.replace(`/sign-in?reason=${encodeURIComponent(reason)}&next=${next}`);
}

async function watchKey() {
  let known = null;
  for (;;) {
    try {
      const answer = await fetch(`${state.agent}/v1/presence`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-UKey-Client": "1" },
        body: JSON.stringify(known ? { known, wait: 25 } : { wait: 0 }),
        targetAddressSpace: "loopback",
      });
      if (!answer.ok) {
        await pause(5000);
        continue;
      }
      const { present } = await answer.json();
      if (!present.includes(state.serial)) {
        await endSession();
        leave("key_removed");
        return;
      }
      known = present;
    } catch {
      known = null; // the agent is not running: the server's idle limit still holds
      await pause(5000);
    }
  }
}

async function endSession() {
  await fetch("/auth/key-removed", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Hall": "1" },
    body: "{}",
  });
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
