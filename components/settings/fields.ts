import { isIPv6 } from "node:net";

import { z } from "zod";

import { formatNetwork, parseAddress, parseNetwork, reservedFor } from "./network";
import type { Owned } from "./owned";
import { show } from "./show";

/** What the schema says of a field beside its description: how its values look, and a default that is worked out. */
export interface FieldNotes {
  /** The values in words, "a DNS label"; derived from the schema where absent. */
  readonly values?: string;
  /** The default in words where it depends on other fields. */
  readonly defaultsTo?: string;
  /** Whether it is to be a secret; every other field must not be one. @default false */
  readonly secret?: boolean;
  /** Whether it cannot change while the cluster lives: another value is refused. @default false */
  readonly immutable?: boolean;
  /** Of a section: what a stack may say there, as the reference shows it; of a list's element, one of them. */
  readonly example?: unknown;
}

/** A text that `valid` accepts; the error is "VALUE `fault`: `way`". */
export function text(values: string, valid: (text: string) => boolean, fault: string, way: string) {
  return z
    .string()
    .refine(valid, { error: ({ input }) => `${show(input)} ${fault}: ${way}` })
    .meta({ values });
}

/** A whole number of a range, its ends included. */
export function integer(least: number, most?: number) {
  const values = most === undefined ? `${least} or more` : `${least} to ${most}`;
  return z
    .number()
    .refine((number) => Number.isInteger(number) && number >= least && number <= (most ?? Infinity), {
      error: ({ input }) =>
        `${show(input)} is out of range: use ${most === undefined ? "a whole number, " : ""}${values}`,
    })
    .meta({ values: `a whole number, ${values}` });
}

/** A number of things, one at least, or a percentage of all of them. */
export const share = () =>
  z
    .custom<number | string>((value) => isCount(value) || isPercentage(value), {
      error: ({ input }) => `${show(input)} is neither a number nor a percentage: use 1 or more, or "1%" to "100%"`,
    })
    .meta({ values: 'a whole number, 1 or more, or a percentage, "1%" to "100%"' });

const isCount = (value: unknown) => typeof value === "number" && Number.isInteger(value) && value >= 1;
const isPercentage = (value: unknown) => typeof value === "string" && /^([1-9]\d?|100)%$/.test(value);

/** A TCP port. */
export const port = () => integer(1, 65535);

/** A list without repetitions. */
export function list<T extends z.ZodType>(element: T) {
  return z.array(element).superRefine((elements, context) =>
    elements.forEach((element, index) => {
      if (elements.indexOf(element) < index) {
        context.addIssue({ code: "custom", path: [index], message: `${show(element)} is there twice: leave one out` });
      }
    }),
  );
}

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const isName = (name: string) => name.length <= 253 && name.split(".").every((part) => label.test(part));

/** Whether every program would take a text for an address, whose last part is a number, be it right or wrong. */
const looksLikeAddress = (text: string) => /(^|\.)(\d+|0x[\da-f]*)$/i.test(text);

/** Whether a text names a host: a DNS name in lower case, or an IPv4 address; "10.0.0.256" is neither. */
export const isHost = (text: string) => (looksLikeAddress(text) ? parseAddress(text) !== undefined : isName(text));

/** An address that nobody answers at; what ends on this computer may be a tunnel of one's own. */
export function isNobodys(host: string): boolean {
  const network = parseNetwork(`${host}/32`);
  return network !== undefined && !host.startsWith("127.") && reservedFor(network) !== undefined;
}

export const dnsLabel = () =>
  text(
    "a DNS label",
    (name) => label.test(name),
    "is no DNS label",
    'use lower-case letters, digits and "-" (RFC 1123), at most 63 characters',
  );

export const dnsName = () =>
  text("a DNS name", isName, "is no DNS name", 'use DNS labels with "." between them, as in "cluster.local"');

