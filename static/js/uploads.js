// Sends the chosen files of a form in pieces before the form itself (tus 1.0): a cut costs one piece, and what has come is resumed.
// Where that cannot be done, the form sends its files itself, as without script.
const CHUNK = 256 * 1024;
const TUS = { "Tus-Resumable": "1.0.0" };
const PAUSES = [500, 1000, 2000, 4000, 8000, 15000, 30000];

/** SHA-256 in hex, by which the server names the upload. */
export async function sha256(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** One request, tried again after a pause while the line or the server is away; what the server refuses is not. */
async function persistent(address, options, waiting) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await fetch(address, { ...options, redirect: "error" });
      if (answer.status < 500 && answer.status !== 429) return answer;
    } catch (error) {
      if (attempt >= PAUSES.length) throw error;
    }
    if (attempt >= PAUSES.length) throw new Error("unreachable");
    waiting();
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSES[attempt]);
    });
  }
}

function offsetOf(answer) {
  return Number(answer.headers.get("Upload-Offset"));
}

/** Sends one file; returns its SHA-256. Throws where the server refuses it. */
export async function send(file, address, token, progress, waiting = () => {}) {
  const bytes = await file.arrayBuffer();
  const hash = await sha256(bytes);
  const headers = { ...TUS, "X-CSRFToken": token };
  const metadata = `sha256 ${base64(hash)},filename ${base64(file.name)}`;
  const announced = await persistent(
    address,
    { method: "POST", headers: { ...headers, "Upload-Length": String(bytes.byteLength), "Upload-Metadata": metadata } },
    waiting,
  );
  if (announced.status !== 201) throw new Error(`announced: ${announced.status}`);
  const location = announced.headers.get("Location");
  let at = offsetOf(announced);
  while (at < bytes.byteLength) {
    progress(at);
    const piece = {
      method: "PATCH",
      headers: { ...headers, "Upload-Offset": String(at), "Content-Type": "application/offset+octet-stream" },
      body: bytes.slice(at, at + CHUNK),
    };
    const answer = await persistent(location, piece, waiting);
    if (answer.status !== 204 && answer.status !== 409) throw new Error(`piece: ${answer.status}`);
    at = offsetOf(answer);
  }
  progress(at);
  return hash;
}

function chosen(form) {
  return [...form.querySelectorAll("input[type=file]")].filter((input) => input.files.length);
}

export function uploads(element) {
  const form = element.closest("form");
  const bar = element.querySelector("progress");
  const text = element.querySelector("[data-text]");
  let plain = !globalThis.crypto?.subtle;
  let busy = false;
  form.addEventListener("submit", async (event) => {
    const inputs = chosen(form);
    if (plain || !inputs.length) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    element.hidden = false;
    const submitter = event.submitter;
    const files = inputs.flatMap((input) => [...input.files]);
    const total = files.reduce((sum, file) => sum + file.size, 0);
    let before = 0;
    try {
      for (const file of files) {
        const show = (at) => {
          bar.value = total ? (before + at) / total : 1;
          text.textContent = element.dataset.sending.replace("{percent}", Math.floor(bar.value * 100));
        };
        const waiting = () => {
          text.textContent = element.dataset.waiting;
        };
        const hash = await send(file, element.dataset.address, form.elements.csrf_token?.value ?? "", show, waiting);
        before += file.size;
        form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "uploaded", value: hash }));
      }
      for (const input of inputs) input.value = "";
    } catch {
      plain = true;
      for (const sent of form.querySelectorAll("input[name=uploaded]")) sent.remove();
    }
    busy = false;
    element.hidden = true;
    // In a task of its own: while its submit event is being handled, a form ignores requestSubmit.
    setTimeout(() => form.requestSubmit(submitter));
  });
}
