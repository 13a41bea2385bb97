// Makes and finds elements.

export const find = id => document.getElementById(id);

// make("button", { type: "button", class: "go", onclick: f, "aria-label": "…" }, "text", child)
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) {
      continue;
    }

    if (name === "class") {
      element.className = value;
    } else if (name in element && !name.startsWith("aria")) {
      element[name] = value;
    } else {
      element.setAttribute(name, value);
    }
  }

  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", "#i-" + name);
  svg.append(use);
  return svg;
}

export const button = (label, onclick, properties = {}) => make("button", { type: "button", onclick, ...properties }, label);
export const tool = (name, label, onclick, properties = {}) => make("button", { type: "button", class: "tool", title: label, "aria-label": label, onclick, ...properties }, icon(name));

// A picture that a busy server may refuse at first; failed is called when it has refused for good.
export function thumbnailOf(source, properties, failed) {
  const image = make("img", { decoding: "async", ...properties });
  let tries = 0;
  image.onerror = () => ++tries < 3 ? setTimeout(() => { image.src = source; }, 1200 * tries) : failed(image);
  image.src = source;
  return image;
}

// What a screen reader says next; the same sentence twice is said twice.
export function say(sentence) {
  const place = find("said");
  place.textContent = "";
  requestAnimationFrame(() => { place.textContent = sentence; });
}

export function download(name, type, content) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
