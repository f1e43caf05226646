// Buttons that copy a number or an address. Pressed anew after the page has drawn itself again, so the
// document listens.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-text]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copyText);
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling); // a page that did not come by HTTPS
    document.execCommand("copy");
  }
  const label = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => {
    button.textContent = label;
  }, 2000);
});
