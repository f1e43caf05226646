// The address names this filling-in, so that the back button and a reload find the same one, and sending it
// again orders nothing twice.
const address = new URL(location.href);
address.searchParams.set("form", document.querySelector("[name=form_token]").value);
history.replaceState(history.state, "", address);

// The total follows the quantity. The server writes it, since every reader's money looks different.
const quantity = document.querySelector("[name=quantity]");
const total = document.getElementById("order-total");
let latest = 0;

async function refresh() {
  const mine = ++latest;
  const asked = `${total.dataset.url}?quantity=${encodeURIComponent(quantity.value)}`;
  try {
    const answer = await fetch(asked, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || mine !== latest) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    total.textContent = page.getElementById("order-total")?.textContent ?? total.textContent;
  } catch {
    // offline: the order page will say the total
  }
}

let timer;
quantity?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(refresh, 250);
});
