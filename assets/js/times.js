// Instants are rendered by the server in UTC and shown here in the browser's zone and language.
//   <time datetime="2026-11-22T19:00:00Z" data-local>2026-11-22 19:00 UTC</time>   data-local="date|time|seconds|relative"
//   <input type="datetime-local" name="scheduled_time" data-utc="2026-11-22T19:00:00Z">
//   <input type="hidden" name="time_zone" data-time-zone>                          gets "Europe/Berlin"
//   <p data-in-zone="UTC">                                                        asks for the page again with ?time_zone=
// The page's language, as it is written where the reader is: days before months for most, hours up to 24.
function readersLanguage() {
  const page = document.documentElement.lang;
  if (!page) return undefined;
  // The first language alone: browsers of all countries name American English somewhere behind it.
  if (navigator.language.startsWith(`${page}-`)) return navigator.language;
  const region = new Intl.Locale(navigator.language).maximize().region;
  return region ? `${page}-${region}` : page;
}

const language = readersLanguage();
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const formats = {
  "": { dateStyle: "medium", timeStyle: "short" },
  date: { dateStyle: "medium" },
  time: { timeStyle: "short" },
  seconds: { dateStyle: "medium", timeStyle: "medium" },
};
const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function relative(date) {
  const seconds = Math.round((date - Date.now()) / 1000);
  const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? units.at(-1);
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.round(seconds / length), unit);
}

function localInputValue(date) {
  const pad = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}T${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

// An instant as the reader's clock shows it.
export const shown = (instant) => new Intl.DateTimeFormat(language, formats[""]).format(new Date(instant));

// A day of the calendar, the same wherever the reader is.
export const shownDay = (day) => new Intl.DateTimeFormat(language, { ...formats.date, timeZone: "UTC" }).format(new Date(day));

// A page whose days the server has to know is asked for again in the reader's zone, once.
function showInZone(shownZone) {
  const address = new URL(location.href);
  if (shownZone === zone || address.searchParams.get("time_zone") === zone) return;
  address.searchParams.set("time_zone", zone);
  location.replace(address);
}

export function enhanceTimes(root) {
  const all = (selector) => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];
  for (const element of all("time[data-local]")) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const kind = element.dataset.local;
    const text = kind === "relative" ? relative(date) : new Intl.DateTimeFormat(language, formats[kind] ?? formats[""]).format(date);
    if (element.textContent !== text) element.textContent = text;
    element.title = date.toISOString();
  }
  for (const input of all("input[type=datetime-local][data-utc]")) {
    const date = new Date(input.dataset.utc);
    if (!Number.isNaN(date.getTime())) input.value = localInputValue(date);
    input.removeAttribute("data-utc");
  }
  for (const input of all("input[data-time-zone]")) input.value = zone;
  for (const element of all("[data-time-zone-name]")) element.textContent = zone;
  for (const element of all("[data-in-zone]")) showInZone(element.dataset.inZone);
}
