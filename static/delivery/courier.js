// The courier's phone: the list and the task, up to date while there is signal, and what waits shown in them.
import { keepPages } from "./keep.js";
import { arrange } from "./list.js";
import { mend, takeForms } from "./report.js";
import { rest } from "./rest.js";
import * as waiting from "./waiting.js";

// As delivery_steps.state_pill colours them.
const PILLS = { on_the_way: "pill-brand", failed: "pill-accent", returned: "pill-accent", delivered: "pill-enter" };
const LOOK_AGAIN_MS = 60_000; // an order that is paid or cancelled tells no courier, and a link has no socket
const words = document.querySelector("[data-courier]");
const task = document.querySelector("[data-page-task]");
const isLink = waiting.owner.startsWith("link-");
const ask = isLink ? "" : "/my-tasks/data.json";
let pageNow = new Date(words.dataset.now).toISOString();
let refreshing = null;
let isStale = false;

// --- what shows --------------------------------------------------------------------------------------

function draw() {
  waiting.showAsOf(pageNow);
  const rows = [...document.querySelectorAll("[data-task]")];
  arrange(new Map(rows.map((row) => [Number(row.dataset.task), show(row, Number(row.dataset.task))])));
  if (task) drawTask();
}

function show(holder, pk) {
  const state = waiting.stateOf(pk, holder.dataset.state, pageNow);
  const pill = holder.querySelector("[data-pill]");
  if (!pill) return state; // taken away
  if (state !== holder.dataset.state) pill.textContent = waiting.stateWord(state);
  pill.className = `pill ${PILLS[state] ?? ""}`;
  const waits = holder.querySelector("[data-waits]");
  waits.hidden = !waiting.waitsFor(pk);
  waits.querySelector("span").textContent = waits.hidden ? "" : waiting.word("waiting");
  return state;
}

function drawTask() {
  if (!task.querySelector("[data-not-mine]").hidden) return;
  const state = show(task, Number(task.dataset.pageTask));
  const isCancelled = task.dataset.cancelled !== undefined;
  const phase = waiting.isOver(state) ? "over" : isCancelled ? "cancelled" : state;
  if (phase === task.dataset.phase) return;
  task.dataset.phase = phase;
  rest(task); // another button stands where one stood
  placeAmount();
  for (const piece of task.querySelectorAll("[data-when]")) {
    piece.hidden = !piece.dataset.when.split(" ").includes(phase);
    if (piece.dataset.openWhen) piece.open = piece.dataset.openWhen === phase;
  }
}

// The amount stands right over the button that confirms it.
function placeAmount() {
  const place = task.querySelector(`[data-amount-place="${task.dataset.phase === "on_the_way" ? "bar" : "form"}"]`);
  const amount = task.querySelector("[data-amount]");
  if (amount.parentElement !== place) place.append(amount);
}

// --- what is new -------------------------------------------------------------------------------------

function refresh() {
  if (refreshing) {
    isStale = true;
    return refreshing;
  }
  refreshing = fetchFresh().finally(() => {
    refreshing = null;
    if (isStale) {
      isStale = false;
      refresh();
    }
  });
  return refreshing;
}

async function fetchFresh() {
  let answer;
  try {
    answer = await fetch(location.pathname + location.search, { headers: { "X-Requested-With": "fetch" } });
  } catch {
    return waiting.line("offline", true);
  }
  waiting.line("offline", false);
  if (answer.redirected) return waiting.line("signed-out", true);
  if (answer.status === 404) return gone();
  if (answer.ok) put(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

function put(fresh) {
  const said = fresh.querySelector("[data-courier]");
  if (said?.dataset.courier !== waiting.owner) return location.reload(); // somebody else is logged in here
  pageNow = new Date(said.dataset.now).toISOString();
  for (const part of document.querySelectorAll("[data-fresh]")) {
    const other = fresh.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
    if (other && other.innerHTML !== part.innerHTML) part.replaceChildren(...other.childNodes);
  }
  const other = fresh.querySelector("[data-page-task]");
  if (task && other) {
    task.dataset.state = other.dataset.state;
    task.toggleAttribute("data-cancelled", other.dataset.cancelled !== undefined);
    task.querySelector("[data-not-mine]").hidden = true; // given back, maybe
    followAmount(other);
  }
  draw();
}

// Paid meanwhile: the form must not say that it was collected. What was typed, or is being mended, stays.
function followAmount(fresh) {
  const part = task.querySelector("[data-amount]");
  if (document.getElementById("deliver").dataset.mends) return;
  const input = part.querySelector("input");
  const isTyped = input && input.value !== input.defaultValue;
  const other = fresh.querySelector("[data-amount]");
  if (!isTyped && other && other.innerHTML !== part.innerHTML) part.replaceChildren(...other.childNodes);
}

// Given to somebody else or taken back: nothing to do here any more, and no copy stays on this phone.
function gone() {
  if (!task) return location.reload();
  if (isLink && waiting.isOver(waiting.stateOf(Number(task.dataset.pageTask), task.dataset.state, pageNow))) return;
  task.querySelector("[data-not-mine]").hidden = false;
  for (const piece of task.querySelectorAll("[data-when]")) piece.hidden = true;
  for (const part of task.querySelectorAll("[data-fresh]")) part.replaceChildren();
  task.dataset.phase = "";
}

function lookAgain() {
  if (document.hidden || !navigator.onLine) return;
  refresh();
  keepPages(waiting.owner, ask);
}

// --- start -------------------------------------------------------------------------------------------

document.addEventListener("talad:event", ({ detail }) => detail.type === "tasks" && lookAgain());
document.addEventListener("talad:connection", ({ detail }) => {
  if (detail === "up") lookAgain(); // what was told meanwhile was told to nobody
});
addEventListener("online", lookAgain);
document.addEventListener("visibilitychange", lookAgain);
setInterval(lookAgain, LOOK_AGAIN_MS);

const ready = waiting.start({ sent: lookAgain, drawn: draw });
if (task) takeForms(task, ask, ready);
try {
  await ready;
  if (task) mend(task);
  if (location.hash === "#next") document.querySelector(".task-row.is-next")?.scrollIntoView({ block: "center" });
} catch {
  // This phone keeps nothing: the forms go as plain ones.
}
keepPages(waiting.owner, ask);
