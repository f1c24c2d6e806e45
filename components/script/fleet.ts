import { unreachable, unreachableMessage, type FirstHop, type Unreachable } from "../ssh";

/** The machines of one cluster, in one run of the program. */
export class Fleet {
  private readonly hops: FirstHop[] = [];
  private accepted?: Promise<void>;
  private silent?: Promise<readonly Unreachable[]>;

  /**
   * @param prefix What the names of the cluster's resources begin with; "" where they have none.
   * @param condition What is asked once, in a preview too, before the first script that runs; where it throws, none does.
   */
  constructor(
    private readonly prefix: string,
    private readonly condition: () => Promise<void>,
  ) {}

  /** The name of one of the cluster's resources, as no other cluster in the program has it. */
  named(name: string): string {
    return `${this.prefix}${name}`;
  }

  /** A script on one of the machines may run: the way to it begins here. */
  add(hop: FirstHop): void {
    this.hops.push(hop);
  }

  /** Throws where no script is to run. */
  async accept(): Promise<void> {
    await (this.accepted ??= this.condition());
  }

  /** All machines are asked at once, the first time that one is needed: whoever is silent is named with all the others. */
  async answers({ name }: FirstHop): Promise<void> {
    const found = await (this.silent ??= unreachable(this.hops));
    if (found.some((one) => one.name === name)) throw new Error(unreachableMessage(found));
  }
}
