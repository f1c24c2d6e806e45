import { marked, Secret } from "../../components/settings/secret";

const isPassphrase = (path: readonly string[]) => path.join(".") === "ssh.privateKeyPassphrase";
const mark = (value: unknown, inFile: unknown) => marked(value, inFile, isPassphrase, ["ssh"]);
const secure = { secure: "v1:abc:def" };

describe("what is secret in a key of which Pulumi says that something is", () => {
  test("is what the stack's file has encrypted, and nothing else", () => {
    const value = { user: "root", privateKeyPassphrase: "in plain", bastion: { list: ["a", "hush"] } };
    const found = mark(value, { ...value, bastion: { list: ["a", secure] } }) as typeof value;
    expect(found).toMatchObject({ user: "root", privateKeyPassphrase: "in plain" });
    expect(found.bastion.list[0]).toBe("a");
    const hidden = found.bastion.list[1] as unknown;
    expect(hidden instanceof Secret && hidden.reveal()).toBe("hush");
  });

  test("is the field that is to be one, where the file is not there", () => {
    const found = mark({ user: "root", privateKeyPassphrase: 1234 }, undefined) as Record<string, unknown>;
    expect(found.user).toBe("root");
    expect(found.privateKeyPassphrase instanceof Secret && found.privateKeyPassphrase.reveal()).toBe("1234");
  });

  test("is all of it, where neither tells", () => {
    expect(mark({ user: "hush" }, { user: "hush" })).toBeInstanceOf(Secret);
    expect(mark("hush", undefined)).toBeInstanceOf(Secret);
    expect(mark('{"user": "root"}', secure)).toBeInstanceOf(Secret);
  });
});
