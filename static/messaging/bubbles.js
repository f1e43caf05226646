// Builds for what arrives live what templates/messaging/_line.html draws on the server. What people wrote goes
// in as text, never as HTML; only fragments of our own server are HTML.
import { me } from "./live.js";

const page = document.querySelector("[data-conversation]");
const log = page.querySelector("[data-log]");
export const words = document.querySelector("[data-words]").dataset;
const language = document.documentElement.lang;
const locale = { en: "en-GB", fa: "fa-IR", th: "th-TH", vi: "vi-VN" }[language] ?? language;
const zone = { timeZone: page.dataset.zone };
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...zone });
const longDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric", ...zone });
const dayKey = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", ...zone });
const customer = Number(page.dataset.customer);
const isOurs = (author) => (author === customer) === (me === customer);

const template = (name) =>
  document.querySelector(`[data-template="${name}"]`).content.firstElementChild.cloneNode(true);

/** The row of a message: {seq?, author, author_name, kind, body, data, at, attachments, client_id}. */
export function build(message) {
  const url = message.data?.url;
  const row = url ? buildCard(message, url) : buildLine(message);
  row.dataset.author = message.author ?? "";
  row.dataset.kind = message.kind;
  row.dataset.at = message.at;
  if (message.seq) number(row, message.seq);
  return row;
}

function number(row, seq) {
  row.dataset.seq = seq;
  row.id = `m${seq}`;
}

function buildLine(message) {
  const row = template("line");
  const mine = message.author === me;
  row.classList.toggle("is-ours", isOurs(message.author));
  if (mine) {
    row.dataset.mine = "";
    row.dataset.clientId = message.client_id;
  }
  drawAvatar(row.querySelector(".avatar"), message);
  const author = row.querySelector(".bubble-author");
  author.textContent = mine ? words.you : message.author_name;
  author.classList.toggle("visually-hidden", mine);
  const meta = row.querySelector(".bubble-meta");
  for (const attachment of message.attachments) meta.before(buildAttachment(attachment));
  if (message.body) meta.before(buildText(message.body));
  stamp(row, message.at);
  return row;
}

function stamp(row, at) {
  const time = row.querySelector("time");
  time.dateTime = at;
  time.textContent = clock.format(new Date(at));
}

// The same letter and tone as the server's avatar: no Thai vowel that only stands before its consonant.
function drawAvatar(disc, message) {
  const name = message.author_name ?? "";
  const tone = [...`${name}${message.author}`].reduce((sum, c) => sum + c.codePointAt(0), 0) % 6;
  disc.classList.add(`tone-${tone}`);
  disc.textContent = ([...name].find((c) => /[\p{L}\p{N}]/u.test(c) && !/[เ-ไ]/.test(c)) ?? "?").toUpperCase();
}

function buildText(body) {
  const text = document.createElement("div");
  text.className = "bubble-text";
  text.dir = "auto";
  for (const piece of body.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/)) {
    if (!/^https?:\/\//.test(piece)) {
      text.append(piece);
      continue;
    }
    const link = document.createElement("a");
    link.href = piece;
    link.rel = "nofollow noopener";
    link.textContent = piece;
    text.append(link);
  }
  return text;
}

function buildAttachment({ url, name, size, image, width, height }) {
  if (image) {
    const link = document.createElement("a");
    link.className = "bubble-photo";
    link.dataset.photo = "";
    link.href = url;
    const picture = new Image(width, height);
    picture.src = url;
    picture.alt = name;
    link.append(picture);
    return link;
  }
  const link = template("file");
  link.href = url;
  link.querySelector("bdi").textContent = name;
  link.querySelector(".number").textContent = sizeInWords(size);
  return link;
}

export function sizeInWords(size) {
  const isSmall = size < 1024 * 1024;
  const number = isSmall ? Math.max(1, Math.round(size / 1024)) : size / 1024 / 1024;
  const pattern = isSmall ? words.kb : words.mb;
  return pattern.replace("%s", new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(number));
}

function buildCard(message, url) {
  const row = document.createElement("li");
  row.className = `chat-${message.kind}`;
  const slot = document.createElement("div");
  slot.className = "card-slot";
  slot.dataset.card = url;
  const body = document.createElement("p");
  body.dir = "auto";
  body.textContent = message.body;
  const link = document.createElement("a");
  link.href = url;
  link.textContent = words.open;
  slot.append(body, link);
  const time = document.createElement("time");
  time.className = "chat-time number";
  row.append(slot, time);
  stamp(row, message.at);
  return row;
}

/** Puts `row` after `before`; without it a stored row goes first and one that waits goes last. Day separators
 * are put and taken away as they are due. */
export function place(row, before) {
  log.querySelector("[data-start]")?.remove();
  if (before) before.after(row);
  else if (row.dataset.seq) log.prepend(row);
  else log.append(row);
  const neighbour = previousRow(row);
  if (!neighbour || day(neighbour) !== day(row)) row.before(buildDay(row));
  if (row.nextElementSibling?.dataset.day === day(row)) row.nextElementSibling.remove();
  row.classList.toggle("is-first", !continues(neighbour, row));
}

function previousRow(row) {
  let before = row.previousElementSibling;
  while (before && before.dataset.at === undefined) before = before.previousElementSibling;
  return before;
}

const day = (row) => dayKey.format(new Date(row.dataset.at));

function continues(before, row) {
  const plain = (line) => line.classList.contains("chat-line");
  return Boolean(
    before && plain(before) && plain(row) && before.dataset.author === row.dataset.author &&
      day(before) === day(row) && new Date(row.dataset.at) - new Date(before.dataset.at) < 300_000,
  );
}

function buildDay(row) {
  const line = document.createElement("li");
  line.className = "chat-day";
  line.dataset.day = day(row);
  const now = Date.now();
  const label = document.createElement("span");
  if (line.dataset.day === dayKey.format(now)) label.textContent = words.today;
  else if (line.dataset.day === dayKey.format(now - 86_400_000)) label.textContent = words.yesterday;
  else label.textContent = longDay.format(new Date(row.dataset.at));
  line.append(label);
  return line;
}

/** Shows sending | sent | delivered | read | failed on one of the reader's own rows. */
export function setState(row, state, reason = "") {
  const old = row.querySelector(".ticks");
  if (old?.dataset.ticks === state) return;
  const ticks = template(state);
  if (old) old.replaceWith(ticks);
  else row.querySelector(".bubble-meta")?.append(ticks); // a card of one's own has none
  row.classList.toggle("is-failed", state === "failed");
  row.querySelector(".bubble-again")?.remove();
  row.querySelector(".bubble-reason")?.remove();
  if (state !== "failed") return;
  row.querySelector(".bubble").append(template("again"));
  if (!reason) return;
  const line = document.createElement("span");
  line.className = "bubble-reason";
  line.dir = "auto";
  line.textContent = reason;
  row.querySelector(".bubble-again").before(line);
}
