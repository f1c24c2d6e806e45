import { parseAllDocuments } from "yaml";

import { parseEnvironment, type Environment } from "../../components/environment";
import type { Machine } from "../../components/machine";
import { Fleet } from "../../components/script";
import type { ArtifactSet } from "../../components/artifacts";
import { hostKey } from "../golden/topologies";
import { key, type Raw } from "./config.fixture";

/** The environment of a master with etcd and a worker, and whatever is said besides. */
export function environment(more: Raw = {}, stack = "unit"): Environment {
  const machine = (name: string, address: string, rest: Raw) => ({
    name,
    address,
    ssh: { hostKey: hostKey(name) },
    ...rest,
  });
  const machines = [machine("m", "192.0.2.1", { roles: ["master", "etcd"] }), machine("w", "192.0.2.2", {})];
  const raw = { provider: "ssh", machines, ...more };
  return parseEnvironment(raw, { stack, directory: "/project", readFile: key });
}

/** Machines that share nothing. */
export const anyFleet = new Fleet("", () => Promise.resolve());

/** A machine of an environment, as components get it. */
export function machineOf({ machines }: Environment, index: number, more: Partial<Machine> = {}): Machine {
  const config = machines[index];
  if (!config) throw new Error(`no machine has the number ${index}`);
  const { name, address } = config;
  const connection = { host: address };
  return {
    name,
    address,
    fleet: anyFleet,
    config,
    connection,
    identity: name,
    dependsOn: [],
    sharedKernel: false,
    nameservers: [],
    ...more,
  };
}

export const artifacts: ArtifactSet = {
  artifacts: [],
  etcd: "3.6.14",
  imageArchives: [],
  image: (published) => published,
  images: {
    pause: "registry.example.com/pause:1",
    repository: "registry.example.com/k8s",
    corednsRepository: "registry.example.com/coredns",
    corednsTag: "v1",
    flannel: "registry.example.com/flannel:v1",
  },
};

export type Document = Readonly<Record<string, unknown>>;

/** The documents of a YAML text as Kubernetes reads them, which is YAML 1.1: "yes" is a truth value there. */
export function documents(text: string): readonly Document[] {
  return parseAllDocuments(text, { version: "1.1" }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Document;
  });
}

/** The one document of a kind. */
export function ofKind(text: string, kind: string): Document {
  const found = documents(text).filter((document) => document.kind === kind);
  expect(found).toHaveLength(1);
  return found[0] ?? {};
}

/** Texts that YAML 1.1 takes for something else where they are not quoted. */
export const ambiguous = [
  "yes",
  "no",
  "on",
  "off",
  "y",
  "n",
  "true",
  "null",
  "~",
  "1_000",
  "0b11",
  "1:30",
  "012",
  "1e3",
  "",
];
