// On every page of the hall: once the session has ended, nothing of it stays on the screen.

const EVERY = 60_000;

async function lookAround() {
  const response = await fetch('/auth/me', {cache: 'no-store'}).catch(() => null);
  if (response?.status !== 401) return;
  const here = encodeURIComponent(location.pathname + location.search);
  location.replace(`/sign-in?reason=expired&next=${here}`);
}

setInterval(lookAround, EVERY);
document.addEventListener('visibilitychange', () => { if (!document.hidden) lookAround(); });
window.addEventListener('pageshow', (event) => { if (event.persisted) lookAround(); });
