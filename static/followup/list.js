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
