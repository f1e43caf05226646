// Buttons that copy a number or an address. Pressed anew after the page has drawn itself again, so the
// document listens.
const timers = new WeakMap();

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-text]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copyText);
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling); // a page that did not come by HTTPS
    document.execCommand("copy");
  }
  button.dataset.label ??= button.textContent; // a second press finds "Copied" there
  button.textContent = button.dataset.copied;
  clearTimeout(timers.get(button));
  timers.set(button, setTimeout(() => (button.textContent = button.dataset.label), 2000));
});
