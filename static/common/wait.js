// What takes long says so, once: most answers are there before.
const WAIT_MS = 900;
const line = document.querySelector("[data-wait]");
let timer = 0;

export function beginWait() {
  clearTimeout(timer);
  timer = setTimeout(() => line && (line.textContent = line.dataset.wait), WAIT_MS);
}

export function endWait() {
  clearTimeout(timer);
  line?.replaceChildren();
}
