import { Secret } from "../../components/settings";
import { SshKeys } from "../support/sshKeys";
import { hostKey, local, problems } from "./config.fixture";

const keys = new SshKeys();
afterAll(() => keys.remove());

const told = (privateKeyFile: string, text: () => string) => {
  const backup = { to: "sftp:backup@192.0.2.7:/srv/etcd", password: new Secret("p"), hostKey, privateKeyFile };
  return problems(local({ etcd: { backup } }), text);
};
const way = "name a file with a private key without a passphrase, or make one with ssh-keygen -t ed25519 -N ''";

test("a key by which members log in is looked at before they have it", () => {
  keys.make("plain");
  keys.make("encrypted", "a passphrase");
  const absent = () => {
    throw Object.assign(new Error("no such file"), { code: "ENOENT" });
  };
  expect(told("key", () => keys.text("plain"))).toEqual([]);
  // Whoever only looks at the cluster needs no such file.
  expect(told("key", absent)).toEqual([]);
  expect(told("key", () => keys.text("encrypted"))).toEqual([`etcd.backup.privateKeyFile: "key" is encrypted: ${way}`]);
  expect(told("key", () => "-----BEGIN ENCRYPTED PRIVATE KEY-----\n")).toEqual([
    `etcd.backup.privateKeyFile: "key" is encrypted: ${way}`,
  ]);
  expect(told("key.pub", () => keys.text("plain.pub"))).toEqual([
    `etcd.backup.privateKeyFile: "key.pub" has no private key in it: ${way}`,
  ]);
});
