// Counts on what the server wrote into <time data-since>: "x hours y minutes" since the order was confirmed.
// Loaded by pages that show such a time and by fragments that name it in data-module.
const EVERY_MS = 1_000;
const { lang } = document.documentElement;
const plural = new Intl.PluralRules(lang);
const digits = new Intl.NumberFormat(lang, { useGrouping: false });
const skews = new WeakMap(); // this machine's clock minus the server's, as the time was drawn

function words(time, kind, number) {
  const form = time.dataset[`${kind}${plural.select(number) === "one" ? "One" : "Other"}`];
  return form.replace("%s", digits.format(number));
}

function show(time) {
  if (!skews.has(time)) skews.set(time, Date.now() - Date.parse(time.dataset.now));
  const passed = Date.now() - skews.get(time) - Date.parse(time.dataset.since);
  const minutes = Math.max(0, Math.floor(passed / 60_000));
  const value = `PT${minutes}M`;
  if (time.dateTime === value) return;
  time.dateTime = value;
  const rest = words(time, "minutes", minutes % 60);
  const hours = Math.floor(minutes / 60);
  time.textContent = hours ? time.dataset.both.replace("%h", words(time, "hours", hours)).replace("%m", rest) : rest;
}

const showAll = () => document.querySelectorAll("time[data-since]").forEach(show);

setInterval(showAll, EVERY_MS);
document.addEventListener("visibilitychange", showAll);
showAll();
