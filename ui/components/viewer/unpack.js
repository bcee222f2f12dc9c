// Stands before the scripts of every component that is sent bytes.

// u32 length, JSON header, then the parts it lists: see pack() in viewer.py.
function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 4 + view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, at)));
  const parts = {};
  for (const [name, length] of header.parts) {
    parts[name] = bytes.slice(at, at + length);
    at += length;
  }
  return { header, parts };
}
