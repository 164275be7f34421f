/** A tar archive of one file. */
export function tarOf(name: string, content: string): Uint8Array {
  const header = Buffer.alloc(512);
  const size = Buffer.byteLength(content).toString(8).padStart(11, "0");
  header.write(name, 0);
  header.write(`0000644\0${"0000000\0".repeat(2)}${size}\0${"0".repeat(11)}\0${" ".repeat(8)}0`, 100);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body, Buffer.alloc(1024)]);
}
