// Today's list as this phone knows it: what was finished here stands with what is finished, sent or not.
import { isOver } from "./waiting.js";

const digits = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false });

/** `states`: how far each task got, by its number. Does nothing on a page that has no such list. */
export function arrange(states) {
  const today = document.querySelector("[data-today]");
  const open = today?.querySelector("[data-open]");
  if (!open) return;
  const finished = today.querySelector("[data-done]");
  const rows = [...today.querySelectorAll("[data-place]")].sort((a, b) => a.dataset.place - b.dataset.place);
  const done = rows.filter((row) => isOver(states.get(Number(row.dataset.task))));
  const left = rows.filter((row) => !done.includes(row));
  moveTo(open, left);
  moveTo(finished, done.reverse(), finished.querySelector("[data-task]:not([data-place])"));
  left.forEach((row, at) => number(row, at + 1));
  for (const row of done) finish(today, row, states.get(Number(row.dataset.task)));
  count(today, left.length, finished.children.length);
}

// Only what stands elsewhere is moved: a row keeps its focus.
function moveTo(list, rows, before = null) {
  const standing = [...list.children].filter((row) => rows.includes(row));
  if (standing.length === rows.length && standing.every((row, at) => row === rows[at])) return;
  for (const row of rows) list.insertBefore(row, before);
}

function number(row, place) {
  row.classList.toggle("is-next", place === 1);
  const mark = row.querySelector(".task-place");
  mark.className = "task-place number";
  mark.textContent = digits.format(place);
  row.querySelector(".task-row-actions").hidden = place !== 1;
  row.querySelector(".task-row-money").hidden = false;
}

function finish(today, row, state) {
  row.classList.remove("is-next");
  const mark = row.querySelector(".task-place");
  mark.className = `task-place${state === "delivered" ? " is-delivered" : ""}`;
  mark.replaceChildren(today.querySelector(`template[data-mark="${state}"]`).content.cloneNode(true));
  row.querySelector(".task-row-actions").hidden = true;
  row.querySelector(".task-row-money").hidden = true; // what was to be collected; what was, the page will say
}

function count(today, left, done) {
  today.querySelector("[data-open]").hidden = left === 0;
  today.querySelector("[data-all-done]").hidden = left > 0;
  for (const part of today.querySelectorAll("[data-done], [data-done-head]")) part.hidden = done === 0;
  today.querySelector(".courier-progress strong").textContent = digits.format(done);
  today.querySelector(".courier-bar").value = Math.round((100 * done) / (left + done));
}
