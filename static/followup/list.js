// Escape puts a symbol's details away until the pointer or the focus comes again.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const link = document.querySelector(".desk-cell-symbol:hover > [data-tip]") ?? document.activeElement;
  if (link?.matches?.("[data-tip]")) link.dataset.tip = "away";
});
for (const name of ["pointerover", "focusin"]) {
  document.addEventListener(name, ({ target }) => {
    for (const link of document.querySelectorAll('[data-tip="away"]')) {
      if (name === "focusin" || !link.parentElement.contains(target)) link.dataset.tip = "";
    }
  });
}
// A change of a filter needs no button; without this script it has one.
for (const choice of document.querySelectorAll(".desk-filter select")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
// A tap beside an open sheet closes it (the browser does that) and must not open what lies beneath as well.
let isBeside = false;
document.addEventListener("pointerdown", ({ target }) => {
  const sheet = document.querySelector(".desk-tip:popover-open");
  isBeside = Boolean(sheet) && !sheet.contains(target) && !target.closest?.(`[popovertarget="${sheet.id}"]`);
}, true);
document.addEventListener("click", (event) => {
  if (!isBeside || !event.detail) return; // without a pointer there is no beside
  isBeside = false;
  event.preventDefault();
  event.stopPropagation();
}, true);
