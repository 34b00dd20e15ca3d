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

/** The JSON answered to a form's fields; null when the server cannot be reached, refuses, or answers something else. */
export async function postForJson(url, fields) {
  try {
    const answer = await fetch(url, { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
