import { join } from "node:path";

import { mastersOf, type Machine } from "../machine";
import { proxyPort, type EndpointSettings } from "./settings";
import { shipped, type ScriptFile } from "../script";

/** Where a node's own proxy listens, with proxyPort. */
export const proxyHost = "127.0.0.1";

/** Where everything on a node reaches the API, whichever masters there are: the node's own proxy. */
export const nodeEndpoint = `${proxyHost}:${proxyPort}`;

export const proxyConfigFile = "/etc/keelson/api-proxy.cfg";
export const virtualAddressConfigFile = "/etc/keelson/virtual-address.conf";

/** Where people and Pulumi reach the API, "10.0.0.11:6443". */
export function clusterEndpoint(environment: EndpointSettings): string {
  const { endpoint, virtualAddress, advertiseAddress, bindPort } = environment.kubernetes;
  return endpoint ?? `${virtualAddress ?? advertiseAddress ?? mastersOf(environment)[0].address}:${bindPort}`;
}

/**
 * A master is asked whether it is ready, not only for its port, and sooner when a connection to it fails; its connections end
 * when it is found unwell, so that clients meet the next at once. Where none is ready, because etcd stalls, those are good that
 * are alive: what they can answer they do, and the connections to them go on. A server that lets only known users ask is well
 * too. Source: HAProxy configuration manual, "http-check expect", "observe", "on-marked-down", "nbsrv", "hard-stop-after".
 */
export function proxyConfig(environment: EndpointSettings): ScriptFile {
  const servers = mastersOf(environment).map(
    ({ name, address }) => `  server ${name} ${address}:${environment.kubernetes.bindPort}`,
  );
  const backend = (name: string, check: string, often: string) => `backend ${name}
  balance leastconn
  option httpchk GET ${check}
  http-check expect rstatus ^(200|401|403)$
  default-server check check-ssl verify none inter ${often} fastinter 500ms downinter 2s rise 1 fall 2 observe layer4 error-limit 1 on-error sudden-death on-marked-down shutdown-sessions
${servers.join("\n")}
`;
  return {
    path: proxyConfigFile,
    content: `global
  log stdout format raw daemon notice
  user haproxy
  group haproxy
  # One that was told to end looks after nobody's connections any more.
  hard-stop-after 5m

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

frontend api
  bind ${nodeEndpoint}
  use_backend alive if { nbsrv(ready) eq 0 }
  default_backend ready

${backend("ready", "/readyz", interval(environment))}
${backend("alive", "/livez?exclude=etcd", "10s")}`,
  };
}

/**
 * How often each node asks each master. All of them together ask a master no more than some 15 times a second, whatever their number;
 * a connection that fails is noticed at once, by whoever makes it. kubespray asks every 15 s.
 */
function interval({ machines }: EndpointSettings): string {
  const nodes = machines.filter(({ roles }) => roles.some((role) => role !== "etcd")).length;
  return `${Math.max(3, Math.ceil(nodes / 15))}s`;
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

const addressCheckFile = "/etc/keelson/virtual-address-check";

/** Whether this master may have the virtual address, for keepalived. */
export function addressCheck(machine: Machine, environment: EndpointSettings, virtualAddress: string): ScriptFile {
  const { bindPort } = environment.kubernetes;
  const values = {
    ...{ NODE: machine.name, ADDRESS: machine.address, PORT: bindPort },
    ...{ VIRTUAL_ADDRESS: virtualAddress, PROXY: nodeEndpoint },
  };
  return { path: addressCheckFile, mode: "0700", content: shipped(join(__dirname, "addressCheck.sh"), values) };
}

/** Addresses of the masters that a master agrees with on who has the virtual address. */
export function otherMasters(machine: Pick<Machine, "name">, environment: EndpointSettings): readonly string[] {
  const others = mastersOf(environment).filter(({ name }) => name !== machine.name);
  return others.map(({ address }) => address);
}

/**
 * The masters agree by VRRP on who has the virtual address. Addresses are told one by one, because few networks carry
 * multicast, and nobody else is listened to. Source: keepalived.conf(5); @INTERFACE@ is what only the machine knows.
 */
export function virtualAddressConfig(machine: Machine, environment: EndpointSettings, virtualAddress: string): string {
  const others = otherMasters(machine, environment).map((address) => `    ${address}\n`);
  return `global_defs {
  script_user root
  enable_script_security
  vrrp_check_unicast_src
}

vrrp_script api {
  script "${addressCheckFile}"
  interval 1
  timeout 5
  fall 3
  rise 1
}

vrrp_instance api {
  state BACKUP
  nopreempt
  interface @INTERFACE@
  virtual_router_id ${Number(virtualAddress.split(".")[3]) || 1}
  priority ${200 - mastersOf(environment).findIndex(({ name }) => name === machine.name)}
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
