// The order page follows what the other side does. The socket is live.js's; it hands its events on as
// "talad:event" on the document.
const order = () => document.querySelector("[data-order]");
let latest = 0;

async function refresh() {
  const mine = ++latest;
  try {
    const answer = await fetch(order().dataset.url, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || mine !== latest) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-order]");
    if (!fresh) return;
    keepTyping(order(), fresh);
    order().replaceWith(document.adoptNode(fresh));
  } catch {
    // offline: the next event or a reload shows it
  }
}

// A reason being typed survives, while there is still something to cancel.
function keepTyping(old, fresh) {
  const typed = old.querySelector(".order-cancel textarea");
  const field = fresh.querySelector(".order-cancel textarea");
  if (!typed || !field) return;
  field.value = typed.value;
  fresh.querySelector(".order-cancel").open = old.querySelector(".order-cancel").open;
  if (document.activeElement === typed) queueMicrotask(() => field.focus());
}

document.addEventListener("talad:event", ({ detail }) => {
  if (detail.type === "card" && detail.url === order()?.dataset.card) refresh();
});
// After a break of the socket something may have been missed.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh();
});
