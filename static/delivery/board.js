// The dispatch board: follows what happens without losing what is ticked, scrolled or focused, and hands cards
// over by dragging, or by a menu that keyboard and finger reach too.
const board = document.querySelector("[data-board]");
const said = document.querySelector("[data-board-said]");
const dialog = document.querySelector("[data-board-dialog]");
const choices = dialog.querySelector("[data-board-choices]");
const search = dialog.querySelector("[data-board-search]"); // of more couriers than the board lists
let asked = 0;
let looked = 0;
let moving = { orders: [], here: "" }; // what the open dialog is about, and who has it
let isSending = false;
let dragged = [];
let waitsFor = 0;
let last = 0;
const PAUSE_MS = 1_500; // between two fetches, however much happens
const LOOK_AGAIN_MS = 60_000; // what only the clock does: a delivery becomes late

// --- drawing anew ---------------------------------------------------------------------------------------

const ticked = () => [...board.querySelectorAll("[name=order]:checked")].map(({ value }) => value);

function state() {
  const focused = document.activeElement;
  return {
    ticks: ticked(),
    courier: board.querySelector("[name=courier]")?.value ?? "",
    scrolls: [...board.querySelectorAll("[data-scroll]")].map((part) => [part.dataset.scroll, part.scrollTop]),
    across: board.querySelector("[data-board-columns]")?.scrollLeft ?? 0,
    open: [...board.querySelectorAll("details[open][data-keep]")].map(({ dataset }) => dataset.keep),
    card: board.contains(focused) ? focused.closest("[data-card]")?.dataset.card : undefined,
    place: focused?.matches?.("[data-board-move]") ? "[data-board-move]" : focused?.matches?.("[name=order]") ? "[name=order]" : "a",
    inBar: focused?.id === "board-courier",
  };
}

function restore({ ticks, courier, scrolls, across, open, card, place, inBar }) {
  for (const value of ticks) {
    const box = board.querySelector(`[name=order][value="${CSS.escape(value)}"]`);
    if (box) box.checked = true;
  }
  const select = board.querySelector("[name=courier]");
  if (select && [...select.options].some(({ value }) => value === courier)) select.value = courier;
  for (const [key, top] of scrolls) {
    const part = board.querySelector(`[data-scroll="${key}"]`);
    if (part) part.scrollTop = top;
  }
  const columns = board.querySelector("[data-board-columns]");
  if (columns) columns.scrollLeft = across;
  for (const key of open) board.querySelector(`[data-keep="${key}"]`)?.setAttribute("open", "");
  const focusable = inBar ? select : card && board.querySelector(`[data-card="${card}"] ${place}`);
  focusable?.focus({ preventScroll: true });
}

function ready() {
  for (const button of board.querySelectorAll("[data-board-move]")) button.hidden = false;
  for (const card of board.querySelectorAll("[data-card]")) card.draggable = card.querySelector("[name=order]") !== null;
}

async function refresh() {
  if (dragged.length || isSending || board.querySelector(".is-busy")) return refreshSoon();
  const mine = ++asked;
  last = Date.now();
  try {
    const answer = await fetch(board.dataset.url, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected || mine !== asked) return;
    const html = await answer.text();
    if (mine !== asked || dragged.length) return;
    const before = state();
    board.innerHTML = html; // of our own server
    ready();
    restore(before);
  } catch {
    // offline: the next event or the way back shows it
  }
}

function refreshSoon() {
  clearTimeout(waitsFor);
  waitsFor = setTimeout(refresh, Math.max(150, last + PAUSE_MS - Date.now()));
}

// Orders are confirmed, cancelled and paid as cards of their conversations.
document.addEventListener("talad:event", ({ detail }) => ["deliveries", "card"].includes(detail.type) && refreshSoon());
document.addEventListener("talad:connection", ({ detail }) => detail === "up" && refreshSoon());
document.addEventListener("visibilitychange", () => !document.hidden && refreshSoon());
setInterval(() => !document.hidden && refreshSoon(), LOOK_AGAIN_MS);

// --- handing over ---------------------------------------------------------------------------------------

// Above the board, read out by its role.
function say(words, isRefusal) {
  said.replaceChildren();
  const line = document.createElement("div");
  line.className = `notice${isRefusal ? " notice-error" : ""}`;
  line.dir = "auto";
  line.textContent = words;
  const title = Object.assign(document.createElement("h2"), { className: "notices-title", textContent: said.ariaLabel });
  setTimeout(() => said.replaceChildren(title, line), 50); // a change is read out, the same words again too
  if (isRefusal) setTimeout(() => line.scrollIntoView({ block: "nearest" }), 60);
}

