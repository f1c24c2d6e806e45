import * as pulumi from "@pulumi/pulumi";

import {
  dialTime,
  Session,
  sshLogin,
  unreachable,
  unreachableMessage,
  type FirstHop,
  type Login,
  type SshConfig,
  type Unreachable,
} from "../ssh";
import { equip, hand, type Through } from "./equip";
import type { Access } from "./target";
import { shippedTexts, type Text } from "./texts";

/** The exit code of a program that has told what is wrong. Source: pulumi, sdk/nodejs/cmd/run, nodeJSProcessExitedAfterLoggingUserActionableMessage. */
const exitSaidAll = 32;

/** What a machine was sent in this run, and whether it is there. */
interface Equipped {
  readonly digests: ReadonlySet<string>;
  readonly done: Promise<void>;
}

type TextsByScript = Record<string, Record<string, string | readonly string[]>>;

/** A component has no outputs, where the state would have them again. */
class Texts extends pulumi.ComponentResource {
  constructor(name: string, texts: TextsByScript, opts: pulumi.ComponentResourceOptions) {
    super("keelson:script:Texts", name, texts, opts);
    this.registerOutputs({});
  }
}

/** The machines of one cluster, in one run of the program. */
export class Fleet {
  private readonly hops: FirstHop[] = [];
  private accepted?: Promise<void>;
  private silent?: Promise<readonly Unreachable[]>;
  private readonly equipped = new Map<string, Equipped>();
  private readonly kept = new Map<string, Text & { readonly script: string }>();
  private readonly unseen = new Set<string>();
  private way?: { readonly session: Session; users: number };
  /** The program's direction on the way out. */
  down: pulumi.Input<string> = "down";

  /**
   * @param prefix What the names of the cluster's resources begin with; "" where they have none.
   * @param condition What is asked once, in a preview too, before the first script that runs; where it throws, none does.
   */
  constructor(
    private readonly prefix: string,
    private readonly condition: () => Promise<void>,
    /** How they are reached. @default straight, and as one is who says nothing of it */
    private readonly ssh: Pick<SshConfig, "bastion" | "connectTimeout"> = { connectTimeout: 5 },
  ) {}

  /** The name of one of the cluster's resources, as no other cluster in the program has it. */
  named(name: string): string {
    return `${this.prefix}${name}`;
  }

  /**
   * What the cluster is known by on its machines; undefined while that is to come. Where a machine is another's by then, nothing
   * is undone on it.
   */
  isKnownBy(id: string | undefined): void {
    // As plain text: an output would have each script's entry in the state name where it comes from.
    if (id !== undefined) this.down = id === "" ? "down" : `down ${id.slice(0, 8)}`;
    else if (pulumi.runtime.isDryRun()) this.down = pulumi.unknown as string;
  }

  /** A script on one of the machines may run: the way to it begins here. */
  add(hop: FirstHop): void {
    this.hops.push(hop);
  }

  /** Programs of a script are made of these texts as well. */
  keep(script: string, texts: readonly Text[]): void {
    for (const text of texts) this.kept.set(text.digest, { ...text, script });
  }

  /**
   * The state has once what many machines are sent alike, by the script and the name of the text; several where machines differ. For
   * people: a preview shows in it what changes. Not for what the state encrypts.
   */
  recordTexts(name: string, opts: pulumi.ComponentResourceOptions): void {
    const all: TextsByScript = {};
    for (const { script, name, text } of [...this.kept.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1))) {
      const own = (all[script] ??= {});
      const others = own[name];
      own[name] = others === undefined ? text : [...[others].flat(), text];
    }
    new Texts(this.named(name), all, opts);
  }

  /** Throws where no script is to run. */
  async accept(): Promise<void> {
    await (this.accepted ??= this.condition());
  }

  /** All machines are asked at once, the first time that one is needed: whoever is silent is named with all the others. */
  async answers({ name }: FirstHop): Promise<void> {
    const found = await (this.silent ??= unreachable(this.hops, { timeoutMs: dialTime(this.ssh) }));
    if (found.some((one) => one.name === name)) throw new Error(unreachableMessage(found));
  }

  /**
   * One that told nothing before the run, and answers in it: what would have had to run there again is not known, and the run ends as
   * one that failed when it has done all else.
   */
  missed(name: string): void {
    if (this.unseen.has(name)) return;
    this.unseen.add(name);
    void pulumi.log.error(
      `${name} could not be surveyed, but answers now: what was left half done or was changed by hand there was not seen in this run; run up again`,
    );
    process.exitCode = exitSaidAll;
  }

  /** The machine has the texts that its programs are made of: seen to by the first script that runs there, and by one that needs more. */
  async equip(access: Access, needed: readonly Text[]): Promise<void> {
    const login = access.login();
    const place = `${login.host}:${login.port}`;
    const before = this.equipped.get(place);
    const has = before && needed.every(({ digest }) => before.digests.has(digest));
    const equipped = has ? before : this.send(access.name, login, before?.done);
    this.equipped.set(place, equipped);
    try {
      await equipped.done;
    } catch (error) {
      if (this.equipped.get(place) === equipped) this.equipped.delete(place);
      throw error;
    }
  }

  /** The machine has the secrets of a script's next run. */
  async hand({ name, login }: Access, script: string, secrets: readonly Text[]): Promise<void> {
    await hand({ name, login: login(), texts: secrets }, script, this.throughBastion);
  }

  /** Sends whatever any of the cluster's machines may need, when what was sent before is there. */
  private send(name: string, login: Login, before = Promise.resolve()): Equipped {
    const texts = [...shippedTexts().values(), ...this.kept.values()];
    const send = () => equip({ name, login, texts }, this.throughBastion);
    return { digests: new Set(texts.map(({ digest }) => digest)), done: before.then(send, send) };
  }

  /** Many go by way of one login on the bastion, which ends with the last of them; after one that failed, the next dial anew. */
  private readonly throughBastion: Through = async (action) => {
    const { bastion } = this.ssh;
    if (!bastion) return action();
    const way = (this.way ??= { session: new Session(sshLogin(bastion), { timeoutMs: 120_000 }), users: 0 });
    way.users++;
    const leave = (): void => {
      if (this.way === way) this.way = undefined;
    };
    try {
      await action(way.session);
    } catch (error) {
      leave();
      throw error;
    } finally {
      if (--way.users === 0) {
        way.session.close();
        leave();
      }
    }
  };
}
