// A member's pages: the tab that is open stands in sight; giving an address away.
document.querySelector(".points-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// By the phone's own sheet where it has one, else by copying.
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.share({ title: button.dataset.shareTitle, url: button.dataset.share }).catch(() => {});
  });
}
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue; // a page that did not come by HTTPS: the link itself can be copied
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
    setTimeout(() => (button.textContent = label), 2000);
  });
}
