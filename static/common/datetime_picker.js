// A calendar button and popover for every input[data-datetime-picker]. The input stays a text box: whatever the
// reader types is left as it is, and the server reads it (marketplace/common/calendars.py). Picking writes what the
// reader would type: 2026-11-22 14:30, 22/11/2569 14:30, ۱۴۰۵/۰۹/۰۱ ۱۴:۳۰. All names come from Intl and from the input's data-label-* attributes.
import { jalaaliMonthLength, toGregorian, toJalaali } from "../vendor/jalaali.js";

const LANGUAGES = {
  en: { locale: "en-GB-u-ca-gregory-nu-latn", weekStart: 1 },
  vi: { locale: "vi-VN-u-ca-gregory-nu-latn", weekStart: 1 },
  th: { locale: "th-TH-u-ca-buddhist-nu-latn", weekStart: 0 },
  fa: { locale: "fa-IR-u-ca-persian-nu-arabext", weekStart: 6 },
};
const DAY = 86_400_000;
const MINUTE_STEP = 5;
let count = 0;

// --- days: a Date at midnight UTC stands for a calendar day, so that no zone or summer time can move it ---

const dayOf = (year, month, day) => new Date(Date.UTC(year, month - 1, day));
const addDays = (day, n) => new Date(day.getTime() + n * DAY);
const sameDay = (a, b) => Boolean(a && b) && a.getTime() === b.getTime();
const two = (n) => String(n).padStart(2, "0");
const isoDay = (day) => day.toISOString().slice(0, 10);

/** The month of the reader's calendar that holds `day`: its first day, its length, and the day's number in it. */
function monthOf(day, language) {
  const [year, month, date] = [day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate()];
  if (language !== "fa") {
    return { first: dayOf(year, month, 1), length: new Date(Date.UTC(year, month, 0)).getUTCDate(), date };
  }
  const { jy, jm, jd } = toJalaali(year, month, date);
  const { gy, gm, gd } = toGregorian(jy, jm, 1);
  return { first: dayOf(gy, gm, gd), length: jalaaliMonthLength(jy, jm), date: jd };
}

/** The same day number `n` months (1 or -1) away, or the last day of a shorter month. */
function addMonth(day, n, language) {
  const here = monthOf(day, language);
  const there = monthOf(addDays(here.first, n > 0 ? here.length : -1), language);
  return addDays(there.first, Math.min(here.date, there.length) - 1);
}

// --- reading and writing the field ---

/** The typed text as {day, hour, minute} (time null without one), or null when only the server may know it. */
export function read(text) {
  const ascii = text
    .replace(/[๐-๙]/g, (c) => c.charCodeAt(0) - 0x0e50)
    .replace(/[۰-۹]/g, (c) => c.charCodeAt(0) - 0x06f0)
    .replace(/[٠-٩]/g, (c) => c.charCodeAt(0) - 0x0660);
  const found = /^\s*(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:(?:T|\s+)(\d{1,2}):(\d{2}).*)?\s*$/i.exec(ascii);
  if (!found || (found[1].length === 4) === (found[3].length === 4)) return null;
  const month = Number(found[2]);
  const [year, date] = (found[1].length === 4 ? [found[1], found[3]] : [found[3], found[1]]).map(Number);
  const timed = found[4] !== undefined;
  const [hour, minute] = timed ? [Number(found[4]), Number(found[5])] : [null, null];
  const day = realDay(year, month, date);
  return day && (!timed || (hour < 24 && minute < 60)) ? { day, hour, minute } : null;
}

/** What `read` and the server read back as that day and time; as write_date in calendars.py. */
function write(day, time, language) {
  const [year, month, date] = [day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate()];
  const clock = time ? ` ${two(time.hour)}:${two(time.minute)}` : "";
  if (language === "vi") return `${two(date)}/${two(month)}/${year}${clock}`;
  if (language === "th" && year >= 1857 && year <= 2157) return `${two(date)}/${two(month)}/${year + 543}${clock}`;
  if (language === "fa") {
    const { jy, jm, jd } = toJalaali(year, month, date);
    const inPersian = (text) => text.replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]);
    if (jy >= 1300 && jy <= 1500) return inPersian(`${jy}/${two(jm)}/${two(jd)}${clock}`);
  }
  return isoDay(day) + clock;
}

