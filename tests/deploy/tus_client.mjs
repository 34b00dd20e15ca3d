// Uploads a file with tus-js-client: node tus_client.mjs ENDPOINT FILE COOKIE CSRF SHA256 STOP [KNOWN]
// Ends in the middle of a piece once STOP bytes have been sent (0: never); KNOWN is the file in which the client notes its uploads.
import { readFileSync } from "node:fs";
import { FileUrlStorage, Upload } from "tus-js-client";

const [endpoint, path, cookie, token, sha256, stop, known] = process.argv.slice(2);
const offsets = [];
const upload = new Upload(readFileSync(path), {
  endpoint,
  chunkSize: 256 * 1024,
  retryDelays: [0, 500, 1000],
  metadata: { sha256, filename: "photo.jpg" },
  headers: { Cookie: cookie, Referer: endpoint, "X-CSRFToken": token },
  urlStorage: new FileUrlStorage(known),
  fingerprint: () => Promise.resolve(sha256),
  onProgress(sent) {
    offsets.push(sent);
    if (Number(stop) && sent > Number(stop)) process.exit(9);
  },
  onSuccess() {
    process.stdout.write(JSON.stringify({ url: upload.url, first: offsets[0] }));
  },
  onError(error) {
    process.stderr.write(String(error));
    process.exit(1);
  },
});
const before = await upload.findPreviousUploads();
if (before.length) upload.resumeFromPreviousUpload(before[0]);
upload.start();
