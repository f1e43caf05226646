// Whose room it is follows what colleagues do; an open form is left alone.
const page = document.querySelector("[data-conversation]");
const thread = Number(page.dataset.conversation);
let latest = 0;

async function refresh() {
  const shown = page.querySelector("[data-assignment]");
  const mine = ++latest;
  try {
    const answer = await fetch(shown.dataset.assignment, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected || mine !== latest) return;
    const body = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    if (!shown.querySelector("details").open) shown.replaceWith(body.querySelector("[data-assignment]"));
  } catch {
    // offline: the next event brings it
  }
}

document.addEventListener("talad:event", ({ detail }) => {
  if (detail.type === "thread" && detail.thread === thread) refresh();
});