/** A host to dial: a name or an IPv4 address. */
export const host = () =>
  text(
    "a DNS name or an IPv4 address",
    (name) => isHost(name.toLowerCase()),
    "is no host",
    'use a DNS name or an IPv4 address, as in "10.0.0.11"',
  );

/** What a certificate may be good for: a name, one with "*" as its first part, or an address. */
export const certificateName = () =>
  text(
    'a DNS name, also as "*.example.com", or an IP address',
    (name) => (isIPv6(name) ? !/%|^::ffff:/i.test(name) : isHost(name.replace(/^\*\./, ""))),
    "is no name for a certificate",
    'use a DNS name, "*." before it if need be, or an IP address, as in "api.example.com"',
  );

export const ipv4 = () =>
  text(
    "an IPv4 address",
    (address) => parseAddress(address) !== undefined,
    "is no IPv4 address",
    'use four numbers from 0 to 255, as in "10.0.0.11"',
  )
    .superRefine((address, context) => {
      const network = parseNetwork(`${address}/32`);
      const use = network && reservedFor(network);
      if (use === undefined) return;
      context.addIssue({ code: "custom", message: `${show(address)} ${use}: use an address of the machines' network` });
    })
    .meta({ values: "an IPv4 address" });

/** An IPv4 network whose prefix has `shortest` to `longest` bits. */
export function subnet(shortest: number, longest: number) {
  return z
    .string()
    .superRefine((text, context) => {
      const network = parseNetwork(text);
      const refuse = (message: string) => context.addIssue({ code: "custom", message: `${show(text)} ${message}` });
      if (!network) refuse('is no IPv4 network: use an address and a prefix, as in "10.244.0.0/16"');
      else if (network.prefix < shortest || network.prefix > longest) {
        refuse(`has a prefix out of range: use /${shortest} to /${longest}`);
      } else if (formatNetwork(network) !== text) {
        refuse(`is an address inside of a network: use the network's own, "${formatNetwork(network)}"`);
      } else {
        const use = reservedFor(network);
        if (use !== undefined) {
          refuse(`is no network for pods or Services, for it ${use}: use a private one, as in "10.244.0.0/16"`);
        }
      }
    })
    .meta({ values: `an IPv4 network with a prefix of /${shortest} to /${longest}` });
}

export const absolutePath = () =>
  text(
    "an absolute path",
    (path) => /^(\/(?!\.{1,2}(\/|$))[\w.@+-]+)+$/.test(path),
    "is no absolute path",
    'begin with "/", and use letters, digits and "._@+-" between single slashes',
  );

/** A path on this computer, absolute, under `~`, or relative to the project's directory. */
export const file = () =>
  text("a file", (path) => path !== "" && !path.includes("\0"), "is no file", 'use a path, as in "~/.ssh/id_ed25519"');

const domain = String.raw`[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?`;
const registry = String.raw`(?:${domain}(?:\.${domain})*|\[[a-fA-F\d:]+\])(?::\d+)?`;
const part = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
const reference = new RegExp(
  String.raw`^(?:${registry}/)?${part}(?:/${part})*(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[\da-fA-F]{32,})?$`,
);

/** An image by its name in a registry. Source: distribution/reference, the grammar of a reference. */
export const image = () =>
  text("an image", (name) => reference.test(name), "is no image", 'use a name as in "nginx:1.29"');

/** A record that refuses the keys that keelson sets itself, and those in which `fault` finds something wrong. */
export function refusing<T extends z.ZodRecord>(record: T, owned: Owned, fault: (key: string) => string | undefined) {
  return record.superRefine((fields, context) => {
    for (const key of Object.keys(fields)) {
      const way = Object.hasOwn(owned, key) ? owned[key] : undefined;
      const message = way === undefined ? fault(key) : `keelson sets it itself: ${way}`;
      if (message !== undefined) context.addIssue({ code: "custom", path: [key], message });
    }
  });
}
