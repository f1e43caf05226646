// The preview follows the ticks before they are saved; the server draws it, as it draws the courier's page.
const form = document.querySelector("[data-limits]");
const preview = document.querySelector("[data-preview]");
let asked = 0;

form.addEventListener("change", async ({ target }) => {
  if (target.type !== "checkbox") return;
  const mine = ++asked;
  const ticks = new URLSearchParams();
  for (const box of form.querySelectorAll("[type=checkbox]:checked")) ticks.set(box.name, "on");
  try {
    const answer = await fetch(`${form.dataset.limits}?${ticks}`, { headers: { "X-Requested-With": "fetch" } });
    if (answer.ok && !answer.redirected && mine === asked) preview.innerHTML = await answer.text();
  } catch {
    // offline: the preview stands as it was
  }
});
