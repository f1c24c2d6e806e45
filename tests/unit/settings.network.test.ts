import fc from "fast-check";

import {
  contains,
  formatAddress,
  formatNetwork,
  networkOf,
  nthAddress,
  overlaps,
  parseAddress,
  parseNetwork,
  size,
} from "../../components/settings/network";

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const network = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([number, prefix]) => {
  return networkOf(`${formatAddress(number)}/${prefix}`);
});

describe("addresses", () => {
  test("text and number stand for each other", () => {
    fc.assert(fc.property(address, (number) => parseAddress(formatAddress(number)) === number));
  });

  test.each(["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "a.b.c.d", "1.2.3.4 ", "-1.2.3.4", "1e1.2.3.4"])(
    "%j is none",
    (text) => expect(parseAddress(text)).toBeUndefined(),
  );
});

describe("networks", () => {
  test("text and network stand for each other", () => {
    fc.assert(fc.property(network, (one) => expect(parseNetwork(formatNetwork(one))).toEqual(one)));
  });

  test.each(["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "/8", "10.0.0/8", "10.0.0.0/8/8"])(
    "%j is none",
    (text) => expect(parseNetwork(text)).toBeUndefined(),
  );

  test("one that is known to be right and is not says so", () => {
    expect(() => networkOf("10.0.0.0")).toThrow('"10.0.0.0" is no IPv4 network');
  });

  test("an address inside names the network", () => {
    expect(parseNetwork("10.244.7.9/16")).toEqual(parseNetwork("10.244.0.0/16"));
  });

  test("its addresses, and no others, are in it", () => {
    fc.assert(
      fc.property(network, address, (one, number) => {
        const mask = 2 ** (32 - one.prefix);
        return contains(one, number) === (Math.floor(number / mask) === Math.floor(one.base / mask));
      }),
    );
  });

  test("two overlap just when one has the other's first address, either way round", () => {
    fc.assert(
      fc.property(network, network, (one, other) => {
        const smaller = one.prefix > other.prefix ? one : other;
        const larger = smaller === one ? other : one;
        return overlaps(one, other) === overlaps(other, one) && overlaps(one, other) === contains(larger, smaller.base);
      }),
    );
  });

  test("every address that has a number lies in it, and none has a number past its end", () => {
    fc.assert(
      fc.property(network, fc.nat(), (one, index) => {
        const found = nthAddress(one, index);
        return index < size(one)
          ? parseAddress(found ?? "") === one.base + index && contains(one, one.base + index)
          : found === undefined;
      }),
    );
  });

  test("the tenth address of the usual service subnet", () => {
    expect(nthAddress(networkOf("10.96.0.0/12"), 10)).toBe("10.96.0.10");
  });
});
