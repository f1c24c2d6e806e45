import * as pulumi from "@pulumi/pulumi";

import { JoinToken } from "../../components/node/token";
import { TestApi } from "../support/kubernetesApi";
import { loopbackCertificate } from "../support/certificate";

const secrets = "/api/v1/namespaces/kube-system/secrets";
const certificate = loopbackCertificate();
let api: TestApi;
beforeEach(async () => {
  api = new TestApi(certificate);
  await api.listen();
});
afterEach(() => {
  api.close();
  jest.restoreAllMocks();
});

const tokenFor = (node: string) => new JoinToken(node, pulumi.output(api.kubeconfig));
const value = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => void output.apply(resolve));
const offered = () => [...api.objects.entries()].filter(([path]) => path.startsWith(`${secrets}/`));

describe("a token to join by", () => {
  test("is offered for 15 minutes, and for nothing but to join", async () => {
    const token = tokenFor("worker-1");
    await token.offer();
    const text = await value(token.text);
    expect(text).toMatch(/^[a-z0-9]{6}\.[a-z0-9]{16}$/);
    const [id = "", secret] = text.split(".");
    expect(await value(token.id)).toBe(id);
    const [[path, object] = ["", {}], ...others] = offered();
    expect(others).toEqual([]);
    expect(path).toBe(`${secrets}/bootstrap-token-${id}`);
    expect(object).toMatchObject({
      kind: "Secret",
      metadata: { labels: { "keelson.io/admits": "worker-1" } },
      type: "bootstrap.kubernetes.io/token",
      stringData: {
        ...{
          "token-id": id,
          "token-secret": secret,
          "auth-extra-groups": expect.stringMatching(/default-node-token$/) as unknown,
        },
        ...{ "usage-bootstrap-authentication": "true", "usage-bootstrap-signing": "true" },
      },
    });
    const { expiration = "" } = object["stringData"] as { readonly expiration?: string };
    expect(expiration).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const minutes = (Date.parse(expiration) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(14.9);
    expect(minutes).toBeLessThanOrEqual(15);
  });
  test("ends by the clock of the cluster, whatever this computer's says", async () => {
    const now = Date.now();
    jest.spyOn(Date, "now").mockReturnValue(now - 3_600_000);
    await tokenFor("worker-1").offer();
    const { expiration = "" } = offered()[0]?.[1]["stringData"] as { readonly expiration?: string };
    expect(Math.abs(Date.parse(expiration) - now - 900_000)).toBeLessThan(60_000);
  });
  test("takes the place of one that a join left behind, and leaves other machines theirs", async () => {
    const [killed, other, next] = [tokenFor("worker-1"), tokenFor("worker-11"), tokenFor("worker-1")];
    for (const token of [killed, other, next]) await token.offer();
    const ids = await Promise.all([other, next].map(({ id }) => value(id)));
    expect(offered().map(([path]) => path)).toEqual(ids.map((id) => `${secrets}/bootstrap-token-${id}`));
  });
  test("is taken back, and nothing else of its namespace is", async () => {
    const labels = { "keelson.io/admits": "worker-2" };
    const kept = { kind: "Secret", metadata: { name: "kept", labels } };
    api.objects.set(`${secrets}/kept`, kept);
    const token = tokenFor("worker-1");
    await token.offer();
    await token.takeBack();
    expect(offered()).toEqual([[`${secrets}/kept`, kept]]);
    const removals = api.changes.filter(({ method }) => method === "DELETE");
    expect(removals.length).toBe(2);
    for (const { path, query } of removals) {
      const selectors = {
        labelSelector: "keelson.io/admits=worker-1",
        fieldSelector: "type=bootstrap.kubernetes.io/token",
      };
      expect([path, query]).toEqual([secrets, selectors]);
    }
  });
  test("is offered again where the server had another moment", async () => {
    api.failures.push({ method: "POST", status: 500, reason: "InternalError", message: "etcdserver: leader changed" });
    await tokenFor("worker-1").offer();
    expect(offered().length).toBe(1);
  });
  test("is refused in the server's words, without the token", async () => {
    const token = tokenFor("worker-1");
    const [, secret = ""] = (await value(token.text)).split(".");
    api.failures.push({ method: "POST", status: 403, reason: "Forbidden", message: `no ${secret} here` });
    const refused = await token.offer().catch((error: unknown) => String(error));
    expect(refused).toMatch(/worker-1's token to join could not be made: the API answers 403: .*no \.\.\. here/);
    expect(refused).not.toContain(secret);
  });
  test("that cannot be taken back ends by itself, and fails nothing", async () => {
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    const token = tokenFor("worker-1");
    api.failures.push({ method: "DELETE", status: 403, reason: "Forbidden", message: "no" });
    await token.takeBack();
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/could not be revoked.*expires 15 minutes after/s));
  });
});

describe("in a preview", () => {
  const known = async (output: pulumi.Output<string>) =>
    Promise.all([(output as unknown as { isKnown: Promise<boolean> }).isKnown, pulumi.isSecret(output)]);

  test("the token is not known, nor what is made of it", async () => {
    jest.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(true);
    const { id, text } = tokenFor("worker-1");
    expect([await known(id), await known(text)]).toEqual([
      [false, true],
      [false, true],
    ]);
    const made = jest.fn();
    await Promise.race([value(pulumi.all([id, text]).apply(made)), new Promise((resolve) => setTimeout(resolve, 50))]);
    expect(made).not.toHaveBeenCalled();
  });
  test("which it is in a run, and a secret", async () => {
    const { id, text } = tokenFor("worker-1");
    expect([await known(id), await known(text)]).toEqual([
      [true, true],
      [true, true],
    ]);
  });
});
