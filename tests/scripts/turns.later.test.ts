import { Host } from "./host";
import { nodeOn, rolloutOn, sendTo } from "./node";

const restarted = "var/lib/keelson/restarted";
const kept = "var/lib/keelson/scripts/w-docker/turn";
let host: Host;
const send = (text: string) => sendTo(host, { a: text });
const rollout = () => rolloutOn(host);
beforeEach(() => {
  host = new Host("systemctl", "journalctl", "hostname");
  send("old");
  host.becomeNode();
});
afterEach(() => host.remove());

/** A run was cut off, and its rollout goes on. */
describe("a rollout that goes on while a later run stages", () => {
  test.each(["other", "new"])(
    "leaves the turn of a later run, which asks for %s while this one waits for pods",
    (text) => {
      send("new");
      nodeOn(host);
      const turn = host.path("later");
      send(text);
      host.write("later", host.read(kept));
      send("new");
      const late = `case "$*" in *"get lease"*) [ ! -e '${turn}' ] || mv '${turn}' '${host.path(kept)}' ;; esac`;
      host.write("stubs/kubectl", host.read("stubs/kubectl").replace("\n", `\n${late}\n`));
      expect(rollout().status).toBe(0);
      expect([host.read("a"), host.has(kept), host.has(restarted)]).toEqual(["new\n", true, false]);
      expect(rollout().status).toBe(0);
      expect([host.read("a"), host.has(kept)]).toEqual([`${text}\n`, false]);
    },
  );
});
