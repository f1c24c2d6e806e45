import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";

/**
 * What stands for kubeadm: it signs, by the authority in the directory of its configuration, certificates that hold for as many days
 * as that says, and writes kubeconfigs of them.
 */
export const signingKubeadm = `
configuration=$(cat)
said() { sed -n "s/^ *$1: //p" <<<"$configuration" | head -n 1; }
directory=$(said certificatesDir) seconds=$(said certificateValidityPeriod)
sign() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$2.key" -out "$2.csr" -subj /CN=signed 2>/dev/null
  openssl x509 -req -in "$2.csr" -CA "$1.crt" -CAkey "$1.key" -set_serial "$RANDOM" -days "$((\${seconds%s} / 86400))" -out "$2.crt" \\
    -extfile <(printf 'subjectAltName=IP:127.0.0.1,DNS:kubernetes') 2>/dev/null
}
case "$3 $4" in
'certs etcd-'*) sign "$directory/etcd/ca" "$directory/etcd/\${4#etcd-}" ;;
'certs apiserver-etcd-client') sign "$directory/etcd/ca" "$directory/$4" ;;
'certs front-proxy-client') sign "$directory/front-proxy-ca" "$directory/$4" ;;
'certs '*) sign "$directory/ca" "$directory/$4" ;;
'kubeconfig '*)
  sign "$directory/ca" "$8/client"
  printf '    certificate-authority-data: %s\\ncurrent-context: kubernetes-admin@made\\n    client-certificate-data: %s\\n    client-key-data: %s\\n' \\
    "$(openssl x509 -in "$directory/ca.crt" | base64 -w 0)" "$(base64 -w 0 "$8/client.crt")" "$(base64 -w 0 "$8/client.key")" >"$8/$4.conf" ;;
esac
`;

/** Makes an authority, NAME.crt and NAME.key, in a directory. */
export function makeAuthority(directory: string, name: string): void {
  mkdirSync(directory, { recursive: true });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", `${name}.key`];
  execFileSync("openssl", ["req", "-x509", ...key, "-out", `${name}.crt`, "-days", "3650", "-subj", "/CN=ca"], {
    cwd: directory,
    stdio: "pipe",
  });
}

/** An authority's certificate in a directory, as it would be had it ended. */
export function ended(directory: string, name: string): string {
  const again = ["x509", "-in", `${name}.crt`, "-signkey", `${name}.key`, "-days", "-1"];
  return execFileSync("openssl", again, { cwd: directory, stdio: "pipe" }).toString();
}
