import type { ServiceError } from "@grpc/grpc-js";

import { isObject } from "../../properties";
import { type Bag, leftBy, type Options, type State, type TestPlugin } from "../support/plugin";
import { defined, keptOf, readable, sendable, sentTo } from "./engineView";
import { hide, type Hidden } from "./placeholders";

/** Plays scenarios to a plugin as the engine would, and notes what it answers. */

/** One call and its answer, in words. */
export interface Step {
  /** What the call is about, unique in its scenario. */
  readonly step: string;
  readonly call: string;
  readonly type: string;
  /** What was asked to be checked or configured; other calls are given what came of that. */
  readonly given?: unknown;
  readonly answer: unknown;
}

/** Calls that ask nobody but the plugin. */
const alone = new Set(["checkConfig", "diffConfig", "check", "diff", "preview create", "preview update"]);

export interface Play {
  readonly plugin: TestPlugin;
  readonly type: string;
  /** What differs from run to run. */
  readonly hidden: readonly Hidden[];
  /**
   * Answers of the official plugin that take the place of calls which need a Docker daemon or a cluster: the calls after
   * them go on from what these made. @default every call is made
   */
  readonly instead?: readonly Step[];
}

/** One scenario under way: every method is a call of the engine to the plugin. */
export class Player {
  readonly steps: Step[] = [];
  private readonly learned: Hidden[] = [];
  private acceptsSecrets = false;

  constructor(private readonly play: Play) {}

  /** Hides one more value from now on. */
  hides(...hidden: readonly Hidden[]): void {
    this.learned.push(...hidden);
  }

  async configure(step: string, config: Bag): Promise<void> {
    await this.note(step, "configure", config, async () => {
      const agreed = await this.play.plugin.handshake();
      const response = (await this.play.plugin.configure(config)).toObject();
      // As the engine: what was agreed at first counts.
      this.acceptsSecrets = agreed?.acceptSecrets ?? response.acceptsecrets;
      const supportsPreview = agreed !== undefined || response.supportspreview;
      return { acceptsSecrets: this.acceptsSecrets, supportsPreview };
    });
  }

  checkConfig(step: string, config: Bag): Promise<unknown> {
    return this.note(step, "checkConfig", config, async () => {
      const { inputs, failures } = await this.play.plugin.checkConfig(defined(config));
      return { inputs: readable(inputs), failures };
    });
  }

  diffConfig(step: string, olds: Bag, news: Bag): Promise<unknown> {
    return this.note(step, "diffConfig", news, async () =>
      diffOf(await this.play.plugin.diffConfig(defined(olds), defined(news))),
    );
  }

  /** The inputs as the plugin completes them. */
  async check(step: string, news: Bag, olds: Bag = {}, type = this.play.type): Promise<Bag> {
    const given = this.sent(news);
    const answer = await this.note(
      step,
      "check",
      news,
      async () => {
        const { inputs, failures } = await this.play.plugin.check(given, this.sent(olds), type);
        return { inputs: readable(this.kept(inputs, news)), failures };
      },
      type,
    );
    return bagAt(answer, "inputs");
  }

  diff(step: string, old: State, news: Bag, type = this.play.type): Promise<unknown> {
    return this.note(
      step,
      "diff",
      news,
      async () => {
        return diffOf(await this.play.plugin.diff(this.sentState(old), this.sent(news), type));
      },
      type,
    );
  }

  create(step: string, inputs: Bag, options: Options = {}, type = this.play.type): Promise<State> {
    return this.state(
      step,
      callOf("create", options),
      inputs,
      async () => {
        const made = await this.play.plugin.create(this.sent(inputs), options, type);
        return { id: made.id, outputs: readable(this.kept(made.outputs, inputs)) };
      },
      type,
    );
  }

  update(step: string, old: State, inputs: Bag, options: Options = {}, type = this.play.type): Promise<State> {
    return this.state(
      step,
      callOf("update", options),
      inputs,
      async () => {
        const made = await this.play.plugin.update(this.sentState(old), this.sent(inputs), options, type);
        return { id: made.id, outputs: readable(this.kept(made.outputs, inputs)) };
      },
      type,
    );
  }

