import type { Machine } from "../machine";
import type { ScriptFile } from "../script";

const minutesPerDay = 1440;

/** The units of the timer by which a master renews its certificates when nobody else has. */
export function timerUnits(machine: Pick<Machine, "address">): readonly ScriptFile[] {
  const directory = "/etc/systemd/system/keelson-certificates";
  const time = timeOf(machine.address);
  return [
    {
      path: `${directory}.service`,
      content: `[Unit]
Description=Renewal of this Kubernetes master's certificates that nobody has renewed

[Service]
Type=oneshot
ExecStart=/bin/bash /usr/local/lib/keelson/renew-certificates
`,
    },
    {
      path: `${directory}.timer`,
      content: `[Unit]
Description=Daily look at this Kubernetes master's certificates

[Timer]
OnCalendar=*-*-* ${time}:00

[Install]
WantedBy=timers.target
`,
    },
  ];
}

/**
 * A time of day of the master's own, "13:37": no two do it at once. Seven minutes are between one address and the next, and no two of
 * a thousand in a row have the same.
 */
function timeOf(address: string): string {
  const number = address.split(".").reduce((sum, part) => (sum * 256 + Number(part)) % minutesPerDay, 0);
  const minute = (number * 7) % minutesPerDay;
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
