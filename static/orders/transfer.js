// "Another bank" is asked for only when it was chosen. Without scripts the field stands there and says so.
const bank = document.querySelector("select[name=bank]");
const other = document.querySelector("[data-other-bank]");

function show() {
  other.hidden = bank.value !== "other";
}

if (bank) {
  bank.addEventListener("change", () => {
    show();
    if (!other.hidden) other.querySelector("input").focus();
  });
  show();
}
