// The page's texts: English, with those of the reader's language over them.

let table = {};
let language = "en";

async function read(name) {
  const answer = await fetch(`assets/${name}.json`);
  return answer.ok ? answer.json() : {};
}

export async function loadTexts(available) {
  language = navigator.languages.map(name => name.split("-")[0]).find(name => available.includes(name)) ?? "en";
  const [english, own] = await Promise.all([read("en"), language === "en" ? {} : read(language)]);
  table = { ...english, ...own };
  document.documentElement.lang = language;
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

export const has = key => key in table;
export const text = (key, values = {}) => fill(table[key] ?? key, values);

// The form for a number: "key.one" and the like where the language has one, else "key".
export function plural(key, number, values = {}) {
  const form = `${key}.${new Intl.PluralRules(language).select(number)}`;
  return text(has(form) ? form : key, { count: count(number), ...values });
}

export const count = number => new Intl.NumberFormat(language).format(number);
export const weight = number => new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(number);
export const day = time => new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(time));
export const moment = time => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(time));

export function size(bytes) {
  const step = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return new Intl.NumberFormat(language, { style: "unit", unit: ["byte", "kilobyte", "megabyte", "gigabyte"][step], maximumSignificantDigits: 3 }).format(bytes / 1000 ** step);
}

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return (parts[0] > 0 ? parts : parts.slice(1)).map((part, i) => i === 0 ? part : String(part).padStart(2, "0")).join(":");
}

// Fills what the page's markup names.
export function translate(root) {
  for (const [attribute, set] of [
    ["text", (element, value) => { element.textContent = value; }],
    ["textLabel", (element, value) => element.setAttribute("aria-label", value)],
    ["textTitle", (element, value) => { element.title = value; if (element.matches("button") && !element.textContent.trim()) element.setAttribute("aria-label", value); }],
  ]) {
    const name = attribute.replace(/[A-Z]/g, letter => "-" + letter.toLowerCase());
    root.querySelectorAll(`[data-${name}]`).forEach(element => set(element, text(element.dataset[attribute])));
  }
}
