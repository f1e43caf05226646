// Lists: the sort applies when it is chosen, and "More" adds to the page instead of replacing it.
for (const select of document.querySelectorAll("[data-submit-on-change]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// Empty fields say nothing: addresses stay short and cached pages few.
document.querySelector("#browse-form")?.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("[data-more] a[rel=next]");
  const grid = document.querySelector("[data-cards]");
  if (!link || !grid || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.classList.add("is-busy");
  try {
    const response = await fetch(link.href);
    if (!response.ok) throw new Error(response.status);
    const next = new DOMParser().parseFromString(await response.text(), "text/html");
    const cards = [...(next.querySelector("[data-cards]")?.children ?? [])];
    grid.append(...cards);
    const following = next.querySelector("[data-more] a[rel=next]");
    if (following) link.replaceWith(following);
    else link.remove();
    cards[0]?.querySelector("a")?.focus({ preventScroll: true });
  } catch {
    location.href = link.href; // the plain way still works, or shows why not
  }
});
