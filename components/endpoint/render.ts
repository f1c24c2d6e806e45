import { mastersOf, proxyPort, type Environment } from "../config";
import type { Machine, ScriptFile } from "../machine";

/** Where a node's own proxy listens, with proxyPort. */
export const proxyHost = "127.0.0.1";

/** Where everything on a node reaches the API, whichever masters there are: the node's own proxy. */
export const nodeEndpoint = `${proxyHost}:${proxyPort}`;

export const proxyConfigFile = "/etc/keelson/api-proxy.cfg";
export const virtualAddressConfigFile = "/etc/keelson/virtual-address.conf";

/** Where people and Pulumi reach the API, "10.0.0.11:6443". */
export function clusterEndpoint(environment: Environment): string {
  const { endpoint, virtualAddress, advertiseAddress, bindPort } = environment.kubernetes;
  return endpoint ?? `${virtualAddress ?? advertiseAddress ?? mastersOf(environment)[0].address}:${bindPort}`;
}

/**
 * A master is asked for its health, not only for its port, and sooner when a connection to it fails; its connections end
 * when it is found unwell, so that clients meet the next at once. A server that lets only known users ask is well too.
 * Source: HAProxy configuration manual, "http-check expect", "observe", "on-marked-down".
 */
export function proxyConfig(environment: Environment): ScriptFile {
  const servers = mastersOf(environment).map(
    ({ name, address }) => `  server ${name} ${address}:${environment.kubernetes.bindPort}`,
  );
  return {
    path: proxyConfigFile,
    content: `global
  log stdout format raw daemon notice
  user haproxy
  group haproxy

defaults
  log global
  mode tcp
  option clitcpka
  option srvtcpka
  retries 2
  option redispatch 1
  timeout connect 1s
  timeout check 2s
  timeout client 4h
  timeout server 4h

listen api
  bind ${nodeEndpoint}
  balance leastconn
  option httpchk GET /readyz
  http-check expect rstatus ^(200|401|403)$
  default-server check check-ssl verify none inter 3s fastinter 500ms downinter 2s rise 1 fall 2 observe layer4 error-limit 1 on-error sudden-death on-marked-down shutdown-sessions
${servers.join("\n")}
`,
  };
}

export const proxyUnit: ScriptFile = {
  path: "/etc/systemd/system/keelson-api-proxy.service",
  content: `[Unit]
Description=Proxy from this node to the API servers of its cluster
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart=/usr/sbin/haproxy -Ws -f ${proxyConfigFile}
ExecReload=/usr/sbin/haproxy -c -q -f ${proxyConfigFile}
ExecReload=/bin/kill -USR2 $MAINPID
KillMode=mixed
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
`,
};

/**
 * The masters agree by VRRP on who has the virtual address: one whose API server is well. Addresses are told one by
 * one, because few networks carry multicast. Source: keepalived.conf(5); @INTERFACE@ is what only the machine knows.
 */
export function virtualAddressConfig(machine: Machine, environment: Environment, virtualAddress: string): string {
  const masters = mastersOf(environment);
  const others = masters.filter(({ name }) => name !== machine.name).map(({ address }) => `    ${address}\n`);
  const pki = "/etc/kubernetes/pki";
  const client = `--cert ${pki}/apiserver-kubelet-client.crt --key ${pki}/apiserver-kubelet-client.key`;
  const url = `https://127.0.0.1:${environment.kubernetes.bindPort}/readyz`;
  return `global_defs {
  script_user root
  enable_script_security
}

vrrp_script api {
  script "/usr/bin/curl -fsS --max-time 2 -o /dev/null --cacert ${pki}/ca.crt ${client} ${url}"
  interval 1
  timeout 3
  fall 3
  rise 1
}

vrrp_instance api {
  state BACKUP
  nopreempt
  interface @INTERFACE@
  virtual_router_id ${Number(virtualAddress.split(".")[3]) || 1}
  priority ${200 - masters.findIndex(({ name }) => name === machine.name)}
  advert_int 1
  unicast_src_ip ${machine.address}
  unicast_peer {
${others.join("")}  }
  virtual_ipaddress {
    ${virtualAddress}/32
  }
  track_script {
    api
  }
}
`;
}

export const virtualAddressUnit: ScriptFile = {
  path: "/etc/systemd/system/keelson-virtual-address.service",
  content: `[Unit]
Description=The address at which the masters of this cluster are reached together
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/sbin/keepalived --dont-fork --log-console --use-file ${virtualAddressConfigFile} --pid /run/keelson-virtual-address.pid --vrrp_pid /run/keelson-virtual-address-vrrp.pid
ExecReload=/bin/kill -HUP $MAINPID
KillMode=mixed
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
`,
};
