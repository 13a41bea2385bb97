// Starts the page when its texts are there.

import { session } from "./api.js";
import { find } from "./dom.js";
import { Page } from "./page.js";
import { loadTexts, text, translate } from "./texts.js";

let own = { canEdit: false, canOpenFolder: false, languages: ["en"] };
try {
  own = await session();
} catch {
  // The search says what is wrong.
}

await loadTexts(own.languages);
translate(document);
find("news").textContent = text("changed");
new Page(own);