async function give(orders, courier) {
  const form = board.querySelector("[data-board-form]");
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("courier", courier);
  for (const order of orders) {
    body.append("order", order);
    body.set(`seen-${order}`, form.querySelector(`[name="seen-${order}"]`)?.value ?? "0");
  }
  isSending = true;
  for (const order of orders) board.querySelector(`[data-card="${order}"]`)?.classList.add("is-moving");
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (answer.status === 422) say((await answer.json()).sentence, true);
    else if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    else {
      for (const box of board.querySelectorAll("[name=order]:checked")) if (orders.includes(box.value)) box.checked = false;
      say((await answer.json()).sentence, false);
    }
  } catch {
    say(board.dataset.failed, true);
  } finally {
    isSending = false;
    for (const card of board.querySelectorAll(".is-moving")) card.classList.remove("is-moving");
    last = 0;
    refreshSoon();
  }
}

// The bar under the columns, without leaving the page.
board.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-board-form]");
  if (!form || event.submitter?.formMethod === "get") return;
  const orders = ticked();
  if (!orders.length) return; // the server says what to do
  event.preventDefault();
  give(orders, form.elements.courier.value);
});

// The menu of one card: what is ticked goes with it if it is ticked itself.
const together = (order) => (ticked().includes(order) ? ticked() : [order]);

board.addEventListener("click", (event) => {
  const button = event.target.closest("[data-board-move]");
  if (!button) return;
  const card = button.closest("[data-card]");
  const orders = together(card.dataset.card);
  moving = { orders, here: orders.length > 1 ? "" : card.closest("[data-courier]")?.dataset.courier };
  dialog.querySelector("[data-board-what]").textContent = orders
    .map((order) => board.querySelector(`[data-card="${order}"]`)?.dataset.number)
    .join(", ");
  looked += 1; // what the last dialog looked for is not this one's
  search.reset();
  search.hidden = !board.querySelector("[data-board-more]");
  choices.replaceChildren(listed());
  choices.scrollTop = 0;
  dialog.showModal();
});

// Those of the bar under the columns.
function listed() {
  const list = document.createElement("div");
  list.className = "choices";
  for (const { value, textContent } of board.querySelectorAll("[name=courier] option")) {
    if (!value || value === moving.here) continue;
    const choice = Object.assign(document.createElement("button"), { type: "button", name: "courier", value, textContent });
    choice.className = "choice";
    choice.dir = "auto";
    list.append(choice);
  }
  return list;
}

search.addEventListener("submit", async (event) => {
  event.preventDefault();
  const mine = ++looked;
  const button = search.querySelector("[type=submit]");
  button.classList.add("is-busy");
  try {
    const address = `${search.action}?${new URLSearchParams(new FormData(search))}`;
    const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const html = await answer.text();
    if (mine !== looked) return;
    choices.innerHTML = html; // of our own server
    for (const choice of choices.querySelectorAll("[name=courier]")) choice.disabled = choice.value === moving.here;
  } catch {
    if (mine !== looked) return;
    const line = Object.assign(document.createElement("p"), { className: "handing-hint", textContent: board.dataset.failed });
    line.setAttribute("role", "alert");
    choices.replaceChildren(line);
  } finally {
    button.classList.remove("is-busy");
  }
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
  const choice = event.target.closest("[name=courier]");
  if (!choice || choice.disabled) return;
  dialog.close();
  give(moving.orders, choice.value);
});

// --- dragging -------------------------------------------------------------------------------------------

const target = ({ target: under }) => under.closest?.("[data-courier]");

board.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card || card.querySelector("[name=order]") === null) return;
  dragged = together(card.dataset.card);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.number);
  board.classList.add("is-dragging");
});
board.addEventListener("dragover", (event) => {
  const column = target(event);
  for (const other of board.querySelectorAll(".is-target")) if (other !== column) other.classList.remove("is-target");
  if (!dragged.length || !column) return;
  event.preventDefault();
  column.classList.add("is-target");
});
board.addEventListener("drop", (event) => {
  const column = target(event);
  if (!dragged.length || !column) return;
  event.preventDefault();
  give(dragged, column.dataset.courier);
});
board.addEventListener("dragend", () => {
  dragged = [];
  board.classList.remove("is-dragging");
  for (const other of board.querySelectorAll(".is-target")) other.classList.remove("is-target");
});

ready();
