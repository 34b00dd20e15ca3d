// What a page asks the server without being reloaded.

/** The JSON answered at an address; null when the server cannot be reached, refuses, or answers something else. */
export async function readJson(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
