// The list of conversations follows what happens: it is fetched again and put in place.
import "./live.js";

const list = document.querySelector("[data-inbox]");
let timer = 0;
let latest = 0;

function refreshSoon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, 400);
}

async function refresh() {
  if (list.dataset.continued !== undefined) return; // a later page is history: it stays as it is
  const mine = ++latest;
  const address = new URL(list.dataset.inbox, location.href);
  if (list.dataset.search) address.searchParams.set("q", list.dataset.search);
  if (list.dataset.assigned) address.searchParams.set("assigned", list.dataset.assigned);
  if (list.dataset.open) address.searchParams.set("open", list.dataset.open);
  try {
    const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected || mine !== latest) return;
    put(new DOMParser().parseFromString(await answer.text(), "text/html").body);
  } catch {
    // offline: the next event or the next look brings it
  }
}

// Rows that "More" brought stay below the fresh ones, while those say that there are more: else whoever is
// not among them is gone from the list. Focus stays where it was.
function put(fresh) {
  const holder = list.querySelector("[data-rows]");
  const focused = document.activeElement?.closest?.("[data-thread]")?.dataset.thread;
  const rows = fresh.querySelector("[data-thread-rows]");
  const known = new Set([...rows.children].map((row) => row.dataset.thread));
  const isAll = !fresh.querySelector("[data-more]");
  const kept = isAll ? [] : [...holder.querySelectorAll("[data-thread]")].slice(rows.children.length);
  const further = kept.filter((row) => !known.has(row.dataset.thread));
  const more = further.length ? holder.querySelector("[data-more]") : null;
  rows.append(...further);
  holder.replaceChildren(...fresh.childNodes);
  if (further.length) {
    holder.querySelector("[data-more]")?.remove();
    if (more) holder.append(more);
  }
  if (focused) holder.querySelector(`[data-thread="${focused}"] a`)?.focus({ preventScroll: true });
}

async function showMore(link) {
  const address = new URL(link.href);
  address.pathname = new URL(list.dataset.inbox, location.href).pathname;
  link.classList.add("is-busy");
  try {
    const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    const rows = [...page.querySelectorAll("[data-thread]")];
    list.querySelector("[data-thread-rows]").append(...rows);
    const next = page.querySelector("[data-more]");
    if (next) link.replaceWith(next);
    else link.remove();
    rows[0]?.querySelector("a").focus();
  } catch {
    location.href = link.href;
  }
}

document.addEventListener("talad:event", ({ detail }) => {
  if (["message", "read", "thread"].includes(detail.type)) refreshSoon();
});
document.addEventListener("talad:connection", ({ detail }) => detail === "up" && refreshSoon());
document.addEventListener("talad:poll", refreshSoon);
document.addEventListener("visibilitychange", () => !document.hidden && refreshSoon());
list.addEventListener("click", (event) => {
  const link = event.target.closest("[data-more]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  showMore(link);
});

// Without a socket, and no conversation open that polls by itself.
let polling = 0;
document.addEventListener("talad:connection", ({ detail }) => {
  clearInterval(polling);
  if (detail === "down") polling = setInterval(() => !document.hidden && refreshSoon(), 8_000);
});