function realDay(year, month, date) {
  if (month < 1 || month > 12 || date < 1) return null;
  if (year >= 1300 && year <= 1500) {
    if (date > jalaaliMonthLength(year, month)) return null;
    const { gy, gm, gd } = toGregorian(year, month, date);
    return dayOf(gy, gm, gd);
  }
  const gregorian = year >= 2400 && year <= 2700 ? year - 543 : year;
  if (gregorian < 1600) return null;
  const day = dayOf(gregorian, month, date);
  return day.getUTCDate() === date ? day : null;
}

/** What the clock shows in `timeZone` at `instant`. */
function wallClock(instant, timeZone) {
  const parts = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
    timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
  }).formatToParts(instant);
  const part = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
  return { day: dayOf(part.year, part.month, part.day), hour: part.hour, minute: part.minute };
}

/** "Asia/Bangkok (UTC+7)" at that wall clock; close enough within an hour of a change of the clocks. */
function zoneLabel({ day, hour, minute }, timeZone) {
  const guess = day.getTime() + ((hour ?? 12) * 60 + (minute ?? 0)) * 60_000;
  const shown = wallClock(guess, timeZone);
  const ahead = shown.day.getTime() + (shown.hour * 60 + shown.minute) * 60_000 - guess;
  const offset = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "shortOffset" })
    .formatToParts(guess - ahead).find(({ type }) => type === "timeZoneName").value;
  return timeZone === "UTC" ? timeZone : `${timeZone} (${offset.replace("GMT", "UTC").replace("+0", "")})`;
}

function knownZone(name) {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions() && name;
  } catch {
    return "UTC";
  }
}

// --- names ---

/** `fields` of a day in the reader's calendar. Intl orders Persian parts year first, so those are put in order here. */
function spell(day, language, fields) {
  const format = new Intl.DateTimeFormat(LANGUAGES[language].locale, { ...fields, timeZone: "UTC" });
  if (language !== "fa") return format.format(day);
  const part = Object.fromEntries(format.formatToParts(day).map(({ type, value }) => [type, value]));
  return [part.weekday, part.day, part.month, part.year].filter(Boolean).join(" ");
}

const FULL = { weekday: "long", day: "numeric", month: "long", year: "numeric" };

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// --- the picker ---

class Picker {
  constructor(input) {
    this.input = input;
    this.language = input.dataset.language in LANGUAGES ? input.dataset.language : "en";
    this.timed = input.dataset.datetimePicker !== "date";
    this.zone = knownZone(input.dataset.timezone ?? "UTC");
    this.id = `datetime-picker-${++count}`;
    this.digits = new Intl.NumberFormat(LANGUAGES[this.language].locale, { minimumIntegerDigits: 2 });
    this.build();
    this.input.addEventListener("input", () => {
      this.showEcho();
      if (this.isOpen()) this.start(); // the calendar follows what is typed beside it
    });
    this.openFromBox();
    this.showEcho();
  }

  isOpen() {
    return this.popover.matches(":popover-open");
  }

  /** A click into the box opens the calendar and leaves the typing where it is. A finger's tap moves into the
      calendar, or the phone's keyboard would cover it; a second tap closes it, for whoever wants to type. */
  openFromBox() {
    let wasOpen = false;
    this.input.addEventListener("pointerdown", ({ pointerType }) => {
      wasOpen = this.isOpen(); // the popover closes itself before the click comes
      this.isTapped = pointerType !== "mouse";
    });
    this.input.addEventListener("click", () => {
      if (wasOpen || this.input.disabled || this.input.readOnly) return;
      this.staysInBox = !this.isTapped;
      this.popover.showPopover();
    });
  }

  label(name) {
    return this.input.dataset[`label${name}`] ?? name;
  }

  button(name, className, action, text = this.label(name)) {
    const made = element("button", { type: "button", class: className }, text);
    if (text !== this.label(name)) made.setAttribute("aria-label", this.label(name));
    made.addEventListener("click", action);
    return made;
  }

