// Web storage, which may be blocked, full or cleared at any time: reading then gives null and writing does nothing.

function guarded(kind) {
  const attempt = (use) => {
    try {
      return use(window[kind]) ?? null;
    } catch {
      return null;
    }
  };
  return {
    read: (name) => attempt((area) => area.getItem(name)),
    /** Removes the old value first, so that a failed write leaves nothing outdated behind; reports whether the value was written. */
    write: (name, text) => {
      attempt((area) => area.removeItem(name));
      return attempt((area) => {
        area.setItem(name, text);
        return true;
      }) === true;
    },
    remove: (name) => attempt((area) => area.removeItem(name)),
    /** Reads a value and removes it, so that it is used once. */
    take: (name) => attempt((area) => {
      const text = area.getItem(name);
      area.removeItem(name);
      return text;
    }),
    /** The names that begin with a prefix. */
    names: (prefix) => attempt((area) => Object.keys(area).filter((name) => name.startsWith(prefix))) ?? [],
  };
}

/** Lives as long as the tab. */
export const session = guarded("sessionStorage");

/** Stays on the device. */
export const local = guarded("localStorage");
