// The editor of a text: variables go in where the cursor stands, and the preview follows what is typed. The
// server draws it, so that what is counted here is what is counted when it goes out.
const PAUSE_MS = 250;
const box = document.getElementById("id_text");
const preview = document.querySelector("[data-preview]");
const address = box.form.dataset.previewAddress;
let asked = 0;
let pause;

async function show() {
  const mine = ++asked;
  try {
    const answer = await fetch(address, {
      method: "POST",
      body: new FormData(box.form),
      headers: { "X-Requested-With": "fetch" },
    });
    if (!answer.ok || answer.redirected) return;
    const html = await answer.text();
    if (mine === asked) preview.innerHTML = html; // of our own server, escaped there
  } catch {
    // offline: what stood there stays
  }
}

box.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(show, PAUSE_MS);
});

for (const code of document.querySelectorAll("[data-insert]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(code.cloneNode(true), ...[...code.parentElement.childNodes].filter((node) => node !== code));
  code.replaceWith(button);
  button.addEventListener("click", () => {
    box.focus();
    box.setRangeText(code.dataset.insert, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
document.querySelector("[data-preview-button]").hidden = true;
