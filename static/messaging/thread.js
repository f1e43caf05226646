// A conversation: what arrives goes in by its number, a gap or a reconnection fetches what is missing.
import { build, place, setState } from "./bubbles.js";
import { command, isConnectionDown, isUp, me, noteRead, refreshUnread } from "./live.js";
import "./drawing.js";
import * as sending from "./sending.js";

const POLL_MS = 4_000;
const page = document.querySelector("[data-conversation]");
const thread = Number(page.dataset.conversation);
const customer = Number(page.dataset.customer);
const log = page.querySelector("[data-log]");
const scroller = page.querySelector("[data-scroll]");
const isHistory = page.dataset.isOlder !== undefined; // an older stretch without scripts' help: not live
let lastSeq = Number(page.dataset.lastSeq);
let readSent = lastSeq;
const marks = { read: Number(page.dataset.read), delivered: Number(page.dataset.delivered) };

// --- messages ----------------------------------------------------------------------------------------

function receive(message) {
  if (message.seq <= lastSeq) {
    sending.takePending(message.client_id)?.remove();
    return;
  }
  if (message.seq > lastSeq + 1) {
    catchUp();
    return;
  }
  lastSeq = message.seq;
  if (message.kind === "hidden") return; // a colleague's, which takes a number and is not for this person
  const wasAtEnd = isAtEnd();
  const waiting = message.author === me ? sending.takePending(message.client_id) : null;
  waiting?.remove();
  const row = build(message);
  place(row, lastNumbered());
  if (message.author === me) showMark(row);
  else {
    stopTyping(message.author);
    announce(message);
    if (!wasAtEnd) page.querySelector("[data-to-end]").hidden = false;
  }
  readSoon();
}

function lastNumbered() {
  const rows = log.querySelectorAll("[data-seq]");
  return rows[rows.length - 1] ?? log.querySelector(".chat-older");
}

let catching = null;
let catchAgain = false;
function catchUp() {
  if (isHistory) return null;
  if (catching) {
    catchAgain = true; // what is asked for now may be newer than the running answer
    return catching;
  }
  catching = fetchMissed().finally(() => {
    catching = null;
    if (catchAgain) {
      catchAgain = false;
      catchUp();
    }
  });
  return catching;
}

async function fetchMissed() {
  let more = true;
  while (more) {
    const address = page.dataset.afterUrl.replace(/0\/$/, `${lastSeq}/`);
    let found;
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      // Signed out meanwhile, or no part of this conversation any more: the page says so itself.
      if (answer.redirected || answer.status === 404) return location.reload();
      if (!answer.ok) return undefined;
      found = await answer.json();
    } catch {
      return undefined; // the next reconnection or poll asks again
    }
    for (const message of found.messages) if (message.seq === lastSeq + 1) receive(message);
    showClosed(found.closed);
    moveMarks("delivered", found.delivered);
    moveMarks("read", found.read);
    more = found.more;
  }
  return undefined;
}

function announce(message) {
  page.querySelector("[data-announce]").textContent = `${message.author_name}: ${message.body}`;
}

function showClosed(isClosed) {
  document.getElementById("composer").hidden = isClosed;
  page.querySelector("[data-closed]").hidden = !isClosed;
}

// --- sent, delivered, read ---------------------------------------------------------------------------

function moveMarks(kind, seq) {
  if (seq <= marks[kind]) return;
  marks[kind] = seq;
  if (kind === "read") marks.delivered = Math.max(marks.delivered, seq);
  for (const row of log.querySelectorAll("[data-mine][data-seq]")) showMark(row);
}

function showMark(row) {
  const seq = Number(row.dataset.seq);
  if (seq <= marks.read) setState(row, "read");
  else setState(row, seq <= marks.delivered ? "delivered" : "sent");
}

const isOtherSide = (user) => (me === customer ? user !== me : user === customer);
const isAtEnd = () => scroller.scrollTop > -80; // the scroller grows upwards, so its end is 0

let readTimer = 0;
function readSoon() {
  clearTimeout(readTimer);
  readTimer = setTimeout(markRead, 300);
}

async function markRead() {
  if (isHistory || document.hidden || !document.hasFocus() || !isAtEnd() || readSent >= lastSeq) return;
  const seq = lastSeq;
  readSent = seq;
  noteRead(thread, seq);
  try {
    if (isUp()) await command("read", { thread, seq });
    else await readByForm(seq);
    refreshUnread();
  } catch {
    readSent = Math.min(readSent, seq - 1);
  }
}

async function readByForm(seq) {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  data.set("seq", seq);
  const answer = await fetch(page.dataset.readUrl, { method: "POST", body: data });
  if (!answer.ok) throw new Error(answer.statusText);
}

// --- typing and presence -----------------------------------------------------------------------------

const typing = { timer: 0, user: 0, line: page.querySelector("[data-typing] > span") };

function showTyping({ user, name }) {
  if (user === me) return;
  typing.user = user;
  page.querySelector("[data-typing-name]").textContent = name;
  typing.line.hidden = false;
  clearTimeout(typing.timer);
  typing.timer = setTimeout(() => stopTyping(user), 4_000);
  showHere(true);
}

function stopTyping(user) {
  if (user === typing.user) typing.line.hidden = true;
}

const showHere = (here) => (page.querySelector("[data-here]").hidden = !here);

async function askPresence() {
  if (document.hidden || !isUp()) return;
  try {
    showHere((await command("presence", { thread })).here);
  } catch {
    showHere(false);
  }
}

// --- events ------------------------------------------------------------------------------------------

const handlers = {
  message: ({ message }) => {
    if (isOtherSide(message.author)) showHere(true);
    receive(message);
  },
  read: ({ user, seq }) => isOtherSide(user) && moveMarks("read", seq),
  delivered: ({ user, seq }) => isOtherSide(user) && moveMarks("delivered", seq),
  typing: showTyping,
  thread: () => catchUp(),
};

document.addEventListener("talad:event", ({ detail }) => {
  if (detail.thread === thread && !isHistory) handlers[detail.type]?.(detail);
});

let polling = 0;
document.addEventListener("talad:connection", async ({ detail }) => {
  if (detail === "lost") return showHere(false);
  page.querySelector("[data-down]").hidden = detail === "up";
  clearInterval(polling);
  if (detail === "down") polling = setInterval(poll, POLL_MS);
  await catchUp(); // what was stored although its ack was lost is then no longer pending
  sending.flush();
  if (detail === "up") askPresence();
  readSoon();
  return undefined;
});

function poll() {
  if (document.hidden) return;
  catchUp();
  sending.flush();
  document.dispatchEvent(new CustomEvent("talad:poll"));
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  catchUp();
  readSoon();
  askPresence();
});
addEventListener("focus", readSoon);
scroller.addEventListener("scroll", () => {
  if (!isAtEnd()) return;
  page.querySelector("[data-to-end]").hidden = true;
  readSoon();
}, { passive: true });
page.querySelector("[data-to-end]").addEventListener("click", () => (scroller.scrollTop = 0));
setInterval(askPresence, 25_000);
// Redis forgets what it could not pass on, and no later message may show the gap.
setInterval(() => !document.hidden && isUp() && catchUp(), 60_000);

if (!isHistory) sending.start(receive);
const asked = location.hash && log.querySelector(`li#${CSS.escape(location.hash.slice(1))}`);
(asked || log.querySelector("[data-new-line]"))?.scrollIntoView({ block: "center" });
if (isUp()) document.dispatchEvent(new CustomEvent("talad:connection", { detail: "up" }));
else if (isConnectionDown()) document.dispatchEvent(new CustomEvent("talad:connection", { detail: "down" }));
