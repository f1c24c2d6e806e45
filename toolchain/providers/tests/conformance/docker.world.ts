import Docker from "dockerode";

/** What the Docker scenarios do to the daemon besides asking the plugin: everything has a name that begins the same. */

export const prefix = "keelson-rec";
/** A network of containers that are there for these scenarios alone. */
export const subnet = "172.31.20.0/24";
/** Any image with /bin/sleep will do; this is the one that is there where the other suites run. */
export const image = process.env["KEELSON_RECORD_IMAGE"] ?? "keelson/machine:13";

export interface DockerWorld {
  /** Stops a container behind the plugin's back. */
  stop(name: string): Promise<void>;
  /** Waits until a container has ended by itself: what is seen of one that is about to depends on the moment. */
  ended(name: string): Promise<void>;
  /** Removes a container, a network or a volume behind the plugin's back. */
  remove(kind: "container" | "network" | "volume", name: string): Promise<void>;
}

/** Where there is no daemon nothing happens: recorded answers stand in for what would have come of it. */
export const absentDocker: DockerWorld = {
  stop: () => Promise.resolve(),
  ended: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};

export async function openDocker(): Promise<DockerWorld> {
  await removeAll();
  const docker = new Docker();
  return {
    stop: async (name) => {
      await docker.getContainer(name).kill();
      await docker.getContainer(name).wait();
    },
    ended: async (name) => {
      await docker.getContainer(name).wait();
    },
    remove: async (kind, name) => {
      if (kind === "container") await docker.getContainer(name).remove({ force: true });
      if (kind === "network") await docker.getNetwork(name).remove();
      if (kind === "volume") await docker.getVolume(name).remove();
    },
  };
}

/** Removes what these scenarios made, also in a run that was cut off. */
export async function removeAll(): Promise<void> {
  const docker = new Docker();
  const filters = { name: [prefix] };
  for (const { Id, Names } of await docker.listContainers({ all: true, filters })) {
    if (Names.some((name) => name.startsWith(`/${prefix}`))) {
      await docker.getContainer(Id).remove({ force: true, v: true });
    }
  }
  for (const { Id, Name } of await docker.listNetworks({ filters })) {
    if (Name.startsWith(prefix)) await docker.getNetwork(Id).remove();
  }
  for (const { Name } of (await docker.listVolumes({ filters: { name: [prefix] } })).Volumes) {
    if (Name.startsWith(prefix)) await docker.getVolume(Name).remove();
  }
}
