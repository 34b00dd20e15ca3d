"""Files sent in pieces by the page: what is sent, and how it goes on after the line was lost."""

from hashlib import sha256

import pytest

from tests.js.site import Tab

pytestmark = pytest.mark.browser

SENT = """async ([size, fails]) => {
  const { send } = await import("/static/js/uploads.js");
  const asked = [], steps = [];
  let came = 0, failed = 0, waited = 0;
  globalThis.fetch = async (address, options) => {
    asked.push([options.method, address, options.headers["Upload-Offset"] ?? null, options.body?.byteLength ?? 0]);
    if (options.method === "PATCH" && came > 0 && failed < fails) { failed += 1; throw new TypeError("line lost"); }
    if (options.method === "PATCH") came += options.body.byteLength;
    const headers = { "Upload-Offset": String(came), Location: "/uploads/x" };
    return new Response(null, { status: options.method === "POST" ? 201 : 204, headers });
  };
  const file = new File([new Uint8Array(size).fill(7)], "照片.jpg");
  const hash = await send(file, "/uploads", "token", (at) => steps.push(at), () => { waited += 1; });
  return { asked, steps, waited, hash };
}"""
CHUNK = 256 * 1024


@pytest.mark.parametrize("fails", [0, 2])
def test_a_file_is_sent_in_pieces_and_goes_on_where_it_stopped_after_the_line_was_lost(functions: Tab, fails: int) -> None:
    size = 2 * CHUNK + 100
    found = functions.run(SENT, [size, fails])
    assert found["hash"] == sha256(b"\x07" * size).hexdigest()
    assert found["asked"][0] == ["POST", "/uploads", None, 0]
    pieces = [[offset, length] for _method, _address, offset, length in found["asked"][1:]]
    second = [[str(CHUNK), CHUNK]] * (1 + fails)
    assert pieces == [["0", CHUNK], *second, [str(2 * CHUNK), 100]]
    assert found["steps"] == [0, CHUNK, 2 * CHUNK, size]
    assert found["waited"] == fails
