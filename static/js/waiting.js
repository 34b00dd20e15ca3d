// Reloads a page that shows the progress of background work when that work has advanced; without script, the page has a link to do so.
import { readJson } from "./network.js";

const INTERVAL = 1500;

/** Whether the work has advanced past what the page shows; an unreachable server says nothing about it. */
export function advanced(state, mark) {
  return state !== null && (state.ended === true || state.mark !== mark);
}

export function waiting(element) {
  const poll = async () => {
    if (advanced(await readJson(element.dataset.state), element.dataset.mark)) location.reload();
    else setTimeout(poll, INTERVAL);
  };
  setTimeout(poll, INTERVAL);
}
