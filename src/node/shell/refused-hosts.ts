/** What an output says about connections that were not to be had. */
import type { Refusal } from "#core/shell-ports.ts";

interface NetworkContext {
  readonly hasNetwork: boolean;
  readonly listens: (port: number) => boolean;
}

const name = String.raw`\[?([a-z0-9_][\w.-]*|[0-9a-f:]{2,}::?[0-9a-f:]*)\]?`;

/** Ways of programs to say that they could not connect; the group is the host. */
const patterns: readonly RegExp[] = [
  // curl, git, ssh, cargo
  new RegExp(String.raw`could not resolve (?:host|hostname|proxy):? ["'‘]?${name}`, "i"),
  // wget, apt, ping, telnet
  new RegExp(String.raw`unable to resolve host address [\`'‘"]?${name}`, "i"),
  new RegExp(
    String.raw`(?:temporary failure resolving|failed to resolve|could not resolve) ['‘"]?${name}`,
    "i",
  ),
  new RegExp(
    String.raw`(?:^|[\s/])${name}: (?:temporary failure in name resolution|name or service not known)`,
    "i",
  ),
  // Node
  new RegExp(String.raw`getaddrinfo (?:EAI_AGAIN|ENOTFOUND|EAI_FAIL) ${name}`, "i"),
  new RegExp(String.raw`connect (?:ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL) ${name}`, "i"),
  new RegExp(String.raw`(?:ENOTFOUND|EAI_AGAIN).{0,80}?\bhttps?://${name}`, "i"),
  // Python
  new RegExp(String.raw`host=['"]${name}['"].{0,300}(?:name resolution|unreachable|errno -?\d+)`, "i"),
  // Go
  new RegExp(
    String.raw`lookup ${name}(?: on [^ ]+)?:? .{0,160}(?:unreachable|refused|no such host|misbehaving|name resolution)`,
    "i",
  ),
  new RegExp(String.raw`dial (?:tcp|udp)[46]? ${name}:\d+: .{0,40}unreachable`, "i"),
  // Java
  new RegExp(String.raw`UnknownHostException: ${name}`, "i"),
  // nc, telnet, ping and whatever names the host before or after
  new RegExp(String.raw`connect(?:ion)? (?:to|failed to) ${name}(?:\s|:).{0,80}unreachable`, "i"),
  new RegExp(
    String.raw`https?://${name}[^\s]*.{0,120}(?:unreachable|name resolution|could not resolve)`,
    "i",
  ),
];

/** The same without a host. */
const vague =
  /network is unreachable|\bENETUNREACH\b|temporary failure in name resolution|name or service not known|\bEAI_AGAIN\b|nodename nor servname/i;

/** A connection to this machine itself, where nothing listens in here. */
const loopback =
  /(?:ECONNREFUSED|connect(?:ion)? (?:to|refused)|couldn't connect to server|failed to connect to|dial tcp|connection refused)/i;
const local = /\b(127\.\d+\.\d+\.\d+|localhost)\b|\[?::1\]?/i;
const port =
  /(?:127\.\d+\.\d+\.\d+|localhost|::1\]?|\(localhost\))(?:[^\d\n]{0,40}?)(?::|port |\s|\/)(\d{2,5})\b/i;

/** The connection that a line tells of, if it could not be had for want of a network. */
export function refusedHost(line: string, { hasNetwork, listens }: NetworkContext): Refusal | undefined {
  if (hasNetwork || line.length > 4_000) return undefined;
  for (const pattern of patterns) {
    const host = pattern.exec(line)?.[1];
    if (host !== undefined) return { operation: "network", host: host.replace(/[.:]+$/, "") };
  }
  if (vague.test(line)) return { operation: "network", host: undefined };
  const host = local.exec(line)?.[0];
  if (host === undefined || !loopback.test(line)) return undefined;
  const number = Number(port.exec(line)?.[1]);
  return Number.isInteger(number) && listens(number) ? { operation: "network", host } : undefined;
}
