// What this phone knows and the server may not: the reports that wait, where they show, and when they go.
const queue = self.courierQueue;
const words = document.querySelector("[data-courier]");
const panel = document.querySelector("[data-queue]");
const fold = panel.querySelector("details");
const language = document.documentElement.lang;
const SHOW_SENT_MS = 10 * 60_000;
const PUT_AWAY = "courier-queue-put-away";
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 5 * 60_000;
const OVER = ["delivered", "returned"];

export const owner = words.dataset.courier;
export const word = (name) => words.dataset[name];
export const stateWord = (state) => words.getAttribute(`data-state-${state}`);
const clock = clockOf(words.dataset.zone);
let entries = [];
let putAway = new Set(JSON.parse(sessionStorage.getItem(PUT_AWAY) ?? "[]"));
let timer = 0;
let wait = FIRST_WAIT_MS;
let onSent = () => {};
let onDrawn = () => {};

/** `sent()` is called when reports came in, `drawn()` whenever the queue has changed. */
export async function start({ sent, drawn }) {
  [onSent, onDrawn] = [sent, drawn];
  addEventListener("courier-queue", redraw);
  addEventListener("online", sendSoon);
  addEventListener("offline", () => line("offline", true));
  document.addEventListener("visibilitychange", () => document.hidden || sendSoon());
  panel.addEventListener("click", pressed);
  fold.querySelector("summary").addEventListener("click", folded);
  for (const form of document.querySelectorAll('form[action$="/logout/"]')) form.addEventListener("submit", leaving);
  line("offline", !navigator.onLine);
  await redraw();
  send();
}

/** Stores the report; it is on its way, or will be. Rejects when the phone cannot keep it. */
export async function add(entry) {
  await queue.put({ status: "waiting", owner, attempts: 0, ...entry });
  askBackground();
  sendSoon();
}

/** One that was to be mended, by its number. */
export const entryBySeq = (seq) => entries.find((entry) => entry.seq === seq);

/** The state to show for a task: what this phone last reported, as long as the page does not know of it. */
export function stateOf(task, shown, pageNow) {
  const said = entries.filter(
    (entry) => entry.task === task && (entry.status === "waiting" || (entry.status === "sent" && entry.storedAt > pageNow)),
  );
  const states = said.map((entry) => entry.state);
  if (shown === "delivered" || states.includes("delivered")) return "delivered";
  return states.at(-1) ?? shown;
}

export const isOver = (state) => OVER.includes(state);
export const waitsFor = (task) => entries.some((entry) => entry.task === task && entry.status === "waiting");

const lines = { offline: false, "signed-out": false };

/** One of the two alone: who is told to log in has a connection. */
export function line(name, isShown) {
  lines[name] = isShown;
  const isOut = lines["signed-out"] && navigator.onLine;
  document.querySelector('[data-line="signed-out"]').hidden = !isOut;
  document.querySelector('[data-line="offline"]').hidden = isOut || !lines.offline;
}

// As the pages' own times: the account's place, wherever the phone is. An old phone may not know it.
function clockOf(timeZone) {
  const parts = { hour: "2-digit", minute: "2-digit" };
  try {
    return new Intl.DateTimeFormat(language, { ...parts, timeZone });
  } catch {
    return new Intl.DateTimeFormat(language, parts);
  }
}

// --- sending -----------------------------------------------------------------------------------------

function sendSoon() {
  wait = FIRST_WAIT_MS;
  send();
}

async function send() {
  clearTimeout(timer);
  if (!navigator.onLine) return line("offline", true);
  const result = await queue.flush().catch(() => ({ waiting: 1, sent: 0 }));
  line("signed-out", Boolean(result.signedOut));
  if (!result.waiting) return;
  clearTimeout(timer);
  timer = setTimeout(send, wait * (0.75 + Math.random() / 2));
  wait = Math.min(LONGEST_WAIT_MS, wait * 2);
}

// Where the browser can, it wakes the service worker once there is signal, even with no page open.
async function askBackground() {
  try {
    await (await navigator.serviceWorker.ready).sync.register("courier-queue");
  } catch {
    // it cannot, or may not: the page sends
  }
}

// --- showing -----------------------------------------------------------------------------------------

