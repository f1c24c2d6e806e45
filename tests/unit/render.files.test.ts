import { componentFiles } from "../../components/master/files";
import { asShown, kubeadmConfig } from "../../components/master/render";
import type { Raw } from "./config.fixture";
import { artifacts, environment, machineOf, ofKind } from "./render.fixture";

const path = "/etc/kubernetes/keelson/audit/policy.yaml";
const of = (content: string, more: Raw = {}) =>
  environment({
    kubernetes: {
      apiServer: { extraArgs: { "audit-policy-file": path }, files: [{ path, content }], ...more },
      scheduler: { files: [{ path, content }] },
    },
  });
const configOf = (env: ReturnType<typeof of>) =>
  ofKind(
    kubeadmConfig({ environment: env, machine: machineOf(env, 0), etcdEndpoints: [], artifacts }),
    "ClusterConfiguration",
  ) as Readonly<Record<"apiServer" | "scheduler" | "controllerManager", Readonly<Record<string, unknown>>>>;

/** But for those that this program gives every stack. */
const own = (content: string) => componentFiles(of(content)).filter(({ path }) => !path.includes("/default-"));

describe("a file that a component reads", () => {
  test("lies on the master once, for root alone, where it bears what is in it", () => {
    const [file, ...others] = own("one\n");
    expect(others).toEqual([]);
    expect(file).toEqual({
      path: expect.stringMatching(/policy\.yaml\.[\da-f]{16}$/) as string,
      content: "one\n",
      mode: "0600",
    });
    expect(own("two\n")[0]?.path).not.toBe(file?.path);
  });
  test("is mounted from there where its flag looks, so that another text is another server", () => {
    const [one] = own("one\n");
    const volume = { hostPath: one?.path, mountPath: path, readOnly: true, pathType: "File" };
    const name = expect.stringMatching(/^keelson-[\da-f]{16}$/) as string;
    expect(configOf(of("one\n")).apiServer["extraVolumes"]).toContainEqual({ name, ...volume });
    expect(configOf(of("one\n")).scheduler["extraVolumes"]).toEqual([{ name, ...volume }]);
    expect(configOf(of("two\n")).apiServer).not.toEqual(configOf(of("one\n")).apiServer);
    expect(configOf(of("one\n")).controllerManager).not.toHaveProperty("extraVolumes");
  });
  test("is mounted beside what the stack mounts", () => {
    const volume = {
      name: "logs",
      hostPath: "/var/log/audit",
      mountPath: "/var/log/audit",
      pathType: "DirectoryOrCreate",
    };
    expect(configOf(of("one\n", { extraVolumes: [volume] })).apiServer["extraVolumes"]).toEqual(
      expect.arrayContaining([{ ...volume, readOnly: false }, expect.objectContaining({ mountPath: path })]),
    );
  });
});

test("a flag that has a list is given several times, in its order", () => {
  const issuers = ["https://b", "https://a"];
  const { apiServer } = configOf(of("one\n", { extraArgs: { "service-account-issuer": issuers, v: 2 } }));
  expect(apiServer["extraArgs"]).toEqual(
    expect.arrayContaining([
      ...issuers.map((value) => ({ name: "service-account-issuer", value })),
      { name: "v", value: "2" },
    ]),
  );
});

test.each([
  ["2001:db8::1", "2001:DB8:0:0:0:0:0:1"],
  ["::1", "0:0:0:0:0:0:0:1"],
  ["2001:0db8::abcd:0", "2001:DB8:0:0:0:0:ABCD:0"],
  ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
  ["*.example.com", "*.example.com"],
  ["10.0.0.1", "10.0.0.1"],
])("openssl shows the name %s as %s", (name, shown) => expect(asShown(name)).toBe(shown));
