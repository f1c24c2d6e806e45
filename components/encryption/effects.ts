import type { Effects } from "../script";

/** What each stage means, by its function in stages.sh. */
export const effects = {
  write: {
    create:
      "its API server writes Secrets to etcd as the stack asks for it, when all API servers can read them so; it does not restart",
    update: (changed) =>
      changed.has("ENCRYPTION")
        ? "its API server writes Secrets by the other key when all API servers can read by it; it does not restart"
        : "what its API server encrypts Secrets with is checked",
  },
  rewrite: {
    create: "every Secret in etcd that is kept in another way is written again",
    update: (changed) =>
      changed.has("ENCRYPTION")
        ? "every Secret in etcd is written again, until none is by another key"
        : "Secrets that are by another key in etcd are written again",
  },
  forget: {
    create: "its API server reads Secrets in that way alone, when etcd has none in another",
    update: (changed) =>
      changed.has("ENCRYPTION")
        ? "its API server forgets the key before, when etcd has no Secret by it; it does not restart"
        : "the keys that its API server has are checked",
  },
} satisfies Readonly<Record<string, Effects>>;
