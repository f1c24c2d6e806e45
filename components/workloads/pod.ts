import type { types } from "@pulumi/kubernetes";

/**
 * nginx on port 80. A pod behind a Service leaves quietly: it answers on while the Service forgets it, then ends what
 * it has begun (nginx takes SIGQUIT, its image's stop signal, as that wish).
 */
export function nginxPod(image: string, leaveQuietly = false): types.input.core.v1.PodSpec {
  return {
    terminationGracePeriodSeconds: 30,
    // It asks nothing of the API.
    automountServiceAccountToken: false,
    securityContext: { seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "nginx",
        image,
        // `latest` would ask the registry at every start, and a bundle has no registry.
        imagePullPolicy: "IfNotPresent",
        ports: [{ name: "http", containerPort: 80 }],
        // As restricted as the image allows: its master process is root, which makes its workers another user's.
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"], add: ["CHOWN", "NET_BIND_SERVICE", "SETGID", "SETUID"] },
        },
        readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 2 },
        ...(leaveQuietly ? { lifecycle: { preStop: { sleep: { seconds: 5 } } } } : {}),
      },
    ],
  };
}
