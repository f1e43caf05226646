// The door before its time: counts down and opens by itself.

const box = document.querySelector("[data-countdown]");
const opensAt = Date.now() + Number(box.dataset.seconds) * 1000;
const { lang } = document.documentElement;
const two = new Intl.NumberFormat(lang, { minimumIntegerDigits: 2, useGrouping: false });
const plain = new Intl.NumberFormat(lang);

function show() {
  const left = Math.max(0, Math.ceil((opensAt - Date.now()) / 1000));
  const [days, hours, minutes, seconds] = [left / 86_400, (left % 86_400) / 3600, (left % 3600) / 60, left % 60]
    .map(Math.floor);
  for (const [name, value] of Object.entries({ days, hours, minutes, seconds })) {
    const part = box.querySelector(`[data-unit="${name}"]`);
    part.querySelector("strong").textContent = name === "days" ? plain.format(value) : two.format(value);
    part.hidden = name === "days" && days === 0;
  }
  if (left > 0) return;
  clearInterval(timer);
  location.reload();
}

const timer = setInterval(show, 500);
show();
document.addEventListener("visibilitychange", show);
