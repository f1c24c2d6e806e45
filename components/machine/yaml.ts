import { stringify } from "yaml";

/**
 * Documents as one YAML text for the programs of Kubernetes. They read YAML 1.1, to which a bare `no`, `on` or `0x1` is
 * no string: such strings are quoted.
 */
export function yaml(...documents: readonly object[]): string {
  return documents.map((document) => stringify(document, { compat: "yaml-1.1" })).join("---\n");
}
