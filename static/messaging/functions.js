// The kinds of order open under the finger, and a double tap would make one: they can be pressed a moment later.
const MOMENT_MS = 400;

document.addEventListener("toggle", ({ target }) => {
  if (!target.matches(".functions-choice") || !target.open) return;
  const kinds = target.querySelectorAll("button");
  for (const kind of kinds) kind.disabled = true;
  setTimeout(() => kinds.forEach((kind) => (kind.disabled = false)), MOMENT_MS);
}, true);
