/** Settings that keelson itself makes, by name, each with the way to what its user may want. */
export type Owned = Readonly<Record<string, string>>;
