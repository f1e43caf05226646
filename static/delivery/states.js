// <delivery-state order="…" address="…">: "On the way" in a row of orders. One request asks for all rows of the
// page, and what a courier reports shows at once.
let asking = 0;

class DeliveryState extends HTMLElement {
  connectedCallback() {
    askSoon();
  }
}

function askSoon() {
  clearTimeout(asking);
  asking = setTimeout(ask, 50); // the rows of one list come together
}

async function ask() {
  const rows = [...document.querySelectorAll("delivery-state")];
  if (!rows.length) return;
  const orders = new URLSearchParams(rows.map((row) => ["order", row.getAttribute("order")]));
  try {
    const answer = await fetch(`${rows[0].getAttribute("address")}?${orders}`);
    if (answer.ok && !answer.redirected) show(rows, await answer.json());
  } catch {
    // offline: the order's own page tells
  }
}

function show(rows, states) {
  for (const row of rows) {
    const found = states[row.getAttribute("order")];
    row.hidden = !found;
    const stopped = ["failed", "returned"].includes(found?.state);
    row.classList.toggle("pill-accent", stopped);
    row.classList.toggle("pill-brand", !stopped);
    row.querySelector("[data-label]").textContent = found?.label ?? "";
  }
}

customElements.define("delivery-state", DeliveryState);
document.addEventListener("talad:event", ({ detail }) => detail.type === "card" && askSoon());
document.addEventListener("visibilitychange", () => !document.hidden && askSoon());
