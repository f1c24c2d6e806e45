import { generateKeyPairSync } from "node:crypto";

import { formsOf } from "../support/forms";

const newKey = () =>
  generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "pem", type: "pkcs1" }).toString();
const [key, another] = [newKey(), newKey()];
const base64 = (text: string) => Buffer.from(text).toString("base64");
const found = (text: string, of = key) => formsOf(of).some((form) => text.includes(form));

test.each(["", "a", "ab", "abc"])("a key is found in clear, and in base64 after %j, once or twice", (before) => {
  expect(found(`${before}${key}`)).toBe(true);
  expect(found(`key ${base64(`${before}${key}`)}\n`)).toBe(true);
  for (const more of ["", "x", "xy"]) expect(found(base64(`${more}key ${base64(`${before}${key}`)}`))).toBe(true);
});

test("another key, and what is about keys, is none of it", () => {
  for (const text of [another, base64(another), base64(base64(another)), "-----BEGIN RSA PRIVATE KEY-----"]) {
    expect(found(text)).toBe(false);
  }
  for (const form of formsOf(key)) expect(form.length).toBeGreaterThanOrEqual(40);
});
