// Reads the public certificates on the keys that are plugged in. The hall checks what comes back.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const [button, said] = [parentElement.querySelector("button"), parentElement.querySelector("p")];
  button.onclick = async () => {
    button.disabled = true;
    said.textContent = "";
    const agent = await import(`${location.origin}/hall/agent.js`);
    agent.useAgent(data.agent);
    try {
      const { certificates } = await agent.askAgent("/v1/certificates");
      if (!certificates.length) throw new agent.Failure("no_key");
      const found = certificates.map(({ token, subject_cn: holder, der }) => ({ token, holder, der }));
      setTriggerValue("read", JSON.stringify(found));
    } catch (failure) {
      if (!(failure instanceof agent.Failure)) throw failure;
      said.textContent = failure.message;
    } finally {
      button.disabled = false;
    }
  };
}
