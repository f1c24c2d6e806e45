import {
  Session,
  sshLogin,
  unreachable,
  unreachableMessage,
  type FirstHop,
  type SshLogin,
  type Unreachable,
} from "../ssh";
import { equip } from "./equip";
import type { Access } from "./target";

/** The machines of one cluster, in one run of the program. */
export class Fleet {
  private readonly hops: FirstHop[] = [];
  private accepted?: Promise<void>;
  private silent?: Promise<readonly Unreachable[]>;
  private readonly equipped = new Map<string, Promise<void>>();
  private way?: { readonly session: Session; users: number };

  /**
   * @param prefix What the names of the cluster's resources begin with; "" where they have none.
   * @param condition What is asked once, in a preview too, before the first script that runs; where it throws, none does.
   */
  constructor(
    private readonly prefix: string,
    private readonly condition: () => Promise<void>,
    /** How to log in on the machine before all of them. @default there is none */
    private readonly bastion?: SshLogin,
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

  /** The machine has the texts that its programs are made of: seen to once, by the first script that runs there. */
  async equip(access: Access): Promise<void> {
    const login = access.login();
    const place = `${login.host}:${login.port}`;
    const under = this.equipped.get(place) ?? this.throughBastion((way) => equip(access.name, login, way));
    this.equipped.set(place, under);
    try {
      await under;
    } catch (error) {
      this.equipped.delete(place);
      throw error;
    }
  }

  /** Many go by way of one login on the bastion, which ends with the last of them. */
  private async throughBastion(action: (way?: Session) => Promise<void>): Promise<void> {
    if (!this.bastion) return action();
    const way = (this.way ??= { session: new Session(sshLogin(this.bastion), { timeoutMs: 120_000 }), users: 0 });
    way.users++;
    try {
      await action(way.session);
    } finally {
      if (--way.users === 0) {
        way.session.close();
        this.way = undefined;
      }
    }
  }
}
