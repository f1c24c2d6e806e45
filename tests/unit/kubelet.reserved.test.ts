import { ownReservations } from "../../components/kubelet/reserved";

/** What `allocatable` has to be reckoned with, as the kubelet takes it from its configuration. */
const reserved = (configuration: Record<string, unknown>) => {
  const { millicpu, memory } = ownReservations(configuration);
  return [millicpu, ...memory];
};

test("without a word of the stack, the kubelet keeps 100 MiB free", () => {
  expect(reserved({})).toEqual([0, "104857600"]);
});

test("what the stack reserves for Kubernetes counts", () => {
  expect(reserved({ kubeReserved: { cpu: "250m", memory: "1.5Gi" } })).toEqual([250, "1610612736", "104857600"]);
  expect(reserved({ kubeReserved: { cpu: "1", memory: "1e9" } })).toEqual([1000, "1000000000", "104857600"]);
  expect(reserved({ kubeReserved: { cpu: 2, pid: "100" } })).toEqual([2000, "104857600"]);
  expect(reserved({ kubeReserved: { cpu: "100u", memory: "1500m" } })).toEqual([1, "2", "104857600"]);
});

test("its own thresholds take the place of the default, also where memory is not among them", () => {
  expect(reserved({ evictionHard: { "memory.available": "5%" } })).toEqual([0, "5%"]);
  expect(reserved({ evictionHard: { "memory.available": "200Mi" } })).toEqual([0, "209715200"]);
  expect(reserved({ evictionHard: { "nodefs.available": "10%" } })).toEqual([0]);
  expect(reserved({ evictionHard: { "nodefs.available": "10%" }, mergeDefaultEvictionSettings: true })).toEqual([
    0,
    "104857600",
  ]);
});
