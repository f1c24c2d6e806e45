import { BastionError, isForNow, silenceOf, wordsFor } from "../../components/ssh";

/** As ssh2 has it of a server that opens no channel. */
const channel = (reason: number, description: string) =>
  Object.assign(new Error(`(SSH) Channel open failure: ${description}`), { reason });
const bastion = { host: "192.0.2.1", port: 22, user: "jump" };
const behind = (cause: Error) => silenceOf(new BastionError(bastion, cause), { user: "admin" });

test.each([
  ["Connection refused", "connection refused (ECONNREFUSED): nothing listens there", true],
  ["No route to host", "no route to host (EHOSTUNREACH): nobody on its network has this address", true],
  ["Connection timed out", "no answer (ETIMEDOUT)", true],
  ["Name or service not known", "its name does not resolve (ENOTFOUND)", false],
  ["open failed", "the bastion does not reach it (open failed)", true],
  ["", "the bastion does not reach it", true],
])("a machine behind a bastion that says %j", (said, words, forNow) => {
  const failure = channel(2, said);
  expect([wordsFor(failure), isForNow(failure)]).toEqual([words, forNow]);
});

test("a bastion that lets nobody through is told as itself", () => {
  expect(behind(new Error("All configured authentication methods failed"))).toEqual({
    silence:
      "is not reached: the bastion 192.0.2.1:22 refuses the login of jump: see ssh.bastion, and the authorized_keys of jump there",
    refused: true,
  });
  expect(behind(channel(1, "open failed")).silence).toMatch(
    /the bastion 192\.0\.2\.1:22 forwards no connections for jump: see AllowTcpForwarding/,
  );
  const silent = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  expect(behind(silent).silence).toBe(
    "is not reached: the bastion 192.0.2.1:22 does not answer (connection refused (ECONNREFUSED): nothing listens there)",
  );
  expect(isForNow(new BastionError(bastion, silent))).toBe(true);
  expect(isForNow(new BastionError(bastion, channel(1, "open failed")))).toBe(false);
});
