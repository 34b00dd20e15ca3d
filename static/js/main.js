// Binds each module to the elements that carry its name in data-part; every page works without it.
import { bulk } from "./bulk.js";
import { confirmed } from "./confirm.js";
import { copy } from "./copy.js";
import { errorSummary, files, once } from "./forms.js";
import { menu, message, overflow } from "./page.js";
import { passkey } from "./passkey.js";
import { typed } from "./typed.js";
import { uploads } from "./uploads.js";
import { waiting } from "./waiting.js";

const parts = { "error-summary": errorSummary, bulk, confirm: confirmed, copy, files, message, overflow, passkey, uploads, waiting };

for (const element of document.querySelectorAll("[data-part]")) {
  parts[element.dataset.part]?.(element);
}
once(document);
typed(document.getElementById("main"));
menu(document);
