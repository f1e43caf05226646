// The address names this filling-in, so that the back button and a reload find the same one, and sending it
// again tells nothing twice.
const address = new URL(location.href);
address.searchParams.set("form", document.querySelector("[name=form_token]").value);
history.replaceState(history.state, "", address);

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