async function redraw() {
  const before = new Map(entries.map((entry) => [entry.seq, entry.status]));
  entries = (await queue.all().catch(() => [])).filter((entry) => entry.owner === owner);
  const recent = Date.now() - SHOW_SENT_MS;
  const sent = entries.filter((entry) => entry.status === "sent" && entry.sentAt > recent);
  const shown = entries.filter((entry) => entry.status !== "sent" || entry === sent.at(-1));
  const list = panel.querySelector("ul");
  const rows = shown.map(row);
  // Only what is new is read out.
  for (const old of [...list.children]) if (!rows.includes(old)) old.remove();
  list.append(...rows.filter((one) => !one.isConnected));
  panel.dataset.sent = String(sent.length);
  fold.open = !shown.every(isPutAway);
  panel.hidden = shown.every((entry) => entry.status === "sent" && isPutAway(entry));
  onDrawn();
  const refused = entries.find((entry) => entry.status === "problem" && before.get(entry.seq) === "waiting");
  if (refused && isHere(refused)) location.hash = `#mend-${refused.seq}`; // opens the form again as it was
  // By this page, another tab or the service worker: the page behind it is older now.
  if (entries.some(({ seq, status }) => status !== "waiting" && before.get(seq) === "waiting")) onSent();
}

// Closed by hand, the list stays closed until it has news; that what waited was sent is none.
function folded(event) {
  event.preventDefault();
  putAway = new Set(fold.open ? entries.map(({ seq, status }) => `${seq}:${status}`) : []);
  sessionStorage.setItem(PUT_AWAY, JSON.stringify([...putAway]));
  redraw();
}

function isPutAway({ seq, status }) {
  return putAway.has(`${seq}:${status}`) || (status === "sent" && putAway.has(`${seq}:waiting`));
}

function isHere({ page, state }) {
  return page === location.pathname && document.visibilityState === "visible" && ["delivered", "failed"].includes(state);
}

function row(entry) {
  const list = panel.querySelector("ul");
  const look = `${entry.seq}:${entry.status}:${entry.sentence ?? ""}`;
  const known = [...list.children].find((one) => one.dataset.look === look);
  if (known) return known;
  const made = panel.querySelector("template").content.firstElementChild.cloneNode(true);
  Object.assign(made.dataset, { look, seq: entry.seq, status: entry.status });
  made.querySelector("[data-number]").textContent = entry.number;
  made.querySelector("[data-what]").textContent = stateWord(entry.state);
  made.querySelector("[data-at]").textContent = clock.format(new Date(entry.saidAt));
  const status = made.querySelector("[data-status]");
  status.textContent = word(entry.status === "gone" ? "problem" : entry.status);
  status.classList.add(entry.status === "sent" ? "pill-enter" : "pill-accent");
  const sentence = made.querySelector("[data-sentence]");
  sentence.textContent = sentenceOf(entry);
  sentence.hidden = !sentence.textContent;
  actions(made, entry);
  return made;
}

function sentenceOf(entry) {
  if (entry.status === "gone") return word("gone");
  if (entry.status === "problem") return entry.sentence || word(entry.code === "too-large" ? "tooLarge" : "refused");
  return entry.status === "conflict" ? entry.sentence : "";
}

function actions(made, entry) {
  const isProblem = entry.status === "problem";
  made.querySelector(".queue-actions").hidden = !["problem", "gone", "conflict"].includes(entry.status);
  made.querySelector("[data-again]").hidden = !isProblem && entry.status !== "gone";
  const mend = made.querySelector("[data-mend]");
  mend.hidden = !isProblem || !["delivered", "failed"].includes(entry.state); // the others have nothing to change
  mend.href = `${entry.page}#mend-${entry.seq}`;
  made.querySelector("[data-drop]").hidden = entry.status === "conflict";
  made.querySelector("[data-ok]").hidden = entry.status !== "conflict";
}

async function pressed({ target }) {
  const entry = entryBySeq(Number(target.closest("[data-seq]")?.dataset.seq));
  if (!entry) return;
  if (target.closest("[data-ok]")) await queue.remove(entry.seq);
  if (target.closest("[data-drop]") && confirm(word("removing"))) await queue.remove(entry.seq);
  if (target.closest("[data-again]")) {
    await queue.put({ ...entry, status: "waiting", sentence: "" });
    sendSoon();
  }
}

function leaving(event) {
  const waits = entries.some((entry) => !["sent", "conflict"].includes(entry.status));
  if (waits && !confirm(word("leaving"))) event.preventDefault();
}

/** The time of the page as it is shown, of this phone's copy too. */
export function showAsOf(pageNow) {
  for (const time of document.querySelectorAll("[data-as-of]")) time.textContent = clock.format(new Date(pageNow));
}
