import { isLocalAddress, requireLocal } from "../localAddress";

const interfaces = [
  { address: "192.168.1.5", cidr: "192.168.1.5/24", containerBridge: false },
  { address: "172.30.0.1", cidr: "172.30.0.1/24", containerBridge: true },
  { address: "fd00::1", cidr: "fd00::1/64", containerBridge: true },
];

it.each(["127.0.0.1", "127.1.2.3", "::1", "192.168.1.5", "172.30.0.11", "fd00::abcd"])("%s is here", (address) => {
  expect(isLocalAddress(address, interfaces)).toBe(true);
});

it.each(["192.168.1.6", "172.30.1.1", "10.0.0.1", "192.0.2.1", "2001:db8::1", "fd01::1"])(
  "%s is elsewhere",
  (address) => {
    expect(isLocalAddress(address, interfaces)).toBe(false);
  },
);

it("is asked of every host before it is reached", async () => {
  await expect(requireLocal("127.0.0.1", "@pulumi/command")).resolves.toBeUndefined();
  await expect(requireLocal("localhost", "@pulumi/command")).resolves.toBeUndefined();
  await expect(requireLocal("192.0.2.1", "@pulumi/command")).rejects.toThrow(
    /^192\.0\.2\.1: the stand-in plugin for @pulumi\/command only reaches this computer: .*Install the official plugin/,
  );
});