  read(step: string, old: State, type = this.play.type): Promise<State> {
    return this.state(
      step,
      "read",
      old.inputs,
      async () => {
        const found = await this.play.plugin.read(this.sentState(old), type);
        const outputs = readable(this.kept(found.outputs, old.outputs));
        return { id: found.id, inputs: readable(this.kept(found.inputs, old.inputs)), outputs };
      },
      type,
    );
  }

  delete(step: string, old: State, options: Options = {}, type = this.play.type): Promise<unknown> {
    return this.note(
      step,
      "delete",
      old.inputs,
      async () => {
        await this.play.plugin.delete(this.sentState(old), options, type);
        return {};
      },
      type,
    );
  }

  private async state(
    step: string,
    call: string,
    inputs: Bag,
    ask: () => Promise<unknown>,
    type: string,
  ): Promise<State> {
    const answer = await this.note(step, call, inputs, ask, type);
    const id = isObject(answer) && typeof answer["id"] === "string" ? answer["id"] : "";
    const found = isObject(answer) && "inputs" in answer ? bagAt(answer, "inputs") : inputs;
    return { id, inputs: found, outputs: bagAt(answer, "outputs") };
  }

  /** Makes the call, or takes the recorded answer in its place; notes it, and gives it as it is. */
  private async note(
    step: string,
    call: string,
    given: Bag,
    ask: () => Promise<unknown>,
    type = this.play.type,
  ): Promise<unknown> {
    const { instead } = this.play;
    const recorded = instead?.find((other) => other.step === step);
    if (recorded !== undefined && !alone.has(call) && call !== "configure") return recorded.answer;
    const answer = await answerOf(ask);
    const hidden = [...this.learned, ...this.play.hidden];
    const asked = /check|config/i.test(call) ? { given: hide(readable(given), hidden) } : {};
    this.steps.push({ step, call, type, ...asked, answer: hide(answer, hidden) });
    return answer;
  }

  private sent(bag: Bag): Bag {
    return sentTo(this.acceptsSecrets, bag);
  }

  private sentState(state: State): State {
    return { id: state.id, inputs: this.sent(state.inputs), outputs: this.sent(state.outputs) };
  }

  private kept(answer: Bag, sent: Bag): Bag {
    return keptOf(this.acceptsSecrets, answer, sent);
  }
}

function callOf(call: string, { preview = false }: Options): string {
  return preview ? `preview ${call}` : call;
}

async function answerOf(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    const failure = error as ServiceError;
    // Any other error is a mistake in the scenario.
    if (!("details" in failure)) throw error;
    const left = leftBy(failure);
    const kept = left === undefined ? {} : { id: left.id, outputs: readable(left.outputs), reasons: left.reasons };
    return { error: failure.details, ...kept };
  }
}

/** A part of an answer as it goes back to the plugin. */
function bagAt(answer: unknown, key: string): Bag {
  const value = isObject(answer) ? sendable(answer[key]) : undefined;
  return isObject(value) ? value : {};
}

const changes = ["unknown", "none", "some"];
const kinds = ["add", "add, replaces", "delete", "delete, replaces", "update", "update, replaces"];

type DiffAnswer = Awaited<ReturnType<TestPlugin["diff"]>>;

function diffOf(answer: DiffAnswer): Bag {
  const details = answer.detaileddiffMap.map(([path, { kind, inputdiff }]) => {
    return [path, `${kinds[kind] ?? kind}${inputdiff ? ", of the inputs" : ""}`] as const;
  });
  return {
    changes: changes[answer.changes],
    properties: [...answer.diffsList].sort(),
    // The official plugins name one several times.
    replaces: [...new Set(answer.replacesList)].sort(),
    deleteBeforeReplace: answer.deletebeforereplace,
    ...(answer.hasdetaileddiff ? { details: Object.fromEntries(details.sort(([a], [b]) => a.localeCompare(b))) } : {}),
  };
}
