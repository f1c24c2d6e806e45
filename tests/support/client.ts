import type { TestMachine } from "./machine";
import { here } from "./stack";

/** A client like a person's, with the kubeconfig that the stack emits, on this computer. */
export class Client {
  /** The command, to which a time-out as "3s" and the arguments are added. */
  readonly words: readonly string[];

  constructor(
    private readonly stack: string,
    private readonly timeout = "3s",
  ) {
    this.words = [`.keelson/${stack}/kubectl`, "--kubeconfig", `.keelson/${stack}/kubeconfig`, "--request-timeout"];
  }

  /** Brings the program from a machine that has it; the stack has written its kubeconfig. */
  bring(machine: string): void {
    const there = `keelson-${this.stack}-${machine}:/usr/local/bin/kubectl`;
    here("docker", "cp", "--quiet", "--follow-link", there, `.keelson/${this.stack}/kubectl`);
  }

  kubectl(...args: readonly string[]): string {
    const [program = "", ...words] = this.words;
    return here(program, ...words, this.timeout, ...args);
  }

  isReady(node: string): boolean {
    const condition = "jsonpath={.status.conditions[?(@.type=='Ready')].status}";
    return this.kubectl("get", "node", node, "-o", condition) === "True";
  }

  nodes(): readonly string[] {
    return this.kubectl("get", "nodes", "-o", "name").trim().split("\n");
  }
}

/** Members of etcd as that of one machine tells them, in the order of their names: "started master-1 false" has a vote. */
export function membersSeenBy(machine: TestMachine): readonly string[] {
  return machine
    .etcdMembers()
    .map(({ status, name, learner }) => `${status} ${name} ${learner}`)
    .sort();
}

/** What a member tells where these are all that there are, and each votes. */
export const voters = (names: readonly string[]): readonly string[] => names.map((name) => `started ${name} false`);