  build() {
    this.opener = this.button("Open", "dtp-open", () => this.popover.togglePopover(), "");
    this.opener.setAttribute("aria-haspopup", "dialog");
    this.opener.setAttribute("aria-expanded", "false");
    this.opener.setAttribute("aria-controls", this.id);
    this.opener.disabled = this.input.disabled || this.input.readOnly;
    this.title = element("div", { class: "dtp-title", "aria-live": "polite", id: `${this.id}-title` });
    this.grid = element("table", { class: "dtp-grid", role: "grid", "aria-labelledby": `${this.id}-title` });
    this.grid.addEventListener("keydown", (event) => this.onKey(event));
    this.grid.addEventListener("click", (event) => {
      const cell = event.target.closest("[data-day]");
      if (cell) this.pick(new Date(`${cell.dataset.day}T00:00Z`));
    });
    this.popover = element(
      "div",
      {
        class: "dtp-popover", id: this.id, popover: "auto", role: "dialog", "aria-label": this.label("Open"),
        dir: this.language === "fa" ? "rtl" : "ltr", lang: this.language,
      },
      element("div", { class: "dtp-head" },
        this.button("Previous", "dtp-turn", () => this.turn(-1), "‹"), this.title,
        this.button("Next", "dtp-turn", () => this.turn(1), "›")),
      this.grid,
    );
    if (this.timed) this.popover.append(this.buildTime());
    this.popover.append(element("div", { class: "dtp-foot" },
      this.button("Now", "dtp-now", () => this.now()), this.button("Done", "dtp-done", () => this.close())));
    this.popover.addEventListener("toggle", ({ newState }) => {
      this.opener.setAttribute("aria-expanded", String(newState === "open"));
      if (newState === "open" && !this.staysInBox) this.focusDay();
      this.staysInBox = false;
    });
    this.popover.addEventListener("beforetoggle", ({ newState }) => newState === "open" && this.start());
    this.popover.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation(); // a dialog around the form stays open
      this.close();
    });
    this.echo = element("div", { class: "dtp-echo", id: `${this.id}-echo`, "aria-live": "polite", dir: "auto" });
    // Not wrapped: Bootstrap shows ".is-invalid ~ .invalid-feedback" only while both are siblings.
    this.input.after(element("span", { class: "dtp" }, this.opener, this.popover), this.echo);
    this.input.classList.add("dtp-input");
    const described = [this.input.getAttribute("aria-describedby"), this.echo.id].filter(Boolean).join(" ");
    this.input.setAttribute("aria-describedby", described);
  }

  buildTime() {
    this.hour = element("select", { class: "dtp-select", "aria-label": this.label("Hour") });
    this.minute = element("select", { class: "dtp-select", "aria-label": this.label("Minute") });
    for (const select of [this.hour, this.minute]) {
      select.addEventListener("change", () => {
        Object.assign(this.time, { hour: Number(this.hour.value), minute: Number(this.minute.value) });
        this.pick(this.chosen ?? this.focused);
      });
    }
    return element("div", { class: "dtp-time", dir: "ltr" }, this.hour, ":", this.minute);
  }

  /** Takes the field's value, or the present moment where it has none, without writing anything. */
  start() {
    const typed = read(this.input.value);
    const now = wallClock(Date.now(), this.zone);
    this.chosen = typed?.day ?? null;
    this.focused = this.chosen ?? now.day;
    const { hour, minute } = typed && typed.hour !== null ? typed : now;
    this.time = { hour, minute };
    this.draw();
  }

  pick(day) {
    this.chosen = this.focused = day;
    this.input.value = write(day, this.timed ? this.time : null, this.language);
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
    this.draw();
  }

  now() {
    const { day, hour, minute } = wallClock(Date.now(), this.zone);
    this.time = { hour, minute };
    this.pick(day);
  }

  close() {
    this.popover.hidePopover();
    this.opener.focus();
  }

  turn(n) {
    this.focused = addMonth(this.focused, n, this.language);
    this.draw();
  }

  showEcho() {
    const typed = read(this.input.value);
    if (!typed) return this.echo.replaceChildren();
    const parts = [spell(typed.day, this.language, FULL)];
    if (this.timed && typed.hour !== null) {
      parts.push(` ${this.digits.format(typed.hour)}:${this.digits.format(typed.minute)} · `);
      parts.push(element("bdi", { dir: "ltr" }, zoneLabel(typed, this.zone)));
    }
    return this.echo.replaceChildren(...parts);
  }

  draw() {
    const hadFocus = this.grid.contains(document.activeElement);
    const { first, length } = monthOf(this.focused, this.language);
    const lead = (first.getUTCDay() - LANGUAGES[this.language].weekStart + 7) % 7;
    const weekStart = addDays(first, -lead);
    const title = spell(first, this.language, { month: "long", year: "numeric" });
    if (this.title.textContent !== title) this.title.textContent = title;
    const names = Array.from({ length: 7 }, (_, i) => element("th",
      { scope: "col", abbr: spell(addDays(weekStart, i), this.language, { weekday: "long" }) },
      this.weekday(addDays(weekStart, i))));
    const today = wallClock(Date.now(), this.zone).day;
    const weeks = Array.from({ length: Math.ceil((lead + length) / 7) }, (_, week) => element("tr", {},
      ...Array.from({ length: 7 }, (_, i) => this.cell(addDays(weekStart, week * 7 + i), first, length, today))));
    this.grid.replaceChildren(element("thead", {}, element("tr", {}, ...names)), element("tbody", {}, ...weeks));
    if (hadFocus) this.focusDay();
    if (this.timed) {
      this.fill(this.hour, Array.from({ length: 24 }, (_, i) => i), this.time.hour);
      const steps = Array.from({ length: 60 / MINUTE_STEP }, (_, i) => i * MINUTE_STEP);
      this.fill(this.minute, [...new Set([...steps, this.time.minute])].sort((a, b) => a - b), this.time.minute);
    }
  }

  weekday(day) {
    const { locale } = LANGUAGES[this.language];
    const style = this.language === "en" ? "short" : "narrow"; // English alone has two T and two S
    return new Intl.DateTimeFormat(locale, { weekday: style, timeZone: "UTC" }).format(day);
  }

  cell(day, first, length, today) {
    if (day < first || day >= addDays(first, length)) return element("td", { "aria-hidden": "true" });
    const cell = element("td", {
      role: "gridcell", class: "dtp-day", "data-day": isoDay(day), "aria-label": spell(day, this.language, FULL),
      "aria-selected": String(sameDay(day, this.chosen)), tabindex: sameDay(day, this.focused) ? "0" : "-1",
    }, String(new Intl.NumberFormat(LANGUAGES[this.language].locale).format(monthOf(day, this.language).date)));
    if (sameDay(day, today)) cell.setAttribute("aria-current", "date");
    return cell;
  }

  fill(select, values, chosen) {
    select.replaceChildren(...values.map((n) => element("option", { value: n }, this.digits.format(n))));
    select.value = String(chosen);
  }

  focusDay() {
    this.grid.querySelector('[tabindex="0"]').focus();
  }

  onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const forward = this.language === "fa" ? -1 : 1;
    const weekday = (this.focused.getUTCDay() - LANGUAGES[this.language].weekStart + 7) % 7;
    const moves = {
      ArrowRight: () => addDays(this.focused, forward),
      ArrowLeft: () => addDays(this.focused, -forward),
      ArrowDown: () => addDays(this.focused, 7),
      ArrowUp: () => addDays(this.focused, -7),
      Home: () => addDays(this.focused, -weekday),
      End: () => addDays(this.focused, 6 - weekday),
      PageDown: () => addMonth(this.focused, 1, this.language),
      PageUp: () => addMonth(this.focused, -1, this.language),
    };
    if (event.key in moves) {
      this.focused = moves[event.key]();
      this.draw();
    } else if (event.key === "Enter" || event.key === " ") {
      this.pick(this.focused);
    } else {
      return;
    }
    event.preventDefault();
  }
}

const enhanced = new WeakSet();

/** Gives every picker field inside `root` its button, once. */
export function enhance(root = document) {
  for (const input of root.querySelectorAll("input[data-datetime-picker]")) {
    if (enhanced.has(input) || !("popover" in input)) continue;
    enhanced.add(input);
    new Picker(input);
  }
}

enhance();
