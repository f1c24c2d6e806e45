import { artifactSet } from "../../components/artifacts";
import { flannelPod } from "../../components/network/pod";
import { cniConfig, digestOf, networkConfig } from "../../components/network/render";
import { environment } from "./render.fixture";

describe("flannel's pod", () => {
  test("is on every node, whatever keeps others off it or drives them from it", () => {
    expect(flannelPod(artifactSet(environment({}))).tolerations).toEqual([{ operator: "Exists" }]);
  });
});

describe("flannel", () => {
  const settings = (flannel?: object) => {
    const stack = environment({ flannel });
    const { Backend } = JSON.parse(networkConfig(stack)) as { Backend: unknown };
    const { plugins } = JSON.parse(cniConfig(stack)) as { plugins: readonly { delegate?: { mtu?: number } }[] };
    return { Backend, mtu: plugins[0]?.delegate?.mtu };
  };

  test("finds out by itself how large a packet may be", () => {
    expect(settings()).toEqual({ Backend: { Type: "vxlan" }, mtu: undefined });
    expect(settings({ backend: "host-gw" })).toEqual({ Backend: { Type: "host-gw" }, mtu: undefined });
  });
  test("gives pods the MTU that the stack says, and leaves room around it for what vxlan wraps", () => {
    expect(settings({ mtu: 1400 })).toEqual({ Backend: { Type: "vxlan", MTU: 1450 }, mtu: 1400 });
    expect(settings({ backend: "host-gw", mtu: 1400 })).toEqual({ Backend: { Type: "host-gw" }, mtu: 1400 });
  });
  test("moves the bridge of a node that got another range of addresses", () => {
    const { plugins } = JSON.parse(cniConfig(environment({}))) as { plugins: readonly object[] };
    expect(plugins[0]).toMatchObject({ delegate: { isDefaultGateway: true, forceAddress: true } });
  });
  test("has another digest where any of its files differs", () => {
    const files = { a: "1", b: "2" };
    expect(digestOf({ ...files })).toBe(digestOf(files));
    for (const other of [{ ...files, b: "3" }, { a: "1" }, { a: "2", b: "1" }]) {
      expect(digestOf(other)).not.toBe(digestOf(files));
    }
  });
});
