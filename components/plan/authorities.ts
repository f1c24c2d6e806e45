import type { Running } from "../survey";
import { release } from "./fixed";
import { restores, type Topology } from "./topology";
import { centralChanges, isMinorStep, underWay } from "./versions";

const first: readonly number[] = [1];

/** What cannot be changed together with authorities, or while one takes the place of another: each is proven by what the other moves. */
export function authorityRefusals(before: Topology, after: Topology, running: Running): readonly string[] {
  const [old, now] = [before.authorities ?? first, after.authorities ?? first];
  const changes = old.join() !== now.join();
  if (!changes && old.length === 1) return [];
  const [from, to] = [before.fixed[release], after.fixed[release]];
  const others = [
    ...(from !== undefined && to !== undefined && from !== to ? [`${release} would change`] : []),
    ...(before.etcd !== undefined && after.etcd !== undefined && isMinorStep(before.etcd, after.etcd)
      ? ["etcd would go to another minor release"]
      : []),
    ...(restores(before, after) ? ["etcd would be set back to a backup"] : []),
    ...(changes ? centralChanges(before, after) : []),
  ];
  const faults = [
    ...(others.length === 0
      ? []
      : changes
        ? [
            `certificates.authority would change, and ${others.join(", and ")}, in the same change. The safe order: one of them, and run up; then the next`,
          ]
        : [
            `${others.join(", and ")}, while one authority takes the place of another (certificates.authority is [${now.join(", ")}]). The safe order: 1. let it be one number, as docs/certificates.md says; 2. the other change`,
          ]),
    ...(changes && to !== undefined ? underWay(to, running) : []),
  ];
  return faults;
}

/** The cluster knows the group of one number alone: with a lower one it would be a group that was taken back. */
export function administratorRefusals(before: Topology, after: Topology): readonly string[] {
  const [was, is] = [before.administrator ?? 1, after.administrator ?? 1];
  if (is >= was) return [];
  return [
    `certificates.administrator is ${was} and cannot become ${is}: kubeconfigs of number ${is}, which have no rights any more, would have them again. The way: leave it, or use the next number, ${was + 1}`,
  ];
}
