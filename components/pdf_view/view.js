// Shows one of the hall's own PDFs with the browser's viewer, which does not start in the sandbox
// that Streamlit puts around its own iframes. Only addresses below /download/ are shown.
export default function ({ data, parentElement }) {
  const address = new URL(data.address, window.location.origin);
  if (address.origin !== window.location.origin || !address.pathname.startsWith("/download/")) return;
  address.hash = "navpanes=0&view=FitH"; // the page as wide as its place, nothing beside it
  let frame = parentElement.querySelector("iframe");
  if (!frame) {
    frame = document.createElement("iframe");
    frame.style.cssText = "width: 100%; border: 0; display: block";
    parentElement.append(frame);
  }
  frame.title = data.title;
  frame.style.height = `${data.height}px`;
  if (frame.src !== address.href) frame.src = address.href;
}
