import type { types } from "@pulumi/kubernetes";

/**
 * nginx on port 80. A pod behind a Service leaves quietly: it answers on while the Service forgets it, then ends what
 * it has begun (nginx takes SIGQUIT, its image's stop signal, as that wish).
 */
export function nginxPod(image: string, leaveQuietly = false): types.input.core.v1.PodSpec {
  return {
    terminationGracePeriodSeconds: 30,
    containers: [
      {
        name: "nginx",
        image,
        // `latest` would ask the registry at every start, and a bundle has no registry.
        imagePullPolicy: "IfNotPresent",
        ports: [{ name: "http", containerPort: 80 }],
        readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 2 },
        ...(leaveQuietly ? { lifecycle: { preStop: { sleep: { seconds: 5 } } } } : {}),
      },
    ],
  };
}
