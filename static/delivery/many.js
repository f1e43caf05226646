// The chosen orders in the order in which the courier gets them: dragged, or moved by the buttons without the
// page being fetched anew. The hidden fields inside each row carry the order.
const list = document.querySelector("[data-many-list]");
let dragged = null;

// The page's address with these rows; without what the board sent along, which stands for its own sequence.
function addressOf(rows) {
  const query = new URLSearchParams(location.search);
  for (const name of [...query.keys()]) if (name === "order" || name.startsWith("seen-")) query.delete(name);
  for (const row of rows) query.append("order", row.dataset.order);
  return `?${query}`;
}

function moved() {
  const rows = [...list.children];
  history.replaceState(null, "", addressOf(rows)); // a reload keeps it
  const search = document.querySelector("[data-many-search]");
  for (const field of search?.querySelectorAll("[name=order]") ?? []) field.remove();
  for (const { dataset } of rows) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "order", value: dataset.order });
    search?.append(field);
  }
  for (const row of rows) {
    row.querySelector("[data-move=up]")?.toggleAttribute("hidden", row === rows[0]);
    row.querySelector("[data-move=down]")?.toggleAttribute("hidden", row === rows.at(-1));
  }
}

if (list) {
  for (const row of list.children) row.draggable = true;
  list.addEventListener("click", (event) => {
    const out = event.target.closest("[data-move=out]");
    if (out) out.href = addressOf([...list.children].filter((row) => !row.contains(out)));
    const move = event.target.closest("[data-move=up], [data-move=down]");
    if (!move) return;
    const row = move.closest("li");
    const other = move.dataset.move === "up" ? row.previousElementSibling : row.nextElementSibling;
    event.preventDefault(); // its address is of the sequence that the server knew
    if (!other) return;
    if (move.dataset.move === "up") other.before(row);
    else other.after(row);
    moved();
    (move.hidden ? row.querySelector("[data-move=up]:not([hidden]), [data-move=down]:not([hidden])") : move)?.focus();
  });
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("li");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.order);
    requestAnimationFrame(() => dragged?.classList.add("is-dragged"));
  });
  list.addEventListener("dragover", (event) => {
    const row = event.target.closest("li");
    if (!dragged || !row || row === dragged) return;
    event.preventDefault();
    const { top, height } = row.getBoundingClientRect();
    if (event.clientY < top + height / 2) row.before(dragged);
    else row.after(dragged);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    if (dragged) moved();
    dragged = null;
  });
}
