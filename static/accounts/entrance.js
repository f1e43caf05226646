// Account pages: show or hide a password, the browser's time zone, a word when a passkey was not used.
const zone = document.querySelector("input[data-time-zone]");
if (zone && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

for (const button of document.querySelectorAll("[data-password-toggle]")) {
  const input = document.getElementById(button.dataset.passwordToggle);
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", String(show));
  });
  // A shown password must not reach the browser's memory of typed texts.
  input.form?.addEventListener("submit", () => {
    input.type = "password";
  });
}

document.addEventListener("allauth.error", (event) => {
  const refused = document.querySelector("[data-passkey-refused]");
  if (!refused) return;
  event.preventDefault();
  refused.hidden = false;
});
