import { Document, isScalar, Scalar, visit } from "yaml";

/**
 * Documents as one YAML text for the programs of Kubernetes. They read YAML 1.1, to which a bare `no`, `on` or `0x1` is
 * no string, and some take still more for numbers: such strings are quoted, and what no reader takes as it is, is escaped.
 */
export function yaml(...documents: readonly object[]): string {
  return documents.map(text).join("---\n");
}

function text(value: object): string {
  const document = new Document(value, { compat: "yaml-1.1" });
  visit(document, {
    Scalar: (_, node) => {
      if (isScalar(node) && typeof node.value === "string" && isMisread(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  // What matches stands between double quotes by now.
  return document.toString().replace(new RegExp(unreadable, "g"), escape);
}

/** Numbers to Go's YAML alone, which takes prefixes of either case, and underlines anywhere. Source: go-yaml, resolve.go. */
const number = /^[-+]?(0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|[\d_]+)$/;

/** Dates to it, whose parts need not have two digits. */
const date = /^\d{4}-\d{1,2}-\d{1,2}([Tt ]|$)/;

/** Characters that YAML does not print, or takes for the end of a line. Source: YAML 1.1, sections 5.1 and 5.4. */
const unreadable = "[\\x7f-\\x9f\\u2028\\u2029\\ufeff\\ufffe\\uffff]";

function isMisread(string: string): boolean {
  return number.test(string) || date.test(string) || new RegExp(unreadable).test(string);
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
