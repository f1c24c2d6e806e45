import { Host } from "./host";

let host: Host;
const marker = "run/keelson/yields-address";

beforeEach(() => {
  host = new Host();
  // As kubectl has it: a "$" in a range is not the whole object, and prints nothing.
  host.stub(
    "kubectl",
    `case "$*" in *'{$'*) printf '192.0.2.11 \\n192.0.2.12 \\n' ;; *) printf '6443 192.0.2.11 192.0.2.12\\n' ;; esac`,
  );
  // The machine has 192.0.2.11, and the common address until it yields.
  host.stub(
    "ip",
    `case "$*" in
    *192.0.2.11*) echo own ;;
    *192.0.2.10*) [ -e '${host.path(marker)}' ] || echo common ;;
    esac`,
  );
});
afterEach(() => host.remove());

const yields = () =>
  host.up("yield_address", {
    uses: ["endpoint/servers.sh", "endpoint/yield.sh"].map((path) => Host.script(path)),
    values: { VIRTUAL_ADDRESS: "192.0.2.10" },
  });

test("a master that has the common address gives it to another that is ready", () => {
  host.stub("curl", `case "$*" in *https://192.0.2.12:6443/readyz) ;; *) exit 7 ;; esac`);
  expect(yields().status).toBe(0);
  expect(host.has(marker)).toBe(true);
});

test("it keeps the address where no other is ready", () => {
  host.stub("curl", "exit 7");
  expect(yields().status).toBe(0);
  expect(host.has(marker)).toBe(false);
});
