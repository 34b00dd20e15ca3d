// A form's passkey button: asks the server for a challenge, lets the browser's passkey answer it, and sends the answer with the form.
import { postForJson } from "./network.js";

export function passkey(part) {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const button = part.querySelector("button");
  part.hidden = false;
  button.addEventListener("click", async () => {
    const form = part.closest("form");
    const empty = firstEmpty(form);
    if (empty && !("stay" in part.dataset)) {
      empty.focus();
      return;
    }
    button.setAttribute("aria-busy", "true");
    const answer = await answerOf(part, form);
    button.removeAttribute("aria-busy");
    part.querySelector("[role=alert]").hidden = Boolean(answer);
    if (!answer) return;
    form.elements[part.dataset.into].value = JSON.stringify(answer);
    if ("stay" in part.dataset) part.querySelector("[role=status]").hidden = false;
    else form.requestSubmit();
  });
}

/** What has to be typed before a passkey is asked: every box but the one for a code, which the passkey stands for. */
function firstEmpty(form) {
  return [...form.elements].find((each) => /^(text|password)$/.test(each.type) && each.name !== "code" && !each.value.trim());
}

/** The passkey's answer to a new challenge; null when there is no challenge, no passkey, or the person cancels. */
async function answerOf(part, form) {
  const { challenge, purpose, about } = part.dataset;
  const options = await postForJson(challenge, { "csrf_token": form.elements["csrf_token"]?.value ?? "", purpose, about });
  if (!options) return null;
  try {
    const credential =
      purpose === "register"
        ? await navigator.credentials.create({ publicKey: creation(options) })
        : await navigator.credentials.get({ publicKey: request(options) });
    return credential && asJson(credential);
  } catch {
    return null; // Cancelled, timed out, or no passkey of theirs on this device.
  }
}

function creation(options) {
  const user = { ...options.user, id: bytes(options.user.id) };
  return { ...options, challenge: bytes(options.challenge), user, excludeCredentials: withBytes(options.excludeCredentials) };
}

function request(options) {
  return { ...options, challenge: bytes(options.challenge), allowCredentials: withBytes(options.allowCredentials) };
}

function withBytes(credentials) {
  return (credentials ?? []).map((each) => ({ ...each, id: bytes(each.id) }));
}

function asJson(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}

/** The bytes of base64url text. */
export function bytes(encoded) {
  return Uint8Array.from(atob(encoded.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/** Bytes as base64url text. */
export function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
