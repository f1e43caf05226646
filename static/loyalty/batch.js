// A batch at work: its progress every second, and the whole page again when it is over.
const panel = document.querySelector("[data-batch-state]");
const language = document.documentElement.lang;
const numbers = new Intl.NumberFormat(language);

async function look() {
  try {
    const answer = await fetch(panel.dataset.batchState, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    show(await answer.json());
  } catch {
    setTimeout(look, 5000); // away for a moment: the work goes on
  }
}

function show(state) {
  const bar = panel.querySelector("[data-batch-percent]");
  if (!state.at_work || state.label !== bar.getAttribute("aria-label")) {
    location.reload();
    return;
  }
  bar.value = state.percent;
  panel.querySelector("[data-batch-number]").textContent = numbers.format(state.percent);
  for (const [name, count] of Object.entries(state.counts)) {
    const place = document.querySelector(`[data-batch-count="${name}"]`);
    if (place) place.textContent = numbers.format(count);
  }
  setTimeout(look, 1000);
}

look();
