// Asks the page to look again, from time to time, for as long as this stands on it.
export default function ({ data, setTriggerValue }) {
  const timer = setInterval(() => setTriggerValue("tick", Date.now()), data.milliseconds);
  return () => clearInterval(timer);
}
