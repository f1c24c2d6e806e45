import type { ContainerInspectInfo } from "dockerode";

import { foundState } from "../docker/containerState";
import { socketOf } from "../docker/daemon";
import { checkNamed } from "../docker/inputs";
import { networkPayload } from "../docker/network";
import { containerInputs, containerPayload, updatePayload } from "../docker/payload";
import { containerSchema, networkSchema } from "../docker/schema";
import { diffAgainstState } from "../docker/state";
import type { Operation } from "../plugin";

const operation: Operation = {
  urn: "urn:pulumi:test::keelson::docker:index/network:Network::machines",
  name: "machines",
  preview: false,
  timeout: 0,
  log: () => undefined,
  cancelled: new AbortController().signal,
};

describe("a container", () => {
  it("asks the daemon in its own words", () => {
    const payload = containerPayload({
      name: "machine",
      image: "keelson/machine:13",
      memory: 512,
      memorySwap: -1,
      cpus: "1.5",
      ports: [{ internal: 22, external: 2222, ip: "127.0.0.1" }],
      volumes: [
        { volumeName: "var", containerPath: "/var" },
        { hostPath: "/opt", containerPath: "/opt", readOnly: true },
      ],
      devices: [{ hostPath: "/dev/kmsg" }],
      labels: [{ label: "project", value: "keelson" }],
      networksAdvanced: [{ name: "one", ipv4Address: "172.30.0.11" }, { name: "two" }],
    });
    expect(payload).toMatchObject({
      name: "machine",
      Image: "keelson/machine:13",
      Labels: { project: "keelson" },
      ExposedPorts: { "22/tcp": {} },
      HostConfig: {
        Memory: 512 * 1024 * 1024,
        MemorySwap: -1,
        NanoCpus: 1_500_000_000,
        PortBindings: { "22/tcp": [{ HostIp: "127.0.0.1", HostPort: "2222" }] },
        Binds: ["var:/var:rw", "/opt:/opt:ro"],
        Devices: [{ PathOnHost: "/dev/kmsg", PathInContainer: "/dev/kmsg", CgroupPermissions: "rwm" }],
        NetworkMode: "bridge",
      },
    });
  });

  it("opens system paths by the lists that the daemon has for them", () => {
    const { HostConfig } = containerPayload({ securityOpts: ["seccomp=unconfined", "systempaths=unconfined"] });
    expect(HostConfig).toMatchObject({ SecurityOpt: ["seccomp=unconfined"], MaskedPaths: [], ReadonlyPaths: [] });
  });

  it("gives a health check its times in nanoseconds", () => {
    const { Healthcheck } = containerPayload({
      healthcheck: { tests: ["CMD", "true"], interval: "1.5s", timeout: "200ms" },
    });
    expect(Healthcheck).toEqual({ Test: ["CMD", "true"], Interval: 1.5e9, Timeout: 2e8 });
  });

  it("changes limits in place, and is rebuilt for the rest", () => {
    expect(updatePayload({ memory: 1, cpuShares: 2 })).toEqual({
      ...{ Memory: 1024 * 1024, CpuShares: 2 },
      RestartPolicy: { Name: "no" },
    });
    const olds = { id: "1", inputs: {}, outputs: { name: "a", memory: 1, image: "x" } };
    const { inputs } = checkNamed(
      { name: "a", memory: 2, image: "y" },
      {},
      operation,
      containerSchema,
      containerInputs,
    );
    const diff = diffAgainstState(olds, inputs, containerSchema);
    expect(diff).toMatchObject({ changes: ["image", "memory"], replaces: ["image"], deleteBeforeReplace: true });
  });

  it("of a state of before has no change in what was not in states then", () => {
    const before = { name: "a", image: "x", securityOpts: ["b", "a"], networksAdvanced: [{ name: "n" }] };
    const { inputs } = checkNamed(before, {}, operation, containerSchema, containerInputs);
    expect(diffAgainstState({ id: "1", inputs: before, outputs: before }, inputs, containerSchema).changes).toEqual([]);
  });
});

describe("a refresh", () => {
  it("finds no difference in a container that was made in its own network, as they were before", () => {
    const before = { name: "a", image: "x", networksAdvanced: [{ name: "n", ipv4Address: "172.30.0.11" }] };
    const inspected = {
      ...{ Id: "1", Name: "/a", Platform: "linux", Config: { Image: "x" }, State: { Running: true } },
      ...{ HostConfig: { NetworkMode: "n", RestartPolicy: { Name: "no" } }, NetworkSettings: { Networks: {} } },
    } as unknown as ContainerInspectInfo;
    const found = foundState(inspected, before);
    const { inputs } = checkNamed(before, {}, operation, containerSchema, containerInputs);
    expect(diffAgainstState({ id: "1", inputs: before, outputs: found }, inputs, containerSchema).changes).toEqual([]);
  });
});

describe("names", () => {
  it("are given, and kept", () => {
    const { inputs } = checkNamed({}, {}, operation, networkSchema, new Set());
    expect(inputs["name"]).toMatch(/^machines-[0-9a-f]{7}$/);
    expect(checkNamed({}, inputs, operation, networkSchema, new Set()).inputs).toEqual(inputs);
    const mine = checkNamed({ name: "mine" }, inputs, operation, networkSchema, new Set(["name"]));
    expect(mine.inputs).toMatchObject({ name: "mine", __defaults: ["ipamDriver"] });
    const before = { name: "machines-1234567", __autonamed: true };
    expect(checkNamed({}, before, operation, networkSchema, new Set()).inputs).toMatchObject({
      name: "machines-1234567",
    });
  });

  it("of properties that would be ignored are refused", () => {
    const { failures } = checkNamed(
      { image: "a", name: "a", gpus: "all" },
      {},
      operation,
      containerSchema,
      containerInputs,
    );
    expect(failures).toEqual([{ property: "gpus", reason: expect.stringContaining("does not carry") as unknown }]);
  });
});

describe("the daemon", () => {
  it("is this computer's own", () => {
    expect(socketOf(undefined)).toBe("/var/run/docker.sock");
    expect(socketOf("unix:///run/user/1000/docker.sock")).toBe("/run/user/1000/docker.sock");
    expect(() => socketOf("tcp://192.0.2.1:2375")).toThrow(
      /tcp:\/\/192\.0\.2\.1:2375: .*only reaches the daemon of this/,
    );
  });

  it("is asked for a network with its pools", () => {
    const payload = networkPayload({
      name: "machines",
      ipamConfigs: [{ subnet: "172.30.0.0/24", gateway: "172.30.0.1" }],
    });
    expect(payload).toMatchObject({
      Name: "machines",
      Driver: "bridge",
      IPAM: { Config: [{ Subnet: "172.30.0.0/24", Gateway: "172.30.0.1" }] },
    });
  });
});
