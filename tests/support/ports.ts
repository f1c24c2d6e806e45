import { createServer, type AddressInfo, type Server } from "node:net";

/** A port of this computer where this server listens from now on. */
export async function portFor(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A port of this computer where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await portFor(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
