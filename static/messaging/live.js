// The one socket of a page, and the one number of unread messages. Other scripts hear of server events as
// "talad:event" on the document (detail: the event) and of the connection as "talad:connection" (detail:
// "up", or "down" once no socket could be had for five seconds).
import { newId } from "../common/new_id.js";

const PING_MS = 18_000; // a silently dead socket is noticed within PING_MS + PONG_MS
const PONG_MS = 5_000;
const CONNECT_MS = 6_000;
const DOWN_MS = 5_000;
const ACK_MS = 8_000;
const LONGEST_WAIT_MS = 30_000;
const POLL_MS = 10_000;
const NOT_SIGNED_IN = 4401;

let socket = null;
let attempts = 0;
let retryTimer = 0;
let downTimer = 0;
let pongTimer = 0;
let isDown = false;
let isOver = false; // signed out: no more attempts
const waiting = new Map(); // client_id → {resolve, reject, timer}
const deliveredSoon = new Map(); // thread → seq
const readUpTo = new Map(); // thread → seq: what is read need not be told as delivered

export const me = Number(document.body.dataset.user);
export const isUp = () => socket?.readyState === WebSocket.OPEN;
export const isConnectionDown = () => isDown;
export { newId };

/** The ack of a command; rejects with {code, sentence}, code "offline" when nothing is known of its fate. */
export function command(type, fields = {}, clientId = newId()) {
  if (!isUp()) return Promise.reject({ code: "offline" });
  return new Promise((resolve, reject) => {
    const mine = socket;
    const timer = setTimeout(() => abandon(mine), ACK_MS); // who does not answer is not there
    waiting.set(clientId, { resolve, reject, timer });
    socket.send(JSON.stringify({ type, client_id: clientId, ...fields }));
  });
}

/** A best-effort command: whoever cares asks again. */
export const hint = (type, fields) => void command(type, fields).catch(() => {});

function settle(clientId, refusal, answer) {
  const promise = waiting.get(clientId);
  if (!promise) return;
  waiting.delete(clientId);
  clearTimeout(promise.timer);
  if (refusal) promise.reject(refusal);
  else promise.resolve(answer);
}

// --- connection --------------------------------------------------------------------------------------

function connect() {
  clearTimeout(retryTimer);
  if (isOver || socket) return;
  const address = new URL(document.body.dataset.live, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const mine = new WebSocket(address);
  socket = mine;
  const tooLong = setTimeout(() => abandon(mine), CONNECT_MS);
  mine.onopen = () => {
    clearTimeout(tooLong);
    opened();
  };
  mine.onmessage = ({ data }) => heard(JSON.parse(data));
  mine.onclose = ({ code }) => {
    clearTimeout(tooLong);
    if (code === NOT_SIGNED_IN) isOver = true;
    abandon(mine);
  };
}

// A dead socket's close can take minutes to be confirmed: it is left alone and a new one is made.
function abandon(old) {
  old.onopen = old.onmessage = old.onclose = null;
  try {
    old.close();
  } catch {
    // never opened
  }
  if (socket !== old) return;
  socket = null; // the answers that are still out will not come: `settle` below
  clearTimeout(pongTimer);
  pongTimer = 0;
  for (const clientId of [...waiting.keys()]) settle(clientId, { code: "offline" });
  document.dispatchEvent(new CustomEvent("talad:connection", { detail: "lost" }));
  downTimer ||= setTimeout(wentDown, DOWN_MS);
  const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempts++) * (0.5 + Math.random() / 2);
  if (!isOver) retryTimer = setTimeout(connect, wait);
}

function opened() {
  attempts = 0;
  clearTimeout(downTimer);
  downTimer = 0;
  isDown = false;
  hint("ping");
  refreshUnread();
  document.dispatchEvent(new CustomEvent("talad:connection", { detail: "up" }));
}

function wentDown() {
  isDown = true;
  document.dispatchEvent(new CustomEvent("talad:connection", { detail: "down" }));
}

function heartbeat() {
  if (!isUp()) return;
  const mine = socket;
  hint("ping");
  pongTimer ||= setTimeout(() => abandon(mine), PONG_MS); // anything that is heard stops it
}

function connectNow() {
  if (document.hidden) return;
  if (isUp()) heartbeat();
  else if (!socket) connect();
  else if (socket.readyState !== WebSocket.CONNECTING) abandon(socket);
}

// --- what is heard -----------------------------------------------------------------------------------

function heard(event) {
  clearTimeout(pongTimer);
  pongTimer = 0;
  if (event.type === "ack") settle(event.client_id, null, event);
  else if (event.type === "error") settle(event.client_id, event);
  else announce(event);
}

function announce(event) {
  if (event.type === "message" && event.message.author !== me) deliveredLater(event.thread, event.message.seq);
  if (event.type === "message" || (event.type === "read" && event.user === me)) refreshUnread();
  document.dispatchEvent(new CustomEvent("talad:event", { detail: event }));
}

let deliveredTimer = 0;
function deliveredLater(thread, seq) {
  deliveredSoon.set(thread, Math.max(seq, deliveredSoon.get(thread) ?? 0));
  deliveredTimer ||= setTimeout(() => {
    deliveredTimer = 0;
    for (const [key, value] of deliveredSoon) {
      if (value > (readUpTo.get(key) ?? 0)) hint("delivered", { thread: key, seq: value });
    }
    deliveredSoon.clear();
  }, 600);
}

/** Notes that the page has told `seq` as read, which says "delivered" too. */
export const noteRead = (thread, seq) => readUpTo.set(thread, seq);

// --- the unread number -------------------------------------------------------------------------------

let unreadTimer = 0;
export function refreshUnread() {
  clearTimeout(unreadTimer);
  unreadTimer = setTimeout(async () => {
    try {
      showUnread((await askUnread()).total);
    } catch {
      // asked again at the next event, reconnection or poll
    }
  }, 300);
}

async function askUnread() {
  if (isUp()) return command("unread");
  const link = document.querySelector("[data-unread-link]");
  const answer = await fetch(new URL("unread/", link.href), { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) throw new Error("signed out");
  return answer.json();
}

function showUnread(total) {
  const digits = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false });
  const label = digits.format(Math.min(total, 99)) + (total > 99 ? "+" : ""); // as ui.py's unread_label
  for (const badge of document.querySelectorAll("[data-unread-total]")) {
    badge.textContent = label;
    badge.hidden = total === 0;
  }
  for (const link of document.querySelectorAll("[data-unread-link]")) {
    link.setAttribute("aria-label", total ? `${link.dataset.label} ${label}` : link.dataset.label);
  }
  const title = document.title.replace(/^\([\d۰-۹]+\+?\) /, "");
  document.title = total ? `(${label}) ${title}` : title;
}

// --- start -------------------------------------------------------------------------------------------

addEventListener("online", connectNow);
addEventListener("pageshow", (event) => event.persisted && connectNow());
document.addEventListener("visibilitychange", () => {
  connectNow();
  if (!document.hidden) refreshUnread();
});
setInterval(heartbeat, PING_MS);
setInterval(() => !document.hidden && !isUp() && isDown && refreshUnread(), POLL_MS);
// Redis forgets what it could not pass on, and no later message may show the gap.
setInterval(() => !document.hidden && isUp() && refreshUnread(), 60_000);
if (document.body.dataset.live) {
  downTimer = setTimeout(wentDown, DOWN_MS);
  connect();
}
