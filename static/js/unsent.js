// Unsent entries on this device: one item of local storage for each person and page, holding the page's forms by name.
//
// An entry is {values, base, at} and, once its form was submitted, the form's token; base is a digest of what the form showed before.
// It is removed when the server has accepted its token, when it is discarded, and when it has expired.
import { local } from "./storage.js";

const PREFIX = "verifier.unsent.";
const EXPIRES = 14 * 24 * 3600 * 1000;
const PAGES = 50;
const LONGEST = 200_000;

function parsed(item) {
  try {
    return JSON.parse(local.read(item)) ?? {};
  } catch {
    return {};
  }
}

const newest = (forms) => Math.max(0, ...Object.values(forms).map((entry) => entry.at ?? 0));

/** Removes what has expired or cannot be read, whoever wrote it, and of one person all but the pages written to last. */
export function prune(reader, now) {
  const own = [];
  for (const item of local.names(PREFIX)) {
    const at = newest(parsed(item));
    if (at < now - EXPIRES) local.remove(item);
    else if (item.startsWith(`${PREFIX}${reader} `)) own.push([at, item]);
  }
  own.sort(([a], [b]) => b - a);
  for (const [, item] of own.slice(PAGES)) local.remove(item);
}

/** The entries of one person. */
export function unsentOf(reader) {
  const prefix = `${PREFIX}${reader} `;
  const put = (item, forms) => {
    const text = JSON.stringify(forms);
    if (Object.keys(forms).length > 0 && text.length <= LONGEST) return local.write(item, text);
    local.remove(item);
    return false;
  };
  return {
    read: (page) => parsed(prefix + page),
    /** Reports whether the entry is stored. */
    write: (page, name, entry) => put(prefix + page, { ...parsed(prefix + page), [name]: entry }),
    remove: (page, name) => put(prefix + page, Object.fromEntries(Object.entries(parsed(prefix + page)).filter(([each]) => each !== name))),
    /** Removes the entries of forms that the server has accepted. */
    accept: (tokens) => {
      if (tokens.length === 0) return;
      for (const item of local.names(prefix)) {
        const forms = Object.entries(parsed(item));
        const left = forms.filter(([, entry]) => !tokens.includes(entry.token));
        if (left.length < forms.length) put(item, Object.fromEntries(left));
      }
    },
  };
}
